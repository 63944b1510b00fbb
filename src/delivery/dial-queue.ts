/*
 * The budget of dials per second for the whole agent: drains that want to dial wait in line.
 * Promise: at most `perSecond` dials in any second after the first, in the order of asking. Worst case: one entry per drain.
 * Owner: the fleet.
 */
import type { Clock } from '../base/clock.js';
import { Pace } from '../base/pace.js';

export class DialQueue {
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** In order of asking; a Set, so that whoever stops waiting costs nothing. */
  readonly #waiting = new Set<() => void>();
  #cancel: (() => void) | undefined;

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#pace = new Pace({ perSecond, burst: Math.max(1, perSecond) });
  }

  /** Calls `dial` when the budget allows, now or later. */
  ask(dial: () => void): void {
    this.#waiting.add(dial);
    this.#serve();
  }

  /** Gives up the dial of what was asked with `dial`. */
  leave(dial: () => void): void {
    this.#waiting.delete(dial);
  }

  /** Nobody dials any more. */
  close(): void {
    this.#waiting.clear();
    this.#cancel?.();
  }

  #serve(): void {
    if (this.#cancel) return;
    for (const dial of this.#waiting) {
      if (!this.#pace.take(1, this.#clock.now())) break;
      this.#waiting.delete(dial);
      dial();
    }
    if (this.#waiting.size === 0) return;
    const waitMs = Math.max(1, Math.ceil(this.#pace.waitMs(this.#clock.now())));
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = undefined;
      this.#serve();
    });
  }
}
