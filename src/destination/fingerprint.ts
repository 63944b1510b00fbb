/*
 * Fingerprints of certificates as RFC 5425 4.2.2 writes them: the hash's name and colon-separated upper-case hex of the DER.
 * Promise: one spelling per fingerprint, so that two can be compared as text. Pure. Owner: the registry stores it, the dialler compares.
 */
import { createHash } from 'node:crypto';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';

/** Hashes by their IANA names and Node's; SHA-1 must be supported (RFC 5425 4.2.2). */
const HASHES = {
  'sha-1': { node: 'sha1', bytes: 20 },
  'sha-256': { node: 'sha256', bytes: 32 },
} as const;

type HashName = keyof typeof HASHES;

const FINGERPRINT = /^(sha-1|sha-256):([0-9a-f]{2}(?::[0-9a-f]{2})*)$/i;

/**
 * The one spelling of a fingerprint: `sha-256:AA:BB…`.
 * @throws Failure `tls_material_invalid`
 */
export function parseFingerprint(text: string): string {
  const parts = text.length <= limits.fingerprintLengthMax ? FINGERPRINT.exec(text) : null;
  const name = parts?.[1].toLowerCase() as HashName | undefined;
  if (parts === null || name === undefined || HASHES[name].bytes !== parts[2].split(':').length) {
    throw new Failure('tls_material_invalid', 'The fingerprint is not readable.', {
      hint: 'Give sha-256: (or sha-1:) and the hash of the certificate as hex pairs with colons: openssl x509 -noout -fingerprint -sha256.',
    });
  }
  return `${name}:${parts[2].toUpperCase()}`;
}

/** The fingerprint of a certificate in DER. */
export function fingerprintOf(certificateDer: Buffer, name: HashName = 'sha-256'): string {
  const hex = createHash(HASHES[name].node).update(certificateDer).digest('hex').toUpperCase();
  return `${name}:${hex.replace(/..(?=.)/g, '$&:')}`;
}
