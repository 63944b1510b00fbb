/*
 * The values that delivery is given and the status that it shows. Plain data: the registry's and the settings' own types stay
 * where they are. Promise: `tls.key` is in DrainSettings only and never in a DeliveryStatus.
 */
import type { FailureCode } from '../base/failure.js';
import type { DrainId, DrainNumber, TenantName } from '../base/ids.js';
import type { Destination } from '../destination/address.js';

export interface TlsSettings {
  /** PEM, one or more certificates; replaces the public CAs. */
  readonly ca?: string;
  /** PEM, client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** Name to ask for and to find in the certificate instead of the URL's host. */
  readonly serverName?: string;
  /** `sha-1:AA:BB…` or `sha-256:…` of the receiver's certificate; authorises without a CA (RFC 5425 4.2.2, 5.1). */
  readonly fingerprint?: string;
}

export interface DrainSettings {
  readonly number: DrainNumber;
  readonly id: DrainId;
  readonly tenant: TenantName;
  readonly destination: Destination;
  readonly framing: 'octet-counting' | 'lf';
  /** Longest syslog message without its framing, bytes; longer ones lose the end of MSG. */
  readonly messageBytesMax: number;
  /** Infinity: no limit. Each has a burst of one second. */
  readonly rate: { readonly eventsPerS: number; readonly bytesPerS: number };
  readonly tls: TlsSettings;
  /** SD-ELEMENTs of the drain's own, checked by the registry. */
  readonly structuredData?: string;
  readonly paused: boolean;
}

/** `delivery` of the settings, milliseconds. */
export interface DeliverySettings {
  readonly dialTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Written, retransmitted and not acknowledged for so long: the network is dead, the connection is closed. */
  readonly stallTimeoutMs: number;
  /** The same where the receiver's window is closed: it is alive and doesn't read. */
  readonly zeroWindowTimeoutMs: number;
  /** Nothing to send for so long: closed; RFC 5425 4.4. */
  readonly idleCloseMs: number;
  /** A connection is renewed after this, so that names that moved are followed. */
  readonly ageMsMax: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly dialsPerS: number;
  /** Stopping: time for the last acknowledgements and the peers' FINs. */
  readonly stopMsMax: number;
}

export type Phase = 'idle' | 'paused' | 'waiting' | 'connecting' | 'handshaking' | 'open' | 'closing';

export interface DrainError {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string;
  /** First failure since the last acknowledgement, milliseconds since 1970. */
  readonly sinceMs: number;
  /** Failures since then. */
  readonly attempts: number;
  readonly nextTryMs: number;
}

export interface Peer {
  /** `ADDRESS:PORT`, IPv6 in brackets. */
  readonly address: string;
  /** `tcp`, `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** Of the receiver's certificate: its end as ISO 8601 and its fingerprint; null over plain TCP. */
  readonly notAfter: string | null;
  readonly fingerprint: string | null;
}

export interface DeliveryStatus {
  readonly phase: Phase;
  /** Events handed to the connection and not acknowledged. */
  readonly inDoubt: number;
  /** Events that were sent after their drain's pace had made them wait, and how long it stood still for that. */
  readonly paced: { readonly events: number; readonly ms: number };
  readonly lastError: DrainError | null;
  readonly lastDeliveryMs: number | null;
  /** Bytes are outstanding and the receiver has taken none for `stallTimeoutMs`. */
  readonly stalled: boolean;
  readonly peer?: Peer;
}
