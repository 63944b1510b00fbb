/*
 * What the journal lets go of: extents that no drain wants, events older than the ttl, and the oldest events of a tenant, or of the tenant
 * with the most bytes, beyond the byte bounds.
 * Promise: only what is durable is dropped; every event lost is counted at its drain with its reason and told once per sweep and drain.
 * Worst case: an extent expires up to a sixteenth of the ttl after its first event. Owner: journal.ts.
 */
import type { Report } from '../base/happening.js';
import type { DropReason } from './cursor-state.js';
import type { Reader } from './extents.js';
import type { Totals, TenantLog } from './tenant-log.js';

export interface RetentionBounds {
  readonly ttlMs: number;
  readonly bytesMax: number;
  readonly tenantBytesMax: number;
}

export class Retention {
  readonly #bounds: RetentionBounds;
  readonly #logs: ReadonlyMap<number, TenantLog>;
  readonly #totals: Totals;
  readonly #report: Report;

  constructor(bounds: RetentionBounds, logs: ReadonlyMap<number, TenantLog>, totals: Totals, report: Report) {
    this.#bounds = bounds;
    this.#logs = logs;
    this.#totals = totals;
    this.#report = report;
  }

  /** Lets time pass for every drain, and expires. @param committed last durable position */
  sweep(nowMs: number, committed: number): void {
    const lost = new Losses();
    for (const log of this.#logs.values()) {
      for (const cursor of log.cursors) cursor.tick(nowMs);
      log.trim();
      while (log.extents.length > 0 && log.extents[0].lastMs + this.#bounds.ttlMs <= nowMs) {
        if (!dropOldest(log, 'expired', committed, lost)) break;
      }
    }
    lost.tell(this.#logs, this.#report);
    this.bound(this.#logs.values(), committed);
  }

  /** Holds the byte bounds: of `logs`, which have grown, and of all together. */
  bound(logs: Iterable<TenantLog>, committed: number): void {
    const lost = new Losses();
    for (const log of logs) this.#boundTenant(log, this.#bounds.tenantBytesMax, committed, lost);
    while (this.#totals.bytes > this.#bounds.bytesMax) {
      // From the largest down to the second largest, and so on in turn.
      const [largest, second] = this.#twoLargest();
      if (largest === undefined) break;
      const over = this.#totals.bytes - this.#bounds.bytesMax;
      const before = largest.bytes;
      this.#boundTenant(largest, Math.max(before - over, Math.min(second, before - 1)), committed, lost);
      if (largest.bytes === before) break;
    }
    lost.tell(this.#logs, this.#report);
  }

  #boundTenant(log: TenantLog, bytesMax: number, committed: number, lost: Losses): void {
    if (log.bytes <= bytesMax) return;
    log.trim();
    while (log.bytes > bytesMax) if (!dropOldest(log, 'journal_full', committed, lost)) return;
  }

  #twoLargest(): [largest: TenantLog | undefined, secondBytes: number] {
    let largest: TenantLog | undefined;
    let second = 0;
    for (const log of this.#logs.values()) {
      if (largest === undefined || log.bytes > largest.bytes) {
        second = largest?.bytes ?? 0;
        largest = log;
      } else if (log.bytes > second) {
        second = log.bytes;
      }
    }
    return [largest, second];
  }
}

/** Drops the tenant's oldest extent. @returns false if there is none, or it isn't durable yet */
function dropOldest(log: TenantLog, reason: DropReason, committed: number, lost: Losses): boolean {
  const oldest = log.extents[0];
  if (oldest === undefined || oldest.lastPosition > committed) return false;
  for (const { reader, last } of oldest.shares) {
    if (!reader.isClosed) lost.add(reader, reason, reader.drop(last, reason));
  }
  log.removeOldest();
  return true;
}

/** Events lost in one sweep, by drain and reason. */
class Losses {
  readonly #counts: Map<Reader, Map<DropReason, number>> = new Map();

  add(reader: Reader, reason: DropReason, events: number): void {
    if (events === 0) return;
    let counts = this.#counts.get(reader);
    if (counts === undefined) this.#counts.set(reader, (counts = new Map()));
    counts.set(reason, (counts.get(reason) ?? 0) + events);
  }

  tell(logs: ReadonlyMap<number, TenantLog>, report: Report): void {
    for (const [reader, counts] of this.#counts) {
      const names = logs.get(reader.tenant)?.namesOf(reader.drain);
      if (names === undefined) continue;
      for (const [reason, events] of counts) report({ kind: 'journal.dropped', ...names, reason, events });
    }
  }
}
