/*
 * A drain as people see it: what the registry knows of it, what the journal counted, how the delivery stands.
 * Promise: the ledger adds up exactly, whatever moment it is asked in; no key is shown. Owner: agent-view.ts calls it.
 */
import { X509Certificate } from 'node:crypto';
import type { FailureCode } from '../base/failure.js';
import { severityNames } from '../event/severity.js';
import type { Cursor } from '../journal/cursor.js';
import type { Drain } from '../registry/drain.js';
import { type Ceilings, limitsInForce } from '../registry/drain-rules.js';
import type { ConnectionJson, DrainJson, LastErrorJson, LedgerJson } from './view.js';

/** How the delivery stands, in the figures that it keeps. */
export interface DeliveryFigures {
  readonly phase: ConnectionJson['phase'];
  readonly inDoubt: number;
  readonly paced: { readonly events: number; readonly ms: number };
  readonly lastError: {
    readonly code: FailureCode;
    readonly message: string;
    readonly hint: string;
    readonly sinceMs: number;
    readonly attempts: number;
    readonly nextTryMs: number;
  } | null;
  readonly lastDeliveryMs: number | null;
  readonly stalled: boolean;
  readonly peer?: { readonly address: string; readonly protocol: string; readonly notAfter: string | null };
}

/** Milliseconds since 1970 as RFC 3339 in UTC. */
export const timeJson = (ms: number): string => new Date(ms).toISOString();

const asleep: DeliveryFigures = {
  phase: 'idle',
  inDoubt: 0,
  paced: { events: 0, ms: 0 },
  lastError: null,
  lastDeliveryMs: null,
  stalled: false,
};

/** @param delivery undefined while the agent stops: then it shows as idle */
export function drainJson(
  drain: Drain,
  cursor: Cursor,
  delivery: DeliveryFigures = asleep,
  ceilings: Ceilings,
): DrainJson {
  const backlog = cursor.backlog();
  const inForce = limitsInForce(drain.limits, ceilings);
  return {
    id: drain.id,
    tenant: drain.tenant,
    name: drain.name,
    url: drain.url,
    state: drain.state,
    filter: { types: drain.filter.types, min_severity: severityNames[drain.filter.min_severity] },
    framing: drain.framing,
    limits: {
      events_per_s: inForce.eventsPerS,
      bytes_per_s: inForce.bytesPerS,
      message_bytes_max: inForce.messageBytesMax,
    },
    tls: {
      ca: drain.tls.ca,
      client_cert: drain.tls.client_cert,
      server_name: drain.tls.server_name,
      fingerprint: drain.tls.fingerprint,
      not_after: firstEnd([drain.tls.ca, drain.tls.client_cert]),
    },
    structured_data: drain.structured_data,
    ledger: ledger(cursor, delivery.inDoubt),
    backlog: {
      events: backlog.events,
      bytes: backlog.bytes,
      oldest: backlog.oldestMs === null ? null : timeJson(backlog.oldestMs),
    },
    filtered: cursor.filtered,
    paced: { events: delivery.paced.events, ms: Math.round(delivery.paced.ms) },
    connection: {
      phase: delivery.phase,
      stalled: delivery.stalled,
      peer: delivery.peer
        ? { address: delivery.peer.address, protocol: delivery.peer.protocol, not_after: delivery.peer.notAfter }
        : null,
    },
    last_error: lastError(delivery.lastError),
    last_delivery: delivery.lastDeliveryMs === null ? null : timeJson(delivery.lastDeliveryMs),
    created: drain.created,
  };
}

/** Accepted and not resolved is in doubt as far as it was written, queued otherwise. */
function ledger(cursor: Cursor, inDoubt: number): LedgerJson {
  return {
    accepted: cursor.accepted,
    delivered: cursor.delivered,
    queued: cursor.accepted - cursor.acknowledged - inDoubt,
    in_doubt: inDoubt,
    resent: cursor.resent,
    dropped: { ...cursor.dropped },
  };
}

function lastError(error: DeliveryFigures['lastError']): LastErrorJson | null {
  if (error === null) return null;
  const { code, message, hint, attempts } = error;
  return { code, message, hint, since: timeJson(error.sinceMs), attempts, next_try: timeJson(error.nextTryMs) };
}

/** The end of the certificate that ends first, of PEM texts that the registry has checked. */
function firstEnd(pems: readonly (string | null)[]): string | null {
  const ends = pems.flatMap((pem) => (pem === null ? [] : [Date.parse(new X509Certificate(pem).validTo)]));
  return ends.length === 0 ? null : timeJson(Math.min(...ends));
}
