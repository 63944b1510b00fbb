/*
 * A stretch of somebody's buffer, and a buffer that grows: how text travels through admission without becoming a string.
 * Promise: neither copies on its own. Owner: the Admission, which reuses both from event to event.
 */

const EMPTY = Buffer.alloc(0);

export class Span {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;

  set(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  get length(): number {
    return this.end - this.start;
  }
}

/** Room for text that had to be rewritten; holds what the longest event needed so far (bounded by limits.eventBytesMax × 4). */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(4096);

  /** At least `bytesMin` bytes; what was in it is gone. */
  reserve(bytesMin: number): Buffer {
    if (this.bytes.length < bytesMin) this.bytes = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytesMin)));
    return this.bytes;
  }
}
