/*
 * What the HTTP doors show and what they ask for: the JSON of the contract, and the interfaces that agent.ts and the tests'
 * fake agent implement. It is the only thing that api/ knows about the rest of the running agent.
 * Promise: no type here has room for a private key, a token or a payload. Owner: agent.ts.
 */
import type { FailureCode } from '../base/failure.js';
import type { DrainId, TenantName } from '../base/ids.js';
import type { NewDrain, NewTenant, PatchDrain, PatchTenant } from '../registry/input.js';

/** RFC 3339 in UTC with milliseconds, such as `2026-11-22T10:00:00.000Z`. */
export type TimeJson = string;

/** Events that were lost, by reason. Each is counted once. */
export interface DroppedJson {
  /** Older than journal.ttl. */
  readonly expired: number;
  /** Over journal.tenant_bytes_max or journal.bytes_max. */
  readonly journal_full: number;
  /** Headers and structured data alone were longer than message_bytes_max. */
  readonly too_large: number;
  /** Queued when the drain was removed. */
  readonly removed: number;
}

/** DESIGN, promise 2: `accepted = delivered + queued + in_doubt + dropped`, at any moment, exactly. Counts of events. */
export interface LedgerJson {
  readonly accepted: number;
  readonly delivered: number;
  readonly queued: number;
  readonly in_doubt: number;
  /** Sent again after an abnormal close; not part of the sum. */
  readonly resent: number;
  readonly dropped: DroppedJson;
}

/** What is stored and not yet acknowledged. */
export interface BacklogJson {
  readonly events: number;
  readonly bytes: number;
  readonly oldest: TimeJson | null;
}

export interface LastErrorJson {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string;
  readonly since: TimeJson;
  readonly attempts: number;
  readonly next_try: TimeJson | null;
}

export interface ConnectionJson {
  readonly phase: 'idle' | 'paused' | 'waiting' | 'connecting' | 'handshaking' | 'open' | 'closing';
  /** The receiver has taken no bytes for longer than delivery.stall_timeout. */
  readonly stalled: boolean;
  /** The receiver as it is now; null without a connection. `not_after` is the end of its certificate, null for TCP. */
  readonly peer: { readonly address: string; readonly protocol: string; readonly not_after: TimeJson | null } | null;
}

export interface DrainJson {
  readonly id: DrainId;
  readonly tenant: TenantName;
  readonly name: string;
  /** Canonical, and printable: it never holds a secret. */
  readonly url: string;
  readonly state: 'active' | 'paused';
  readonly filter: { readonly types: readonly string[]; readonly min_severity: string };
  readonly framing: 'octet-counting' | 'lf';
  /** In force now: the drain's own where it has one, the operator's ceiling otherwise. */
  readonly limits: {
    readonly events_per_s: number;
    readonly bytes_per_s: number;
    readonly message_bytes_max: number;
  };
  readonly tls: {
    /** PEM as given. */
    readonly ca: string | null;
    /** PEM as given. Its key is write-only and is shown nowhere. */
    readonly client_cert: string | null;
    readonly server_name: string | null;
    readonly fingerprint: string | null;
    /** When the first of the tenant's own certificates (`ca`, `client_cert`) ends; null without any. */
    readonly not_after: TimeJson | null;
  };
  readonly structured_data: string | null;
  readonly ledger: LedgerJson;
  readonly backlog: BacklogJson;
  /** The tenant's events that this drain's filter left out. */
  readonly filtered: number;
  /** Events that the drain's own pace made wait, and for how long in all. */
  readonly paced: { readonly events: number; readonly ms: number };
  readonly connection: ConnectionJson;
  readonly last_error: LastErrorJson | null;
  readonly last_delivery: TimeJson | null;
  readonly created: TimeJson;
}

export interface TenantJson {
  readonly name: TenantName;
  /** In force now: the tenant's own where it has one, the operator's default otherwise. */
  readonly limits: {
    readonly events_per_s: number;
    readonly burst: number;
    readonly bytes_per_s: number;
    readonly drains: number;
  };
  /** How many drains it has. */
  readonly drains: number;
  /** Events since the agent started. `unrouted` is part of `accepted`; `limited` is not. */
  readonly events: { readonly accepted: number; readonly unrouted: number; readonly limited: number };
  readonly created: TimeJson;
}

