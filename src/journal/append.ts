/*
 * The hot path: one admitted event becomes one record in the shared segment being written, with a route for each drain that takes it.
 * Promise: positions count up by one; nothing is allocated per event; what was written is cut into blocks for the commit.
 * Worst case: a filter per drain of the tenant and one copy, about half a microsecond. Owner: journal.ts.
 */
import type { Clock } from '../base/clock.js';
import type { EncodedEvent } from '../event/encoded.js';
import { recordBytes, recordRoutesMax, writeRecord } from '../event/record.js';
import type { JournalBounds } from './bounds.js';
import type { Cursor } from './cursor.js';
import type { Epochs } from './epochs.js';
import type { Epoch } from './extents.js';
import { REF_SPAN, type Segment, type YoungMemory } from './segment.js';
import type { TenantLog } from './tenant-log.js';

/** Records `from` to `to` of a segment, which the commit makes one row. */
export interface Block {
  readonly number: number;
  readonly epoch: Epoch;
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

export class Appender {
  readonly #clock: Clock;
  readonly #memory: YoungMemory;
  readonly #epochs: Epochs;
  readonly #bounds: JournalBounds;
  #position: number;
  #nextBlock: number;
  /** The block being written: a place in a segment, and what it holds already. */
  #segment: Segment | undefined;
  #from = 0;
  #firstPosition = 0;
  #blocks: Block[] = [];
  #fresh: Cursor[] = [];
  // Of the event at hand, used again for each: the drains that take it.
  readonly #takers: Cursor[] = [];
  readonly #drains: Float64Array = new Float64Array(recordRoutesMax);
  readonly #ordinals: Float64Array = new Float64Array(recordRoutesMax);

  /**
   * @param position last one given out
   * @param nextBlock number of the next block
   */
  constructor(
    clock: Clock,
    memory: YoungMemory,
    epochs: Epochs,
    bounds: JournalBounds,
    position: number,
    nextBlock: number,
  ) {
    this.#clock = clock;
    this.#memory = memory;
    this.#epochs = epochs;
    this.#bounds = bounds;
    this.#position = position;
    this.#nextBlock = nextBlock;
  }

  /** Last position given out. */
  get position(): number {
    return this.#position;
  }

  /**
   * Writes the event for every drain of `log` whose filter takes it.
   * @returns length of the record, bytes; 0 if no filter took it
   */
  append(log: TenantLog, event: EncodedEvent): number {
    const routes = this.#route(log.cursors, event);
    if (routes === 0) return 0;
    const length = recordBytes(event, routes);
    const nowMs = Math.floor(this.#clock.now());
    const position = this.#position + 1;
    const epoch = this.#epochFor(position, nowMs);
    const segment = this.#segmentFor(length);
    const at = segment.written;
    writeRecord(segment.bytes, at, event, log.number, position, nowMs, routes, this.#drains, this.#ordinals);
    if (this.#firstPosition === 0) this.#firstPosition = position;
    this.#position = position;
    segment.written = at + length;
    segment.lastPosition = position;
    epoch.bytes += length;
    epoch.endMs = nowMs;
    const extent = log.extentFor(epoch, position, length, this.#bounds.batchBytesMax, nowMs);
    log.count(extent, position, length, nowMs);
    const ref = segment.serial * REF_SPAN + at;
    for (let i = 0; i < routes; i++) {
      const cursor = this.#takers[i];
      cursor.accept(extent, length, ref);
      if (cursor.fresh) continue;
      cursor.fresh = true;
      this.#fresh.push(cursor);
    }
    return length;
  }

  /** Ends the epoch being written: what is appended from now on is in another. */
  sealEpoch(): void {
    const epoch = this.#epochs.open;
    if (epoch === undefined) return;
    this.#cutBlock();
    epoch.sealed = true;
  }

  /** Ends it if it is old or long enough. */
  sealFullEpoch(nowMs: number): void {
    const epoch = this.#epochs.open;
    if (epoch !== undefined && this.#epochs.isFull(epoch, nowMs)) this.sealEpoch();
  }

  /** Takes what was appended since the last call: its blocks, and the cursors that have new events. */
  takeBlocks(): { readonly blocks: Block[]; readonly fresh: Cursor[] } {
    this.#cutBlock();
    const taken = { blocks: this.#blocks, fresh: this.#fresh };
    this.#blocks = [];
    this.#fresh = [];
    for (const cursor of taken.fresh) cursor.fresh = false;
    return taken;
  }

  #route(cursors: readonly Cursor[], event: EncodedEvent): number {
    let routes = 0;
    for (let i = 0; i < cursors.length; i++) {
      const cursor = cursors[i];
      if (!cursor.filter.matches(event.type, event.severity)) {
        cursor.leaveOut();
        continue;
      }
      this.#takers[routes] = cursor;
      this.#drains[routes] = cursor.drain;
      this.#ordinals[routes] = cursor.accepted + 1;
      routes += 1;
    }
    return routes;
  }

  #epochFor(position: number, nowMs: number): Epoch {
    const open = this.#epochs.open;
    if (open !== undefined && !this.#epochs.isFull(open, nowMs)) return open;
    this.sealEpoch();
    return this.#epochs.start(position, nowMs);
  }

  #segmentFor(length: number): Segment {
    const current = this.#memory.roomFor(length);
    if (current !== undefined && current === this.#segment) return current;
    this.#cutBlock();
    const segment = current ?? this.#memory.start(length);
    this.#segment = segment;
    this.#from = segment.written;
    return segment;
  }

  /** What the current segment holds since the last cut becomes a block. */
  #cutBlock(): void {
    const segment = this.#segment;
    const epoch = this.#epochs.open;
    if (segment === undefined || epoch === undefined || segment.written === this.#from) return;
    const block: Block = {
      number: this.#nextBlock++,
      epoch,
      segment,
      from: this.#from,
      to: segment.written,
      firstPosition: this.#firstPosition,
      lastPosition: this.#position,
    };
    epoch.addBlock(block.number);
    epoch.uncommittedBlocks += 1;
    segment.uncommittedBlocks += 1;
    this.#blocks.push(block);
    this.#from = segment.written;
    this.#firstPosition = 0;
  }
}
