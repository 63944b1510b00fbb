/*
 * The octets of one frame that began in an earlier chunk, gathered in a buffer that grows with what arrives.
 * Promise: no more memory than twice what was held at once, at most `bytesMax`; a long frame's buffer is given back.
 * Owner: one FrameDecoder.
 */
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';

const EMPTY = Buffer.alloc(0);

export class HeldBytes {
  /** Octets 0 to `length` count. */
  bytes: Buffer = EMPTY;
  length = 0;
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Adds a copy of octets `start` to `end` of `source`. */
  add(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    assert(length <= this.#bytesMax, 'no more is held than one frame');
    if (length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(limits.heldBytesMin, 2 * length)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  /** Forgets what is held. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > limits.heldBytesKept) this.bytes = EMPTY;
  }
}
