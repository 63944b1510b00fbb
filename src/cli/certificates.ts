/*
 * Certificates made on the fly for a receiver that a person tries things with: a CA of its own and a leaf for this machine.
 * Promise: ECDSA P-256, valid for `validDays`; the CA's private key is thrown away, so that it signs nothing else, ever.
 * Worst case: 0.2 s of one core. Owner: receive.ts keeps them in files, demo.ts in memory.
 */
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { Clock } from '../base/clock.js';

/** PEM texts. */
export interface ReceiverIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const validDays = 90;

/**
 * A CA, a certificate signed by it, and that certificate's key.
 * @param hosts names and IP addresses that the certificate is for
 */
export async function makeIdentity(hosts: readonly string[], clock: Clock): Promise<ReceiverIdentity> {
  // An hour back, for a sender whose clock is behind.
  const validity = {
    notBefore: new Date(clock.wall() - DAY_MS / 24),
    notAfter: new Date(clock.wall() + validDays * DAY_MS),
  };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=sluice receive CA',
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=sluice receive',
    issuer: ca.subject,
    signingAlgorithm: algorithm,
    publicKey: leafKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host }))),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey);
  return {
    ca: `${ca.toString('pem')}\n`,
    cert: `${leaf.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  };
}

/** `sha-256:` and the certificate's hash in the form that `drain add --fingerprint` takes (RFC 5425 4.2.2). */
export const fingerprintOf = (certificate: string): string =>
  `sha-256:${new X509Certificate(certificate).fingerprint256}`;

/** True if `identity` is for all `hosts` and valid for at least a day more. */
export function stillServes(identity: ReceiverIdentity, hosts: readonly string[], clock: Clock): boolean {
  const certificate = new X509Certificate(identity.cert);
  const isFor = (host: string) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  return Date.parse(certificate.validTo) > clock.wall() + DAY_MS && hosts.every(isFor);
}
