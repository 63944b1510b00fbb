/*
 * Tenants, types and severities come again and again: what was worked out about such a name is found by its bytes, without making
 * a string of them. Promise: the same answer as working it out again. Worst case: that work each time, for a producer that
 * never repeats itself; memory is bounded by the slots. Owner: the Admission.
 */

export interface CachedName {
  /** The name itself, a copy. */
  readonly bytes: Buffer;
}

export class NameCache<Entry extends CachedName> {
  readonly #slots: (Entry | undefined)[];
  readonly #make: (bytes: Buffer) => Entry;

  /**
   * @param slots how many names are remembered, a power of two; a name pushes out the one in its slot
   * @param make works out what there is to know of a name that isn't remembered; owns the bytes that it is given
   */
  constructor(slots: number, make: (bytes: Buffer) => Entry) {
    this.#slots = Array.from({ length: slots });
    this.#make = make;
  }

  /** What there is to know of the name in bytes `start` to `end`. The caller bounds its length. */
  get(bytes: Buffer, start: number, end: number): Entry {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01_00_01_93); // FNV-1a
    const slot = (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
    const entry = this.#slots[slot];
    if (entry !== undefined && areEqual(entry.bytes, bytes, start, end)) return entry;
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    const made = this.#make(copy);
    this.#slots[slot] = made;
    return made;
  }
}

function areEqual(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
