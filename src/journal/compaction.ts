/*
 * The second generation: what is left of an old epoch becomes batches of each tenant's own, so that a stuck drain pins its own bytes only
 * and is read back in sequence. Decides what to rewrite; rewrite.ts does it in one transaction.
 * An epoch is rewritten whole when it has settled (or the shared blocks outgrow their bound), and for single tenants as soon as one of
 * their drains wants to read what is no longer in memory.
 * Promise: a tenant's batches always are its oldest extents. Worst case: one epoch read, 1000 batches written. Owner: journal.ts.
 */
import type { Appender } from './append.js';
import type { JournalBounds } from './bounds.js';
import type { Epochs } from './epochs.js';
import { type BatchSummary, type Epoch, type Extent, extentFrom } from './extents.js';
import type { BatchPlan, Compaction } from './messages.js';
import type { TenantLog } from './tenant-log.js';

/** A small batch is merged with the one before it if that is at most this many times as long: each byte is rewritten a few times, not often. */
const MERGE_FACTOR = 4;
/** …and if both together span at most this part of the ttl: bounds how much later than its first event an extent expires. */
const MERGE_TTL_PARTS = 16;

export interface CompactionPlan {
  readonly compaction: Compaction;
  /** Replaces the extents in memory once the transaction is durable. */
  apply(written: readonly BatchSummary[]): void;
}

/** One batch to be: extents of one tenant that follow each other. */
interface Draft {
  readonly parts: readonly Extent[];
  readonly bytes: number;
}

type Logs = ReadonlyMap<number, TenantLog>;

export class Compactor {
  /** Tenants with a drain that wants to read young records which are not in memory. */
  readonly demands: Set<TenantLog> = new Set();
  /** Called after each compaction. */
  onCompacted: () => void = () => undefined;
  readonly #epochs: Epochs;
  readonly #logs: Logs;
  readonly #appender: Appender;
  readonly #bounds: JournalBounds;
  readonly #spanMsMax: number;
  #lastBatch: number;

  constructor(epochs: Epochs, logs: Logs, appender: Appender, bounds: JournalBounds, ttlMs: number, lastBatch: number) {
    this.#epochs = epochs;
    this.#logs = logs;
    this.#appender = appender;
    this.#bounds = bounds;
    this.#spanMsMax = ttlMs / MERGE_TTL_PARTS;
    this.#lastBatch = lastBatch;
  }

