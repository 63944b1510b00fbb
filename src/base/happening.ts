/*
 * What can happen in the agent that an operator may want to know, as one closed union (STYLE 14). Code reports a happening;
 * ops/log.ts makes a line of it, later ops/metrics.ts a counter.
 * Promise: no happening carries a payload, a secret, or a URL with credentials. Owner: agent.ts passes one Report to every part.
 */
import type { FailureCode } from './failure.js';

export type Happening =
  | {
      readonly kind: 'agent.ready';
      readonly version: string;
      readonly startedInMs: number;
      readonly tenants: number;
      readonly drains: number;
      readonly backlogEvents: number;
    }
  | { readonly kind: 'agent.stopping'; readonly reason: string }
  | {
      readonly kind: 'agent.stopped';
      readonly queuedEvents: number;
      readonly inDoubtEvents: number;
      readonly tookMs: number;
    }
  | { readonly kind: 'agent.unsafe'; readonly setting: string; readonly opens: string }
  | { readonly kind: 'door.open'; readonly door: string; readonly address: string }
  | { readonly kind: 'door.refused'; readonly door: string; readonly code: FailureCode; readonly count: number }
  | { readonly kind: 'tenant.limited'; readonly tenant: string; readonly events: number }
  | {
      readonly kind: 'journal.dropped';
      readonly tenant: string;
      readonly drain: string;
      readonly reason: string;
      readonly events: number;
    }
  | { readonly kind: 'journal.failing'; readonly code: FailureCode; readonly cause: string }
  | { readonly kind: 'journal.recovered'; readonly afterMs: number }
  | { readonly kind: 'journal.damaged'; readonly where: string; readonly events: number }
  | {
      readonly kind: 'drain.failing';
      readonly drain: string;
      readonly tenant: string;
      readonly code: FailureCode;
      readonly attempts: number;
      readonly sinceMs: number;
      readonly nextTryMs: number;
    }
  | {
      readonly kind: 'drain.recovered';
      readonly drain: string;
      readonly tenant: string;
      readonly attempts: number;
      readonly afterMs: number;
    }
  | {
      readonly kind: 'drain.connected';
      readonly drain: string;
      readonly tenant: string;
      readonly address: string;
      readonly protocol: string;
    }
  | { readonly kind: 'registry.changed'; readonly what: string; readonly tenant: string; readonly subject: string }
  | { readonly kind: 'bug'; readonly where: string; readonly error: unknown };

/** Where happenings go. Must not throw and must not block. */
export type Report = (happening: Happening) => void;
