// Certificates for TLS tests, made on the spot: an authority and what it signs, self-signed ones, expired ones.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** All PEM but `der`. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly der: Buffer;
}

export interface Subject {
  readonly commonName?: string;
  /** dNSName and iPAddress in the SAN; none at all: no SAN. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** Days from now. */
  readonly notBeforeDays?: number;
  readonly notAfterDays?: number;
}

type Keys = webcrypto.CryptoKeyPair;

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

async function keyPem(keys: Keys): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

async function issued(certificate: x509.X509Certificate, keys: Keys): Promise<Issued> {
  return { cert: certificate.toString('pem'), key: await keyPem(keys), der: Buffer.from(certificate.rawData) };
}

function extensionsOf(subject: Subject): x509.Extension[] {
  const entries = [
    ...(subject.names ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(subject.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return entries.length > 0 ? [new x509.SubjectAlternativeNameExtension(entries)] : [];
}

const commonFields = (subject: Subject) => ({
  serialNumber: webcrypto.getRandomValues(Buffer.alloc(8)).toString('hex').replace(/^./, '1'),
  notBefore: inDays(subject.notBeforeDays ?? -1),
  notAfter: inDays(subject.notAfterDays ?? 30),
  signingAlgorithm: ALGORITHM,
});

export class Authority {
  readonly #keys: Keys;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: Keys, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  static async create(commonName = 'Test CA'): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...commonFields({}),
      name: `CN=${commonName}`,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    });
    return new Authority(keys, certificate);
  }

  get pem(): string {
    return this.#certificate.toString('pem');
  }

  async issue(subject: Subject): Promise<Issued> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...commonFields(subject),
      subject: `CN=${subject.commonName ?? 'test'}`,
      issuer: this.#certificate.subject,
      signingKey: this.#keys.privateKey,
      publicKey: keys.publicKey,
      extensions: extensionsOf(subject),
    });
    return issued(certificate, keys);
  }
}

export async function selfSigned(subject: Subject): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...commonFields(subject),
    name: `CN=${subject.commonName ?? 'test'}`,
    keys,
    extensions: extensionsOf(subject),
  });
  return issued(certificate, keys);
}
