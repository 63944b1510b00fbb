// Guards: every way in which Node says that a connection failed has one code of ours, with the cause kept.
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { type DialStage, dialFailure } from '../../src/delivery/dial-error.js';

const nodeError = (code: string) => Object.assign(new Error('text that nobody reads'), { code });

test.each<[string, DialStage, string]>([
  ['ECONNREFUSED', 'connecting', 'connection_refused'],
  ['ETIMEDOUT', 'connecting', 'connection_timeout'],
  ['EHOSTUNREACH', 'connecting', 'host_unreachable'],
  ['ENETUNREACH', 'connecting', 'host_unreachable'],
  ['EPERM', 'connecting', 'host_unreachable'],
  ['EMFILE', 'connecting', 'descriptors_exhausted'],
  ['ECONNRESET', 'open', 'connection_reset'],
  ['EPIPE', 'open', 'connection_reset'],
  ['ECONNRESET', 'handshaking', 'tls_handshake_failed'],
  ['CERT_HAS_EXPIRED', 'handshaking', 'tls_certificate_expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'handshaking', 'tls_certificate_untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'handshaking', 'tls_certificate_untrusted'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'open', 'tls_handshake_failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'handshaking', 'tls_handshake_failed'],
  ['EPROTO', 'handshaking', 'tls_handshake_failed'],
  ['ERR_WHATEVER', 'open', 'internal'],
  ['constructor', 'open', 'internal'],
])('%s while %s is %s', (code, stage, expected) => {
  const cause = nodeError(code);
  const failure = dialFailure(cause, stage);
  expect([failure.code, failure.cause]).toEqual([expected, cause]);
  expect(failure.message).not.toContain('nobody reads');
});

test('a Failure of ours that went through Node comes out as it is', () => {
  const failure = new Failure('tls_name_mismatch', 'ours');
  expect(dialFailure(failure, 'handshaking')).toBe(failure);
  expect(dialFailure('no error at all', 'open').code).toBe('internal');
});