  /** What to rewrite next, or undefined. The plan must be tried before the next is asked for. */
  plan(nowMs: number): CompactionPlan | undefined {
    const oldest = this.#epochs.oldest;
    if (oldest === undefined) return undefined;
    if (oldest.whole && this.#isDue(oldest, nowMs)) {
      return this.#planFor(
        oldest,
        this.#byTenant(oldest, () => true),
      );
    }
    if (this.demands.size === 0) return undefined;
    const epoch = this.#demanded();
    if (epoch === undefined) return undefined;
    return this.#planFor(
      epoch,
      this.#byTenant(epoch, (log) => firstYoung(log)?.epoch === epoch && this.#lags(log, epoch)),
    );
  }

  #isDue(epoch: Epoch, nowMs: number): boolean {
    return nowMs - epoch.endMs >= this.#bounds.epochSettledMs || this.#epochs.bytes > this.#bounds.youngDiskBytesMax;
  }

  /** The oldest epoch that a demand needs; undefined while there is none, or it isn't on disk whole. */
  #demanded(): Epoch | undefined {
    let found: Epoch | undefined;
    for (const log of this.demands) {
      const epoch = firstYoung(log)?.epoch;
      if (epoch === undefined) this.demands.delete(log);
      else if (found === undefined || epoch.firstPosition < found.firstPosition) found = epoch;
    }
    if (found !== undefined && found === this.#epochs.open) this.#appender.sealEpoch();
    return found?.whole === true ? found : undefined;
  }

  /** True if a drain of the tenant asked for it, or will soon: others that lag in the same epoch are served by the same scan. */
  #lags(log: TenantLog, epoch: Epoch): boolean {
    if (this.demands.has(log)) return true;
    return log.extents.some(
      (extent) => extent.epoch === epoch && extent.shares.some(({ reader, last }) => reader.lags(last)),
    );
  }

  /** The wanted extents of an epoch, by tenant, in order. */
  #byTenant(epoch: Epoch, chosen: (log: TenantLog) => boolean): Map<TenantLog, Extent[]> {
    const groups = new Map<TenantLog, Extent[]>();
    const passedOver = new Set<TenantLog>();
    for (const extent of epoch.extents) {
      const log = this.#logs.get(extent.tenant);
      if (log === undefined || passedOver.has(log) || !extent.wanted) continue;
      const group = groups.get(log);
      if (group !== undefined) group.push(extent);
      else if (chosen(log)) groups.set(log, [extent]);
      else passedOver.add(log);
    }
    return groups;
  }

  #planFor(epoch: Epoch, groups: ReadonlyMap<TenantLog, readonly Extent[]>): CompactionPlan {
    const drafts: { readonly log: TenantLog; readonly batch: number; readonly parts: readonly Extent[] }[] = [];
    const resumes: [number, number][] = [];
    let planned = 0;
    for (const [log, extents] of groups) {
      if (drafts.length >= this.#bounds.compactionBatchesMax) break;
      for (const { parts } of this.#drafts(log, extents)) drafts.push({ log, batch: ++this.#lastBatch, parts });
      for (const cursor of log.cursors) resumes.push([cursor.drain, cursor.resume]);
      planned += extents.length;
    }
    const wanted = [...epoch.extents].filter((extent) => extent.wanted).length;
    const deletesBlocks = planned === wanted;
    const compaction: Compaction = {
      blocks: [epoch.firstBlock, epoch.lastBlock],
      deletesBlocks,
      bytes: drafts.reduce((sum, { parts }) => parts.reduce((bytes, part) => bytes + part.bytes, sum), 0),
      batches: drafts.map(({ log, batch, parts }) => batchPlan(log, batch, parts)),
      resumes,
    };
    const apply = (written: readonly BatchSummary[]): void => {
      const summaries = new Map(written.map((summary) => [summary.batch, summary]));
      for (const log of new Set(drafts.map((draft) => draft.log))) {
        const mine = drafts.filter((draft) => draft.log === log);
        const extents = mine.flatMap(({ batch }) => {
          const summary = summaries.get(batch);
          return summary === undefined ? [] : [extentFrom(summary, { batch }, (drain) => log.cursor(drain))];
        });
        log.adopt(extents, new Set(mine.flatMap(({ parts }) => parts)));
      }
      if (deletesBlocks) this.#drop(epoch);
      this.onCompacted();
    };
    return { compaction, apply };
  }

  /** Its blocks are deleted: what is left of it was wanted by nobody. */
  #drop(epoch: Epoch): void {
    for (const tenant of new Set([...epoch.extents].map((extent) => extent.tenant))) this.#logs.get(tenant)?.trim();
    this.#epochs.remove(epoch);
  }

  /** Cuts the tenant's next extents into batches, taking small batches before them in. */
  #drafts(log: TenantLog, extents: readonly Extent[]): Draft[] {
    let old = log.extents.findIndex((extent) => extent.batch === 0);
    const drafts: Draft[] = [];
    for (const extent of extents) {
      let draft: Draft = { parts: [extent], bytes: extent.bytes };
      for (;;) {
        const last =
          drafts.at(-1) ?? (old > 0 ? { parts: [log.extents[old - 1]], bytes: log.extents[old - 1].bytes } : undefined);
        if (last === undefined || !this.#mergeable(last, draft)) break;
        if (drafts.pop() === undefined) old -= 1;
        draft = { parts: [...last.parts, ...draft.parts], bytes: last.bytes + draft.bytes };
      }
      drafts.push(draft);
    }
    return drafts;
  }

  #mergeable(last: Draft, next: Draft): boolean {
    const spanMs = next.parts[next.parts.length - 1].lastMs - last.parts[0].firstMs;
    return (
      last.bytes <= MERGE_FACTOR * next.bytes &&
      last.bytes + next.bytes <= this.#bounds.batchBytesMax &&
      spanMs <= this.#spanMsMax
    );
  }
}

const firstYoung = (log: TenantLog): Extent | undefined => log.extents.find((extent) => extent.batch === 0);

function batchPlan(log: TenantLog, batch: number, parts: readonly Extent[]): BatchPlan {
  const young = parts.filter((extent) => extent.batch === 0);
  return {
    batch,
    tenant: log.number,
    replaces: parts.filter((extent) => extent.batch !== 0).map((extent) => extent.batch),
    firstPosition: young[0].firstPosition,
    lastPosition: young[young.length - 1].lastPosition,
  };
}