export interface StatusJson {
  readonly version: string;
  readonly ready: boolean;
  readonly started: TimeJson;
  readonly tenants: number;
  readonly drains: { readonly active: number; readonly paused: number; readonly failing: number };
  /** What the drains still have to send, all together. */
  readonly backlog: BacklogJson;
  /** What the journal holds, what is kept to be sent again included. */
  readonly journal: BacklogJson & {
    /** Appended and not yet committed. */
    readonly uncommitted_bytes: number;
    /** Why nothing can be committed now; null when all is well. */
    readonly failing: FailureCode | null;
  };
  /** Since the agent started. */
  readonly events: {
    /** By the door that they came through. */
    readonly accepted: Readonly<Record<string, number>>;
    readonly unrouted: number;
    readonly limited: number;
    /** By reason. */
    readonly rejected: Readonly<Record<string, number>>;
  };
  readonly delivery: {
    readonly delivered: number;
    readonly resent: number;
    readonly dropped: DroppedJson;
    readonly connections: number;
    readonly dials: number;
  };
  readonly doors: readonly { readonly door: string; readonly address: string }[];
}

/** One refused line of POST /v1/events; lines (or the elements of an array) count from 1. */
export interface RejectedJson {
  readonly line: number;
  readonly code: FailureCode;
  readonly message: string;
}

/** The answer to POST /v1/events: accepted + limited + rejected_count = lines. */
export interface AcceptedJson {
  readonly accepted: number;
  /** Part of `accepted`: no confirmed drain and no reader was there. */
  readonly unrouted: number;
  readonly limited: number;
  /** The first `limits.rejectionsListedMax` of them. */
  readonly rejected: readonly RejectedJson[];
  readonly rejected_count: number;
}

/** Whether all is well, or why not, in a sentence. */
export type Health = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Takes events in. Implemented by ingest/; api/ only routes and bounds the body. */
export interface EventSink {
  /**
   * @param body raw bytes of one request, at most limits.requestBytesMax; may throw Failure body_too_large while it is read
   * @param kind `ndjson`: one event per line; `json`: one event or an array of them
   * @param source the door, for the counts
   * @param tenant whose events they are, where the request says so
   * @returns once everything accepted is durable
   * @throws Failure disk_full, journal_failed, stopping, body_too_large, not_json (the body as a whole)
   */
  accept(body: AsyncIterable<Buffer>, kind: 'ndjson' | 'json', source: string, tenant?: string): Promise<AcceptedJson>;
}

/** What every HTTP door asks about the agent. */
export interface HealthView {
  /** Works as it should; when not, why. */
  health(): Health;
  /** Takes events now (false while it starts and stops). */
  ready(): Health;
}

/**
 * The running agent as the control door sees it. A name or an id that isn't there is a Failure (tenant_unknown, drain_unknown);
 * inputs were validated for shape by registry/input.ts, the rest (ceilings, policy, duplicates) is checked here.
 */
export interface AgentView extends HealthView {
  status(): StatusJson;
  tenants(): TenantJson[];
  tenant(name: string): TenantJson;
  addTenant(input: NewTenant): Promise<TenantJson>;
  updateTenant(name: string, patch: PatchTenant): Promise<TenantJson>;
  /** @throws Failure tenant_has_drains unless `force`, which removes them and what they have queued. */
  removeTenant(name: string, force: boolean): Promise<void>;
  /** All drains, or those of one tenant. */
  drains(tenant?: string): DrainJson[];
  drain(id: string): DrainJson;
  addDrain(tenant: string, input: NewDrain): Promise<DrainJson>;
  updateDrain(id: string, patch: PatchDrain): Promise<DrainJson>;
  pauseDrain(id: string): Promise<DrainJson>;
  resumeDrain(id: string): Promise<DrainJson>;
  /** @throws Failure drain_has_backlog unless `force`, which counts what is queued as `removed`. */
  removeDrain(id: string, force: boolean): Promise<void>;
}
