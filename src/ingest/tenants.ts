/*
 * The tenants as the doors see them: by name, each with its pace, its place in the journal and its counts.
 * Promise: looking one up costs one Map access; a changed limit applies to the next event, what was spent stays spent.
 * Owner: agent.ts, which mirrors the registry into it.
 */
import type { TenantName, TenantNumber } from '../base/ids.js';
import { Pace } from '../base/pace.js';
import type { TenantLog } from '../journal/tenant-log.js';

/** What producers may hand over for one tenant (DESIGN, limits.tenant). */
export interface AdmissionLimits {
  readonly eventsPerS: number;
  /** Events that may come at once. */
  readonly burst: number;
  /** Encoded bytes per second, with a burst of one second. */
  readonly bytesPerS: number;
}

export interface TenantCounts {
  /** Events taken, whether or not a drain wanted them. */
  accepted: number;
  /** …of them those that no confirmed drain and no reader was there for. */
  unrouted: number;
  /** Events that the tenant's limit refused. */
  limited: number;
}

export class AdmittedTenant {
  readonly counts: TenantCounts = { accepted: 0, unrouted: 0, limited: 0 };
  /** Counted since the last `tenant.limited` happening. */
  limitedUntold = 0;
  readonly events: Pace;
  readonly bytes: Pace;

  constructor(
    readonly name: TenantName,
    readonly number: TenantNumber,
    readonly log: TenantLog,
    limits: AdmissionLimits,
  ) {
    this.events = new Pace({ perSecond: limits.eventsPerS, burst: limits.burst });
    this.bytes = new Pace({ perSecond: limits.bytesPerS, burst: limits.bytesPerS });
  }

  set limits(limits: AdmissionLimits) {
    this.events.rate = { perSecond: limits.eventsPerS, burst: limits.burst };
    this.bytes.rate = { perSecond: limits.bytesPerS, burst: limits.bytesPerS };
  }
}

export class Tenants {
  readonly #byName = new Map<string, AdmittedTenant>();

  get(name: string): AdmittedTenant | undefined {
    return this.#byName.get(name);
  }

  add(tenant: AdmittedTenant): void {
    this.#byName.set(tenant.name, tenant);
  }

  remove(name: TenantName): void {
    this.#byName.delete(name);
  }

  [Symbol.iterator](): IterableIterator<AdmittedTenant> {
    return this.#byName.values();
  }
}
