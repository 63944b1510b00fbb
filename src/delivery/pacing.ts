/*
 * A drain's waits for its own pace, and what they held up (DeliveryStatus.paced).
 * Promise: one timer at most; the wait is at least limits.pacedMsMin, so that a paced drain writes batches. Owner: one Drain.
 */
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';

export class Pacing {
  readonly #clock: Clock;
  readonly #over: () => void;
  #wait: { readonly sinceMs: number; readonly cancel: () => void } | undefined;
  #events = 0;
  #ms = 0;
  #hasWaited = false;

  /** @param over called when a wait has passed */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  get waiting(): boolean {
    return this.#wait !== undefined;
  }

  /** Events that were sent after a wait, and how long the drain stood still in all, the present wait included. */
  get paced(): { readonly events: number; readonly ms: number } {
    const presentMs = this.#wait ? this.#clock.now() - this.#wait.sinceMs : 0;
    return { events: this.#events, ms: Math.round(this.#ms + presentMs) };
  }

  /** The pace lets nothing pass for `waitMs`. */
  wait(waitMs: number): void {
    const cancel = this.#clock.after(Math.max(limits.pacedMsMin, waitMs), () => {
      this.end();
      this.#hasWaited = true;
      this.#over();
    });
    this.#wait = { sinceMs: this.#clock.now(), cancel };
  }

  /** `events` were sent: they are counted if a wait came before them. */
  sent(events: number): void {
    if (this.#hasWaited) this.#events += events;
    this.#hasWaited = false;
  }

  /** Ends a wait early: the pace has changed, or the connection is gone. */
  end(): void {
    if (!this.#wait) return;
    this.#wait.cancel();
    this.#ms += this.#clock.now() - this.#wait.sinceMs;
    this.#wait = undefined;
  }
}
