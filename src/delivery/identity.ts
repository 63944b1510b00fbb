/*
 * Is this the receiver that the tenant meant? By name or address in the certificate's SAN (RFC 5425 5.2), or by the
 * certificate's fingerprint (4.2.2), which then is enough without a CA (5.1).
 * Promise: a certificate without a SAN never matches by its CN; a wildcard stands for one whole left-most label. Owner: dial.ts.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { Failure } from '../base/failure.js';
import { isLiteral } from '../destination/address.js';

/** Hashes by their IANA names and Node's; SHA-1 must be supported (RFC 5425 4.2.2). */
const HASHES: Readonly<Record<string, { readonly node: string; readonly bytes: number }>> = {
  'sha-1': { node: 'sha1', bytes: 20 },
  'sha-256': { node: 'sha256', bytes: 32 },
};

const FINGERPRINT = /^(sha-1|sha-256):([0-9a-f]{2}(?::[0-9a-f]{2})*)$/i;

/**
 * The one spelling of a fingerprint: `sha-256:AA:BB…`.
 * @throws Failure `tls_material_invalid`
 */
export function parseFingerprint(text: string): string {
  const [, name, hex] = (text.length <= 128 && FINGERPRINT.exec(text)) || [];
  const hash = name === undefined ? undefined : HASHES[name.toLowerCase()];
  if (!name || !hex || hash?.bytes !== hex.split(':').length) {
    throw new Failure('tls_material_invalid', 'The fingerprint is not readable.', {
      hint: 'Give sha-256: (or sha-1:) and the hash of the certificate as hex pairs with colons: openssl x509 -noout -fingerprint -sha256.',
    });
  }
  return `${name.toLowerCase()}:${hex.toUpperCase()}`;
}

/** RFC 5425 4.2.2: hash of the DER certificate, colon-separated upper-case hex, after the hash's name. */
export function fingerprintOf(certificateDer: Buffer, name: 'sha-1' | 'sha-256' = 'sha-256'): string {
  const hex = createHash(HASHES[name].node).update(certificateDer).digest('hex').toUpperCase();
  return `${name}:${hex.replace(/..(?=.)/g, '$&:')}`;
}

/** Why the certificate is not the one with this fingerprint, if it isn't. */
export function checkFingerprint(certificateDer: Buffer, expected: string): Failure | undefined {
  const wanted = parseFingerprint(expected);
  const shown = fingerprintOf(certificateDer, wanted.startsWith('sha-1:') ? 'sha-1' : 'sha-256');
  if (shown === wanted) return undefined;
  return new Failure('tls_fingerprint_mismatch', `The receiver showed the certificate ${shown}.`);
}

/** Why the certificate is not for `host` (name in ASCII, or address), if it isn't. */
export function checkName(certificateDer: Buffer, host: string): Failure | undefined {
  const certificate = new X509Certificate(certificateDer);
  // `subject: 'never'`: the CN is not looked at, with or without a SAN.
  const matched = isLiteral(host)
    ? certificate.checkIP(host)
    : certificate.checkHost(host, { subject: 'never', wildcards: true, partialWildcards: false });
  if (matched !== undefined) return undefined;
  const names = certificate.subjectAltName === undefined ? 'no name' : 'other names';
  return new Failure('tls_name_mismatch', `The receiver's certificate is not for ${host}: it holds ${names}.`);
}
