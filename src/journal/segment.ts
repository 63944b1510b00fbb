/*
 * Young records in memory: shared segments, written once by append, read by the commit thread and by readers that keep up.
 * Promise: a segment stays while something of it is uncommitted; the oldest go first, so what is in memory is always the newest
 * stretch of the journal. Worst case: `bytesMax` and what is uncommitted. Owner: journal.ts.
 */
import { assert } from '../base/assert.js';

/** A ref names a record in memory as one number: serial of its segment · REF_SPAN + offset. */
export const REF_SPAN = 2 ** 21;
/** Memory of evicted segments kept for the next ones: a fresh one costs 256 page faults. */
const SPARE_SEGMENTS_MAX = 4;

export class Segment {
  /** Bytes of it that hold records. */
  written = 0;
  /** Position of its last record. */
  lastPosition = 0;
  /** Blocks cut from it that are not committed. */
  uncommittedBlocks = 0;

  constructor(
    readonly serial: number,
    readonly shared: SharedArrayBuffer,
    readonly bytes: Buffer,
  ) {}
}

export class YoungMemory {
  readonly #segmentBytes: number;
  readonly #bytesMax: number;
  readonly #segments: Segment[] = [];
  readonly #spare: SharedArrayBuffer[] = [];
  #bytes = 0;
  #nextSerial = 1;

  constructor(segmentBytes: number, bytesMax: number) {
    assert(segmentBytes <= REF_SPAN, 'an offset fits into a ref');
    this.#segmentBytes = segmentBytes;
    this.#bytesMax = bytesMax;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The segment that is being written, if it has `length` bytes left. */
  roomFor(length: number): Segment | undefined {
    const current = this.#segments.at(-1);
    return current !== undefined && current.written + length <= current.bytes.length ? current : undefined;
  }

  /** Starts a new segment of at least `length` bytes; it is the one being written from now on. */
  start(length: number): Segment {
    const size = Math.max(length, this.#segmentBytes);
    const shared = (size === this.#segmentBytes ? this.#spare.pop() : undefined) ?? new SharedArrayBuffer(size);
    const segment = new Segment(this.#nextSerial++, shared, Buffer.from(shared));
    this.#segments.push(segment);
    this.#bytes += size;
    this.evict(0);
    return segment;
  }

  /** The segment, or undefined if it was evicted. */
  at(serial: number): Segment | undefined {
    return this.#segments.length === 0 ? undefined : this.#segments[serial - this.#segments[0].serial];
  }

  /** Refs below this one are stale. */
  get refFirst(): number {
    return (this.#segments.length === 0 ? this.#nextSerial : this.#segments[0].serial) * REF_SPAN;
  }

  /**
   * Lets the oldest committed segments go: those beyond the bound, and those that nobody needs any more.
   * @param neededFrom every record with a smaller position was trimmed
   */
  evict(neededFrom: number): void {
    while (this.#segments.length > 1) {
      const oldest = this.#segments[0];
      if (oldest.uncommittedBlocks > 0) return;
      if (this.#bytes <= this.#bytesMax && oldest.lastPosition >= neededFrom) return;
      this.#segments.shift();
      this.#bytes -= oldest.bytes.length;
      const reusable = oldest.bytes.length === this.#segmentBytes && this.#spare.length < SPARE_SEGMENTS_MAX;
      if (reusable) this.#spare.push(oldest.shared);
    }
  }
}
