/*
 * The SD-ELEMENT that a drain adds to every message, and what gives way to it: an element of the producer's with the same SD-ID,
 * since one message never holds an SD-ID twice (RFC 5424 6.3.2) and a receiver may know the drain by it.
 * Promise: an event without such an element costs one comparison. Worst case: one copy of the record. Owner: one Gather.
 */
import { recordWithout, sdBytes, sdStart, sluiceElementBytes } from '../event/record.js';
import { StructuredDataWalk } from '../syslog/structured-data.js';

export class OwnElements {
  /** As they stand in a message; empty: the drain has none. */
  readonly bytes: Buffer;
  /** `id` of `[id …]`. */
  readonly #id: Buffer;
  readonly #walk = new StructuredDataWalk();

  /** @param text one SD-ELEMENT that the registry has checked, or undefined */
  constructor(text: string | undefined) {
    this.bytes = Buffer.from(text ?? '');
    this.#walk.begin(this.bytes, 0, this.bytes.length);
    this.#id = this.#walk.nextElement() ? this.bytes.subarray(this.#walk.idStart, this.#walk.idEnd) : this.bytes;
  }

  /** The record at `at` without the element that has our SD-ID, as a buffer that begins with it; undefined if it has none. */
  without(source: Buffer, at: number): Buffer | undefined {
    // The sluice@ element, which comes first, is ours already.
    if (this.bytes.length === 0 || sdBytes(source, at) === sluiceElementBytes(source, at)) return undefined;
    const walk = this.#walk;
    const start = sdStart(source, at);
    walk.begin(source, start, start + sdBytes(source, at));
    while (walk.nextElement()) {
      if (this.#id.compare(source, walk.idStart, walk.idEnd) !== 0) continue;
      return recordWithout(source, at, walk.elementStart, walk.elementEnd);
    }
    return undefined;
  }
}
