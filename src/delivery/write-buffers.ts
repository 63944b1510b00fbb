/*
 * The buffers that frames are gathered in, one per write, reused.
 * Promise: a buffer belongs to one write from `take` until `give`. Worst case: one buffer per connection whose receiver stalls
 * (limits.readBytesMax each, FAULTS F11). Owner: the fleet.
 */
import { limits } from '../base/limits.js';

export class WriteBuffers {
  readonly #free: Buffer[] = [];

  /** A buffer of at least `bytesMin` bytes with anything in it; longer ones than limits.readBytesMax are made for one use. */
  take(bytesMin = 0): Buffer {
    if (bytesMin > limits.readBytesMax) return Buffer.allocUnsafeSlow(bytesMin);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(limits.readBytesMax);
  }

  /** Takes back what `take` gave. */
  give(buffer: Buffer): void {
    if (buffer.length === limits.readBytesMax && this.#free.length < limits.writeBuffersFreeMax)
      this.#free.push(buffer);
  }
}
