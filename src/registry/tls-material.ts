/*
 * The PEM that a tenant gives: is it what it says, does it belong together, is it still valid?
 * Promise: what comes back holds certificates or one key and nothing else, so that a certificate may be shown; no error quotes
 * the text. Worst case: a few milliseconds for limits.pemBytesMax. Owner: drain-rules.ts.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const invalid = (message: string, cause?: unknown): Failure =>
  new Failure('tls_material_invalid', message, cause === undefined ? {} : { cause });

/**
 * The certificates of `pem`, in their order, at least one, each still valid.
 * @param field for the error: `ca`
 * @throws Failure tls_material_invalid
 */
function certificatesOf(field: string, pem: string, nowMs: number): X509Certificate[] {
  if (pem.includes('PRIVATE KEY')) throw invalid(`${field} holds a private key, which belongs into client_key.`);
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw invalid(`${field} holds no certificate in PEM.`);
  return blocks.map((block) => {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(block);
    } catch (error) {
      throw invalid(`${field} holds a certificate that can't be read.`, error);
    }
    if (Date.parse(certificate.validTo) <= nowMs) {
      throw invalid(`${field} holds a certificate that ended on ${certificate.validTo}.`);
    }
    return certificate;
  });
}

const pemOf = (certificates: readonly X509Certificate[]): string => certificates.map(String).join('');

/** The CA certificates alone, as PEM. @throws Failure tls_material_invalid */
export const checkedCa = (pem: string, nowMs: number): string => pemOf(certificatesOf('ca', pem, nowMs));

export interface ClientIdentity {
  /** PEM: the certificate, then what signed it. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** A client certificate and the key that belongs to it. @throws Failure tls_material_invalid */
export function checkedIdentity(cert: string, key: string, nowMs: number): ClientIdentity {
  const certificates = certificatesOf('client_cert', cert, nowMs);
  const privateKey = privateKeyOf(key);
  if (!certificates[0].checkPrivateKey(privateKey)) {
    throw invalid('client_key is not the key of the first certificate in client_cert.');
  }
  return { cert: pemOf(certificates), key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

function privateKeyOf(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED')) throw invalid('client_key is encrypted: give it without a passphrase.');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw invalid('client_key is not a private key in PEM.', error);
  }
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (modulusLength > limits.rsaBitsMax) throw invalid(`client_key has more than ${limits.rsaBitsMax} bits.`);
  return key;
}
