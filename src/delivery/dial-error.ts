/*
 * The one place where Node's and OpenSSL's error codes become our Failures (STYLE 13). Decides on codes, never on texts.
 * Promise: always a Failure, with the cause kept; the message holds no address that the tenant didn't give.
 */
import { Failure, type FailureCode } from '../base/failure.js';

/** How far the connection was when the error came. */
export type DialStage = 'connecting' | 'handshaking' | 'open';

interface Row {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint?: string;
}

const row = (code: FailureCode, message: string, hint?: string): Row => ({ code, message, ...(hint && { hint }) });

const noRoute = row('host_unreachable', 'There is no route to the receiver.');
const untrusted = row(
  'tls_certificate_untrusted',
  "The receiver's certificate is not signed by a CA that this drain trusts.",
);
const reset = row('connection_reset', 'The receiver reset the connection.');
const tooManyFiles = row('descriptors_exhausted', 'The agent has no file descriptor left for a connection.');

const systemCodes: Readonly<Record<string, Row>> = {
  ECONNREFUSED: row('connection_refused', 'The receiver refused the connection.'),
  ECONNRESET: reset,
  EPIPE: reset,
  ECONNABORTED: reset,
  ETIMEDOUT: row('connection_timeout', 'The receiver does not answer.'),
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EHOSTDOWN: noRoute,
  ENETDOWN: noRoute,
  EADDRNOTAVAIL: noRoute,
  EINVAL: noRoute,
  EACCES: row('host_unreachable', 'A rule on this node forbids the connection.'),
  EPERM: row('host_unreachable', 'A rule on this node forbids the connection.'),
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
};

/** Verification results of OpenSSL, as Node spells them. */
const certificateCodes: Readonly<Record<string, Row>> = {
  CERT_HAS_EXPIRED: row('tls_certificate_expired', "The receiver's certificate has expired."),
  CERT_NOT_YET_VALID: row(
    'tls_certificate_expired',
    "The receiver's certificate is not valid yet.",
    "Check the clocks of both machines, then the certificate's dates.",
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: row(
    'tls_certificate_untrusted',
    "The receiver's certificate is signed by itself.",
    'Give it as the CA (`sluice drain update ID --ca FILE`), or its fingerprint (--fingerprint sha-256:…).',
  ),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_CHAIN_TOO_LONG: untrusted,
  CERT_REVOKED: row('tls_certificate_untrusted', "The receiver's certificate was revoked."),
  CERT_UNTRUSTED: untrusted,
  CERT_REJECTED: untrusted,
  INVALID_CA: untrusted,
  INVALID_PURPOSE: row('tls_certificate_untrusted', "The receiver's certificate is not one for a server."),
  PATH_LENGTH_EXCEEDED: untrusted,
  HOSTNAME_MISMATCH: row('tls_name_mismatch', "The receiver's certificate is for another name."),
};

const handshake = row('tls_handshake_failed', 'The TLS handshake with the receiver failed.');
const handshakeCut = row('tls_handshake_failed', 'The receiver closed the connection during the TLS handshake.');
const wantsCertificate = row(
  'tls_handshake_failed',
  'The receiver refused our client certificate, or wants one.',
  'Give a client certificate that the receiver trusts: `sluice drain update ID --cert FILE --key FILE`.',
);

/** Alerts about the client's certificate (RFC 8446 6.2), by OpenSSL's reason. */
const clientCertificateAlerts = new Set([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
]);

/** @param error what a socket's 'error' event brought, or a Failure of ours that went through Node */
export function dialFailure(error: unknown, stage: DialStage): Failure {
  if (error instanceof Failure) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const found = rowOf(code, stage);
  if (!found)
    return new Failure('internal', `The connection failed in a way that is not known (${code}).`, { cause: error });
  return new Failure(found.code, found.message, { cause: error, ...(found.hint && { hint: found.hint }) });
}

function rowOf(code: string, stage: DialStage): Row | undefined {
  const certificate = lookUp(certificateCodes, code);
  if (certificate) return certificate;
  if (clientCertificateAlerts.has(code)) return wantsCertificate;
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') return handshake;
  const system = lookUp(systemCodes, code);
  return stage === 'handshaking' && system === reset ? handshakeCut : system;
}

const lookUp = (table: Readonly<Record<string, Row>>, code: string): Row | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;
