/*
 * Where one drain's newest records lie in memory: one ref per ordinal, a ring of doubles, no gaps.
 * Promise: `at` answers for every ordinal from `first` to `next` - 1. Worst case: as many refs as records of this drain in young
 * memory, rounded up to a power of two. Owner: cursor.ts.
 */
const RING_MIN = 16;
const NOTHING = new Float64Array(0);

export class Refs {
  /** Oldest ordinal with a ref. */
  first: number;
  /** The ordinal after the newest. */
  next: number;
  #ring: Float64Array = NOTHING;

  /** Empty; the first ref pushed is for ordinal `next`. */
  constructor(next: number) {
    this.first = next;
    this.next = next;
  }

  /** True if the next push has to make room: forget what is stale before. */
  get full(): boolean {
    return this.next - this.first === this.#ring.length;
  }

  /** Adds the ref of ordinal `next`. */
  push(ref: number): void {
    if (this.full) this.#resize(Math.max(RING_MIN, this.#ring.length * 2));
    this.#ring[this.next & (this.#ring.length - 1)] = ref;
    this.next += 1;
  }

  at(ordinal: number): number {
    return this.#ring[ordinal & (this.#ring.length - 1)];
  }

  /** Forgets ordinals below `ordinal`, and those whose ref is below `ref`; gives memory back when little of it is used. */
  forget(ordinal: number, ref: number): void {
    this.first = Math.max(this.first, Math.min(ordinal, this.next));
    while (this.first < this.next && this.at(this.first) < ref) this.first += 1;
    const used = this.next - this.first;
    if (used === 0) this.#ring = NOTHING;
    else if (this.#ring.length > RING_MIN && used < this.#ring.length / 8) this.#resize(this.#ring.length / 4);
  }

  #resize(length: number): void {
    const ring = new Float64Array(length);
    for (let ordinal = this.first; ordinal < this.next; ordinal++) ring[ordinal & (length - 1)] = this.at(ordinal);
    this.#ring = ring;
  }
}
