/*
 * Is this the receiver that the tenant meant? By name or address in the certificate's SAN (RFC 5425 5.2), or by the
 * certificate's fingerprint (4.2.2), which then is enough without a CA (5.1).
 * Promise: a certificate without a SAN never matches by its CN; a wildcard stands for one whole left-most label. Owner: dial.ts.
 */
import { X509Certificate } from 'node:crypto';
import { Failure } from '../base/failure.js';
import { isLiteral } from '../destination/address.js';
import { fingerprintOf, parseFingerprint } from '../destination/fingerprint.js';

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
