/*
 * Opens sockets to receivers: the only place from which the agent connects to another machine.
 * Promise: dials the literal it is given and nothing else, so no name is resolved here; TLS 1.2 or 1.3 over our own socket, so
 * that its bytes can be counted; no plaintext instead of TLS, ever. Worst case: the caller's timeouts. Owner: one Connection per socket.
 */
import { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { isLiteral } from '../destination/address.js';
import { fingerprintOf } from '../destination/fingerprint.js';
import { checkFingerprint, checkName } from './identity.js';
import type { TlsSettings } from './settings.js';

export type { Socket, TLSSocket };

/**
 * Begins to connect; 'connect' or 'error' follows. Half-open, so that the peer's FIN leaves our side, and the kernel's line
 * about it, until we say so.
 * @param address a vetted IP literal
 */
export function openSocket(address: string, port: number): Socket {
  const socket = new Socket({ allowHalfOpen: true });
  socket.connect({
    host: address,
    port,
    autoSelectFamily: false, // one literal, one SYN
    noDelay: true, // frames are gathered by us
    keepAlive: true,
    keepAliveInitialDelay: limits.keepAliveMs,
  });
  return socket;
}

/**
 * Begins the handshake on a connected socket; 'secureConnect' or 'error' follows.
 * @param host the destination's host, to be found in the certificate unless `settings` say otherwise
 * @throws Failure `tls_material_invalid` for PEM that OpenSSL refuses
 */
export function openTls(socket: Socket, host: string, settings: TlsSettings): TLSSocket {
  const name = settings.serverName ?? host;
  const pinned = settings.fingerprint !== undefined;
  try {
    return connectTls({
      socket,
      minVersion: 'TLSv1.2', // RFC 9662 4
      // A pinned certificate is compared by `checkPeer`, before anything is written.
      rejectUnauthorized: !pinned,
      checkServerIdentity: (_, certificate) => (pinned ? undefined : checkName(certificate.raw, name)),
      ...(isLiteral(name) ? {} : { servername: name }), // RFC 6066 3: no literals in SNI
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      ...(settings.cert === undefined ? {} : { cert: settings.cert }),
      ...(settings.key === undefined ? {} : { key: settings.key }),
    });
  } catch (cause) {
    throw new Failure('tls_material_invalid', 'OpenSSL refuses the certificates or the key of this drain.', { cause });
  }
}

export interface PeerCertificate {
  /** ISO 8601. */
  readonly notAfter: string;
  /** `sha-256:AA:BB…` */
  readonly fingerprint: string;
}

/** After 'secureConnect': the receiver's certificate, or why it isn't the pinned one. */
export function checkPeer(socket: TLSSocket, settings: TlsSettings): PeerCertificate | Failure {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return new Failure('tls_certificate_untrusted', 'The receiver showed no certificate.');
  if (settings.fingerprint !== undefined) {
    const failure = checkFingerprint(certificate.raw, settings.fingerprint);
    if (failure) return failure;
  }
  return { notAfter: new Date(certificate.validTo).toISOString(), fingerprint: fingerprintOf(certificate.raw) };
}
