/*
 * What the agent's thread and the commit thread say to each other. Requests are answered in the order in which they were made, each once;
 * records travel as shared memory to the thread and as transferred buffers from it.
 * Worst case: the thread ends, and whatever waits fails with journal_failed. Owner: commit-thread.ts on one side, worker.ts on the other.
 */
import type { FailureCode } from '../base/failure.js';
import type { ChangesRows } from './changes.js';
import type { BatchSummary, ExtentSummary } from './extents.js';

/** How to open the journal, given when the thread starts. */
export interface StoreOptions {
  readonly path: string;
  readonly durability: 'full' | 'process';
  readonly checkpointBytes: number;
  readonly cacheBytes: number;
  readonly fileBytesMax?: number;
  /** Where recovered epochs are cut. */
  readonly epochBytesMax: number;
  readonly epochMsMax: number;
  readonly batchBytesMax: number;
}

export interface BlockRow {
  readonly number: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly shared: SharedArrayBuffer;
  readonly from: number;
  readonly to: number;
}

/** A batch to write for one tenant: older batches, and its wanted records of an epoch from `firstPosition` to `lastPosition`. */
export interface BatchPlan {
  readonly batch: number;
  readonly tenant: number;
  /** Oldest first; they are deleted. */
  readonly replaces: readonly number[];
  readonly firstPosition: number;
  readonly lastPosition: number;
}

export interface Compaction {
  /** Blocks of the epoch, first to last. */
  readonly blocks: readonly [number, number];
  /** True: nothing else in them is wanted, they are deleted. */
  readonly deletesBlocks: boolean;
  /** Of each tenant in order of position. */
  readonly batches: readonly BatchPlan[];
  /** Length of what may have to be written, bytes. */
  readonly bytes: number;
  /** Where each drain would start again: records that are behind this for all their drains are left out. [drain, resume]. */
  readonly resumes: readonly (readonly [number, number])[];
}

/** One transaction. */
export interface Write {
  readonly blocks: readonly BlockRow[];
  readonly changes?: ChangesRows;
  readonly compaction?: Compaction;
}

export type Request =
  | { readonly kind: 'write'; readonly id: number; readonly write: Write }
  | { readonly kind: 'load'; readonly id: number; readonly batches: readonly number[] }
  | { readonly kind: 'close'; readonly id: number };

/** What `load` found of one batch. */
export type Loaded = Uint8Array | 'gone' | 'damaged';

export type Reply =
  | { readonly kind: 'done'; readonly id: number; readonly written: readonly BatchSummary[] }
  | { readonly kind: 'loaded'; readonly id: number; readonly batches: readonly Loaded[] }
  | { readonly kind: 'failed'; readonly id: number; readonly code: FailureCode; readonly message: string };

/** First message from the thread. */
export type Greeting =
  | { readonly kind: 'opened'; readonly recovered: Recovered }
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly message: string };

export interface RecoveredEpoch {
  readonly firstBlock: number;
  lastBlock: number;
  bytes: number;
  readonly firstPosition: number;
  readonly startMs: number;
  endMs: number;
  /** Of all tenants; only records that a drain may still have to be sent. */
  extents: ExtentSummary[];
}

/** What was on disk. */
export interface Recovered {
  /** Rows of CURSOR_COLUMNS, one after the other. */
  readonly cursors: readonly number[];
  readonly batches: readonly BatchSummary[];
  readonly epochs: readonly RecoveredEpoch[];
  /** Highest ordinal found for a drain, where it is above its row's `accepted`: [drain, ordinal]. */
  readonly accepted: readonly (readonly [number, number])[];
  /** Last position ever given out, and last numbers of a block and a batch that are there; 0 if there is none. */
  readonly position: number;
  readonly lastBlock: number;
  readonly lastBatch: number;
  /** Blocks that were torn or malformed; what could be read of them is kept. */
  readonly damagedBlocks: number;
}
