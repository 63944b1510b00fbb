/*
 * Where a tenant's records are, in stretches: the unit of expiry, of byte bounds, of trimming, and of telling where a reader that
 * has fallen behind finds its next record. An extent lies in the shared blocks of one epoch (young), or is one batch of the tenant's own (old).
 * Promise: for each drain the shares of a tenant's extents hold its ordinals in order and, but for damage, without a gap.
 * Worst case: one extent per batchBytesMax of backlog, and a handful of small ones per tenant. Owner: tenant-log.ts.
 */
import { assert } from '../base/assert.js';
import type { DropReason } from './cursor-state.js';

/** The one who still needs an extent: a drain's cursor. */
export interface Reader {
  readonly tenant: number;
  readonly drain: number;
  readonly isClosed: boolean;
  /** Ordinals up to here are never read again; Infinity once the drain is removed. */
  readonly resume: number;
  /** Ordinals up to here are durable. */
  readonly committed: number;
  /** True if `ordinal` is still to be read and no longer in memory. */
  lags(ordinal: number): boolean;
  /** Gives up everything to `ordinal`. @returns how many events that lost */
  drop(ordinal: number, reason: DropReason): number;
  /** The records of these ordinals are damaged. */
  lose(first: number, last: number): void;
}

/** What one drain has in an extent: the ordinals `first` to `last`. */
export interface Share {
  readonly reader: Reader;
  first: number;
  last: number;
  bytes: number;
}

export class Extent {
  firstPosition: number;
  lastPosition: number;
  /** Length of its records, bytes. */
  bytes = 0;
  events = 0;
  /** When its first and its last event were received, clock.now(). */
  firstMs: number;
  lastMs: number;
  readonly shares: Share[] = [];
  /** Number of the batch that it is, or 0 while it lies in shared blocks. */
  readonly batch: number;
  /** Where it lies while it is young. */
  readonly epoch: Epoch | undefined;

  constructor(
    readonly tenant: number,
    place: { readonly batch: number } | { readonly epoch: Epoch },
    position: number,
    nowMs: number,
  ) {
    this.batch = 'batch' in place ? place.batch : 0;
    this.epoch = 'epoch' in place ? place.epoch : undefined;
    this.firstPosition = position;
    this.lastPosition = position;
    this.firstMs = nowMs;
    this.lastMs = nowMs;
  }

  /** True while a drain may still have to be sent something of it. */
  get wanted(): boolean {
    for (const share of this.shares) if (share.last > share.reader.resume) return true;
    return false;
  }

  /** The same of what is on disk already. */
  get wantedOnDisk(): boolean {
    for (const { last, reader } of this.shares) if (Math.min(last, reader.committed) > reader.resume) return true;
    return false;
  }

  shareOf(reader: Reader): Share | undefined {
    for (const share of this.shares) if (share.reader === reader) return share;
    return undefined;
  }
}

/** A stretch of time in the shared blocks; all of what it holds is deleted together. */
export class Epoch {
  readonly firstPosition: number;
  /** Blocks on disk: numbers `firstBlock` to `lastBlock`, none while both are 0. */
  firstBlock = 0;
  lastBlock = 0;
  /** Length of its blocks and of what isn't cut yet, bytes. */
  bytes = 0;
  readonly startMs: number;
  endMs: number;
  /** Blocks cut and not committed. */
  uncommittedBlocks = 0;
  sealed = false;
  readonly extents: Set<Extent> = new Set();

  constructor(firstPosition: number, nowMs: number) {
    this.firstPosition = firstPosition;
    this.startMs = nowMs;
    this.endMs = nowMs;
  }

  /** Takes the next block. */
  addBlock(block: number): void {
    if (this.firstBlock === 0) this.firstBlock = block;
    else assert(block === this.lastBlock + 1, 'the blocks of an epoch follow each other');
    this.lastBlock = block;
  }

  /** True when all of it is on disk and nothing will be added. */
  get whole(): boolean {
    return this.sealed && this.uncommittedBlocks === 0;
  }

  /** True when it is whole and nothing of it is left. */
  get isOver(): boolean {
    return this.whole && this.extents.size === 0;
  }
}

/** An extent as the commit thread found or wrote it, and as the batch table keeps it. */
export interface ExtentSummary {
  readonly tenant: number;
  firstPosition: number;
  lastPosition: number;
  bytes: number;
  events: number;
  firstMs: number;
  lastMs: number;
  /** For each drain: number, first and last ordinal, bytes. */
  shares: [drain: number, first: number, last: number, bytes: number][];
}

export interface BatchSummary extends ExtentSummary {
  readonly batch: number;
}

/**
 * The extent that a summary describes. Drains that are gone have no share.
 * @param readerOf the tenant's cursor of a drain
 */
export function extentFrom(
  summary: ExtentSummary,
  place: { readonly batch: number } | { readonly epoch: Epoch },
  readerOf: (drain: number) => Reader | undefined,
): Extent {
  const extent = new Extent(summary.tenant, place, summary.firstPosition, summary.firstMs);
  extent.lastPosition = summary.lastPosition;
  extent.bytes = summary.bytes;
  extent.events = summary.events;
  extent.lastMs = summary.lastMs;
  for (const [drain, first, last, bytes] of summary.shares) {
    const reader = readerOf(drain);
    // Beyond what was committed nothing is there: a flipped byte may say so.
    if (reader !== undefined) extent.shares.push({ reader, first, last: Math.min(last, reader.committed), bytes });
  }
  return extent;
}
