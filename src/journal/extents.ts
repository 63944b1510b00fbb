/*
 * Where a tenant's records are, in stretches: the unit of expiry, of byte bounds, of trimming, and of telling where a reader that
 * has fallen behind finds its next record. An extent lies in the shared blocks of one epoch (young), or is one batch of the tenant's own (old).
 * Promise: for each drain the shares of a tenant's extents hold its ordinals in order and, but for damage, without a gap.
 * Worst case: one extent per batchBytesMax of backlog, and a handful of small ones per tenant. Owner: tenant-log.ts.
 */
import type { Epoch } from './epoch.js';

/** The one who still needs an extent: a drain's cursor. */
export interface Reader {
  readonly drain: number;
  /** Ordinals up to here are never read again; Infinity once the drain is removed. */
  readonly resume: number;
  /** Ordinals up to here are durable. */
  readonly committed: number;
  /** True if `ordinal` is still to be read and no longer in memory. */
  lags(ordinal: number): boolean;
}

/** What one drain has in an extent: the ordinals `first` to `last`. */
export interface Share<R extends Reader = Reader> {
  readonly reader: R;
  first: number;
  last: number;
  bytes: number;
}

export class Extent<R extends Reader = Reader> {
  firstPosition: number;
  lastPosition: number;
  /** Length of its records, bytes. */
  bytes = 0;
  events = 0;
  /** When its first and its last event were received, clock.now(). */
  firstMs: number;
  lastMs: number;
  readonly shares: Share<R>[] = [];
  /** Number of the batch that it is, or 0 while it lies in shared blocks. */
  readonly batch: number;
  /** Where it lies while it is young. */
  readonly epoch: Epoch<R> | undefined;

  constructor(
    readonly tenant: number,
    place: { readonly batch: number } | { readonly epoch: Epoch<R> },
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

  shareOf(reader: R): Share<R> | undefined {
    for (const share of this.shares) if (share.reader === reader) return share;
    return undefined;
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
export function extentFrom<R extends Reader>(
  summary: ExtentSummary,
  place: { readonly batch: number } | { readonly epoch: Epoch<R> },
  readerOf: (drain: number) => R | undefined,
): Extent<R> {
  const extent = new Extent<R>(summary.tenant, place, summary.firstPosition, summary.firstMs);
  extent.lastPosition = summary.lastPosition;
  extent.bytes = summary.bytes;
  extent.events = summary.events;
  extent.lastMs = summary.lastMs;
  for (const [drain, first, last, bytes] of summary.shares) {
    const reader = readerOf(drain);
    if (reader !== undefined) extent.shares.push({ reader, first, last, bytes });
  }
  return extent;
}
