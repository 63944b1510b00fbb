/*
 * The one way in: an admitted event → its tenant's limit → the journal. Every source (HTTP, syslog) offers its events here.
 * Promise: an event is answered for only after `committed`; what a limit refuses never enters the journal and is counted.
 * Worst case: the disk is full or the agent stops, and `offer` throws the Failure that the producer is told.
 */
import type { Clock } from '../base/clock.js';
import type { FailureCode } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { limits } from '../base/limits.js';
import type { Service } from '../base/service.js';
import type { EncodedEvent } from '../event/encoded.js';
import type { Journal } from '../journal/journal.js';
import type { Tenants } from './tenants.js';

/** What became of one event. `unrouted` is accepted too: nobody was there to read it. */
export type Outcome = 'accepted' | 'unrouted' | 'limited' | 'tenant_unknown';

export interface SourceCount {
  /** Events accepted. */
  events: number;
}

export interface IntakeCounts {
  /** Events accepted, by the door that they came through. */
  readonly accepted: Map<string, SourceCount>;
  unrouted: number;
  limited: number;
  /** Refused events by reason. */
  readonly rejected: Map<FailureCode, number>;
}

export class Intake implements Service {
  readonly name = 'intake';
  readonly counts: IntakeCounts = { accepted: new Map(), unrouted: 0, limited: 0, rejected: new Map() };
  readonly #tenants: Tenants;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #report: Report;

  constructor(tenants: Tenants, journal: Journal, clock: Clock, report: Report) {
    this.#tenants = tenants;
    this.#journal = journal;
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * Takes one admitted event, without waiting for the disk.
   * @param event valid until the next call of the Admission that made it; copied here
   * @returns what became of it
   * @throws Failure disk_full, journal_failed or stopping: nothing more can be taken now
   */
  offer(event: EncodedEvent): Outcome {
    const tenant = this.#tenants.get(event.tenant);
    if (tenant === undefined) return 'tenant_unknown';
    const now = this.#clock.now();
    const bytes = event.headBytes + event.sdBytes + event.messageEnd - event.messageStart;
    if (!tenant.events.take(1, now)) return this.#limit(tenant);
    // An event longer than the burst would never pass: it passes when the limit is open, and its debt delays the next.
    if (!tenant.bytes.open(now)) {
      tenant.events.refund(1);
      return this.#limit(tenant);
    }
    const kept = this.#journal.append(tenant.log, event);
    tenant.bytes.spend(bytes, now);
    tenant.counts.accepted += 1;
    if (kept !== 'unrouted') return 'accepted';
    tenant.counts.unrouted += 1;
    this.counts.unrouted += 1;
    return 'unrouted';
  }

  /** The count of what came in through `source`, for that source to add to. */
  source(name: string): SourceCount {
    let count = this.counts.accepted.get(name);
    if (count === undefined) this.counts.accepted.set(name, (count = { events: 0 }));
    return count;
  }

  countRejected(code: FailureCode): void {
    this.counts.rejected.set(code, (this.counts.rejected.get(code) ?? 0) + 1);
  }

  /** Resolves when everything that was offered so far is durable; rejects with the Failure that prevented it. */
  committed(): Promise<void> {
    return this.#journal.committed();
  }

  /** True while producers may go on; when false, wait on `ready` before the next piece of input. */
  get open(): boolean {
    return this.#journal.gate.open;
  }

  /** Resolves when the journal has room again, or can't take anything: then the next `offer` says why. */
  ready(): Promise<void> {
    return this.#journal.gate.wait();
  }

  /** True if `offer` can take events now: there is room, and the disk works. For doors that have no answer to give. */
  get taking(): boolean {
    return this.#journal.gate.open && this.#journal.failing === null;
  }

  /** Resolves with true when `offer` can take events, with false when `signal` aborts first. */
  async takesAgain(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      await this.#journal.gate.wait();
      if (this.taking) return true;
      await this.#clock.sleep(limits.diskFullRetryMs, signal);
    }
    return false;
  }

  /** Tells the log, at most once a minute, which tenants met their limit; settles when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(limits.limitedToldMs, signal);
      this.#tellLimited();
    }
  }

  #limit(tenant: { counts: { limited: number }; limitedUntold: number }): 'limited' {
    tenant.counts.limited += 1;
    tenant.limitedUntold += 1;
    this.counts.limited += 1;
    return 'limited';
  }

  #tellLimited(): void {
    for (const tenant of this.#tenants) {
      if (tenant.limitedUntold === 0) continue;
      this.#report({ kind: 'tenant.limited', tenant: tenant.name, events: tenant.limitedUntold });
      tenant.limitedUntold = 0;
    }
  }
}
