/*
 * A limit on a rate with a burst, as GCRA (ITU-T I.371): one number per key, no timers, no queue.
 * Promise: over any span of t seconds at most `perSecond`·t + `burst` units pass. Worst case: a few nanoseconds.
 */
import type { UnixMs } from './ids.js';

export interface Rate {
  /** Units (events, bytes) per second, > 0; Infinity switches the limit off. */
  readonly perSecond: number;
  /** Units that may pass at once after a pause, ≥ 1. */
  readonly burst: number;
}

export class Pace {
  /** Theoretical arrival time of the next unit, milliseconds. */
  #arrivalMs = -Infinity;
  #msPerUnit: number;
  #burstMs: number;

  constructor(rate: Rate) {
    this.#msPerUnit = 1000 / rate.perSecond;
    this.#burstMs = rate.burst * this.#msPerUnit;
  }

  /** Changes the rate from now on; what was spent stays spent. */
  set rate(rate: Rate) {
    this.#msPerUnit = 1000 / rate.perSecond;
    this.#burstMs = rate.burst * this.#msPerUnit;
  }

  /** True if one more unit may pass now, and takes nothing. */
  open(now: UnixMs): boolean {
    return this.#arrivalMs - now + this.#msPerUnit <= this.#burstMs;
  }

  /** Takes `units` if they may pass now; otherwise takes nothing. More units than the burst never pass at once: use `spend`. */
  take(units: number, now: UnixMs): boolean {
    const arrival = Math.max(this.#arrivalMs, now) + units * this.#msPerUnit;
    if (arrival - now > this.#burstMs) return false;
    this.#arrivalMs = arrival;
    return true;
  }

  /** Takes `units` whatever the limit says: for something that can't be divided, after `open` allowed it. The debt delays what follows. */
  spend(units: number, now: UnixMs): void {
    this.#arrivalMs = Math.max(this.#arrivalMs, now) + units * this.#msPerUnit;
  }

  /** Gives back what `take` took in the same breath, when a second limit refused. */
  refund(units: number): void {
    this.#arrivalMs -= units * this.#msPerUnit;
  }

  /** Milliseconds until one unit may pass; 0 if now. */
  waitMs(now: UnixMs): number {
    return Math.max(0, this.#arrivalMs - now + this.#msPerUnit - this.#burstMs);
  }
}
