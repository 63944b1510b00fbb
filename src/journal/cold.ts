/*
 * Reading back from disk for drains that have fallen out of memory: a few batches at a time, each handed to the drain that wanted it.
 * Promise: what is held is bounded over all drains; every reader gets its turn, in the order of asking, and one that doesn't come back
 * for what it wanted gives way. Worst case: a reader waits for a compaction and 16 MiB of others' reads. Owner: journal.ts.
 */
import type { Clock } from '../base/clock.js';
import type { Report } from '../base/happening.js';
import type { JournalBounds } from './bounds.js';
import type { CommitThread } from './commit-thread.js';
import type { Cursor } from './cursor.js';
import type { Extent } from './extents.js';
import type { Loaded } from './messages.js';
import type { TenantLog } from './tenant-log.js';

export interface ColdParts {
  readonly clock: Clock;
  readonly thread: CommitThread;
  readonly bounds: JournalBounds;
  readonly logs: ReadonlyMap<number, TenantLog>;
  readonly report: Report;
  /** Young records of this tenant have to be rewritten into batches before they can be read. */
  readonly demand: (log: TenantLog) => void;
  /** The disk, or the thread, can't be read any more. */
  readonly fail: (error: unknown) => void;
}

/** What one drain has of the memory for cold reads. */
interface Grant {
  readonly extents: readonly Extent[];
  readonly bytes: number;
  /** When it was handed over; undefined while the disk is read. */
  heldSinceMs: number | undefined;
}

export class ColdReads {
  readonly #parts: ColdParts;
  readonly #waiting: Set<Cursor> = new Set();
  /** Wait for a compaction. */
  readonly #demanding: Set<Cursor> = new Set();
  readonly #grants: Map<Cursor, Grant> = new Map();
  #bytes = 0;

  constructor(parts: ColdParts) {
    this.#parts = parts;
  }

