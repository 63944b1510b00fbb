/*
 * When drains are written to: in passes over those that were woken. At once when few are, and with a rest between passes when
 * many are, so that each write carries more (FACTS, "Speed": per-write cost dominates at many drains).
 * Promise: a woken drain is visited within limits.flushRestMsMax plus the pass itself; the event loop gets a turn between
 * bursts, and every limits.passMsMax within one. Owner: the fleet.
 */
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';

export interface Flushed {
  /** Writes what may be written now. Must not throw. */
  flush(): void;
}

export class Passes {
  readonly #clock: Clock;
  /** Woken since the last pass began; a Set, since a drain is woken by several events. */
  #woken = new Set<Flushed>();
  #scheduled = false;
  /** Drains visited since the last rest, and when the last pass ended. */
  #visited = 0;
  #endedMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `drain` has something to do. */
  wake(drain: Flushed): void {
    this.#woken.add(drain);
    if (this.#scheduled) return;
    this.#scheduled = true;
    const nowMs = this.#clock.now();
    const restMs = Math.min(limits.flushRestMsMax, this.#visited * limits.flushRestMsPerDrain);
    if (nowMs - this.#endedMs > Math.max(1, restMs)) this.#visited = 0;
    if (this.#visited < limits.flushesPerTurnMax) queueMicrotask(() => this.#pass());
    else this.#clock.after(Math.max(1, restMs), () => this.#passInNewTurn());
  }

  #passInNewTurn(): void {
    this.#visited = 0;
    this.#pass();
  }

  #pass(): void {
    const drains = this.#woken;
    this.#woken = new Set();
    this.#scheduled = false;
    this.#visited += drains.size;
    this.#endedMs = Infinity; // what wakes a drain during the pass belongs to it
    const untilMs = this.#clock.now() + limits.passMsMax;
    for (const drain of drains) {
      drains.delete(drain);
      drain.flush();
      if (this.#clock.now() >= untilMs) break;
    }
    this.#endedMs = this.#clock.now();
    if (drains.size > 0) this.#goOn(drains);
  }

  /** Visits those that a pass had no time for in the next turn, before those that were woken since. */
  #goOn(drains: Set<Flushed>): void {
    this.#visited -= drains.size;
    for (const drain of this.#woken) drains.add(drain);
    this.#woken = drains;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(1, () => this.#pass());
  }
}
