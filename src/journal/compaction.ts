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

/** What a plan does with one tenant's extents: which become which batch. */
interface Move {
  readonly log: TenantLog;
  readonly drafts: { readonly batch: number; readonly parts: readonly Extent[] }[];
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
    const moves: Move[] = [];
    const batches: BatchPlan[] = [];
    const resumes: [number, number][] = [];
    let planned = 0;
    let bytes = 0;
    for (const [log, extents] of groups) {
      if (batches.length >= this.#bounds.compactionBatchesMax) break;
      const move: Move = { log, drafts: [] };
      for (const draft of this.#drafts(log, extents)) {
        const batch = ++this.#lastBatch;
        move.drafts.push({ batch, parts: draft.parts });
        batches.push(batchPlan(log, batch, draft.parts));
        bytes += draft.bytes;
      }
      moves.push(move);
      for (const cursor of log.cursors) resumes.push([cursor.drain, cursor.resume]);
      planned += extents.length;
    }
    const wanted = [...epoch.extents].filter((extent) => extent.wanted).length;
    const deletesBlocks = planned === wanted;
    const compaction = { blocks: [epoch.firstBlock, epoch.lastBlock] as const, deletesBlocks, bytes, batches, resumes };
    const apply = (written: readonly BatchSummary[]): void => {
      const summaries = new Map(written.map((summary) => [summary.batch, summary]));
      for (const move of moves) this.#finish(move, summaries);
      if (deletesBlocks) this.#drop(epoch);
      this.onCompacted();
    };
    return { compaction, apply };
  }

  /** The tenant's batches are on disk. Drains, and the tenant, may have been removed since they were planned. */
  #finish({ log, drafts }: Move, summaries: ReadonlyMap<number, BatchSummary>): void {
    const extents: Extent[] = [];
    for (const { batch } of drafts) {
      const summary = summaries.get(batch);
      if (summary !== undefined) extents.push(extentFrom(summary, { batch }, (drain) => log.cursor(drain)));
    }
    log.adopt(extents, new Set(drafts.flatMap(({ parts }) => parts)));
    log.trim();
    // Who wants more of its young records than this asks again: the newer ones may well be in memory.
    this.demands.delete(log);
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