  /** Bytes held or being read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The cursor wants the records after its last read one. It is told through onReady when it has them, or moved over a gap at once. */
  want(cursor: Cursor): 'loading' | 'skipped' {
    if (this.#waiting.has(cursor) || this.#demanding.has(cursor) || this.#grants.has(cursor)) return 'loading';
    if (this.#skipGap(cursor)) return 'skipped';
    this.#waiting.add(cursor);
    this.#pump();
    return 'loading';
  }

  /** The cursor is through with what it was given, or reads elsewhere now. */
  release(cursor: Cursor): void {
    this.#waiting.delete(cursor);
    this.#demanding.delete(cursor);
    this.#free(cursor);
    if (this.#waiting.size > 0) this.#pump();
  }

  /** What the cursor wanted was dropped. If its reader waits, the next sweep looks where it stands now. */
  renew(cursor: Cursor): void {
    const grant = this.#grants.get(cursor);
    const waits = grant !== undefined && grant.heldSinceMs === undefined;
    if (waits || this.#demanding.delete(cursor)) this.#waiting.add(cursor);
    this.#free(cursor);
  }

  /** Extents were rewritten: who waited for that looks again. */
  compacted(): void {
    for (const cursor of this.#demanding) this.#waiting.add(cursor);
    this.#demanding.clear();
    this.#pump();
  }

  /** Serves who waits; takes back from others what they didn't fetch in time. */
  sweep(nowMs: number): void {
    if (this.#waiting.size === 0) return;
    for (const [cursor, { heldSinceMs }] of this.#grants) {
      if (heldSinceMs === undefined || nowMs - heldSinceMs < this.#parts.bounds.coldHeldMsMax) continue;
      cursor.unhold();
      this.#free(cursor);
      // It may be waiting to be told, if it was told too early.
      cursor.onReady();
    }
    this.#pump();
  }

  #free(cursor: Cursor): void {
    const grant = this.#grants.get(cursor);
    if (grant === undefined) return;
    this.#grants.delete(cursor);
    this.#bytes -= grant.bytes;
  }

  /** Serves who waits, first come first, while there is room. */
  #pump(): void {
    const { bounds, logs } = this.#parts;
    for (const cursor of this.#waiting) {
      if (this.#bytes > 0 && this.#bytes + bounds.coldReadBytesMax > bounds.coldBytesMax) return;
      this.#waiting.delete(cursor);
      const log = logs.get(cursor.tenant);
      const needsDisk = log !== undefined && !cursor.readsMemory;
      const extents = needsDisk ? nextExtents(log, cursor, bounds.coldReadBytesMax) : [];
      if (log !== undefined && extents.length > 0 && extents[0].batch === 0) {
        this.#demanding.add(cursor);
        this.#parts.demand(log);
      } else if (extents.length === 0) {
        cursor.onReady();
      } else {
        this.#load(cursor, extents);
      }
    }
  }

  #load(cursor: Cursor, extents: readonly Extent[]): void {
    const grant: Grant = { extents, bytes: sum(extents), heldSinceMs: undefined };
    this.#grants.set(cursor, grant);
    this.#bytes += grant.bytes;
    const isMine = () => this.#grants.get(cursor) === grant;
    this.#parts.thread.load(extents.map((extent) => extent.batch)).then(
      (loaded) => {
        if (isMine()) this.#give(cursor, grant, loaded);
      },
      (error: unknown) => {
        if (isMine()) this.#free(cursor);
        this.#parts.fail(error);
      },
    );
  }

  #give(cursor: Cursor, grant: Grant, loaded: readonly Loaded[]): void {
    const batches: Buffer[] = [];
    for (const batch of loaded) {
      if (typeof batch === 'string') break;
      batches.push(Buffer.from(batch.buffer));
    }
    const first = grant.extents[0].shareOf(cursor)?.first;
    const last = grant.extents[batches.length - 1]?.shareOf(cursor)?.last;
    if (first !== undefined && last !== undefined) {
      grant.heldSinceMs = this.#parts.clock.now();
      cursor.hold({ first, last, batches, batch: 0, at: 0 });
      cursor.onReady();
      return;
    }
    this.#free(cursor);
    if (loaded[0] === 'damaged') this.#lose(grant.extents[0]);
    // Rewritten or deleted since it was asked for: the cursor looks again.
    cursor.onReady();
  }

  /** The batch can't be read: its events are lost for every drain that still had to be sent them. */
  #lose(extent: Extent): void {
    for (const { reader, first, last } of extent.shares) reader.lose(first, last);
    this.#parts.logs.get(extent.tenant)?.remove(extent);
    this.#parts.report({ kind: 'journal.damaged', where: 'batch', events: extent.events });
  }

  /** Moves the cursor to where its next extent begins, if ordinals before that are nowhere: damage took them. */
  #skipGap(cursor: Cursor): boolean {
    const log = this.#parts.logs.get(cursor.tenant);
    const first = log === undefined ? undefined : nextExtents(log, cursor, 0)[0]?.shareOf(cursor)?.first;
    if (first !== undefined && first <= cursor.next) return false;
    cursor.skip((first ?? Infinity) - 1);
    return true;
  }
}

/** The extents that hold the cursor's next ordinals: one, and further batches of about `bytesMax` together that follow without a gap. */
function nextExtents(log: TenantLog, cursor: Cursor, bytesMax: number): Extent[] {
  const found: Extent[] = [];
  let bytes = 0;
  let next = cursor.next;
  for (const extent of log.extents) {
    const share = extent.shareOf(cursor);
    if (share === undefined || share.last < next) continue;
    const fits = share.first <= next && extent.batch !== 0 && bytes + extent.bytes <= bytesMax;
    if (found.length > 0 && !fits) break;
    found.push(extent);
    if (extent.batch === 0) break;
    bytes += extent.bytes;
    next = share.last + 1;
  }
  return found;
}

const sum = (extents: readonly Extent[]): number => extents.reduce((bytes, extent) => bytes + extent.bytes, 0);
