/*
 * The replay margin (DESIGN, promise 3): how far `resume`, where sending starts again after an abnormal close, trails the evidence.
 * Promise: between them lies what was acknowledged in the last `ms` of progress, at most `bytes` (and a step of 1/32 of either);
 * the clock stands while outstanding bytes make no progress, and while there is no connection after an abnormal close.
 * Both only move forward, except that an abnormal close takes the evidence back to resume. What was acknowledged before keeps its place
 * on the clock, so that a receiver that breaks off again and again gets on; resume never passes the evidence of the present connection.
 * Worst case: 64 marks. Owner: cursor.ts.
 */
import { limits } from '../base/limits.js';

export interface MarginSettings {
  readonly bytes: number;
  readonly ms: number;
}

interface Mark {
  /** On the clock of progress, milliseconds. */
  readonly atMs: number;
  readonly ordinal: number;
  /** Bytes acknowledged up to it. */
  readonly bytes: number;
}

export class Margin {
  readonly #settings: MarginSettings;
  #resume: number;
  #evidence: number;
  #bytes = 0;
  /** The last ordinal that was ever evident: what comes again up to it is counted once. */
  #highest: number;
  /** The clock of progress, and when it was last looked at. */
  #progressMs = 0;
  #seenMs: number;
  #standing: boolean;
  readonly #marks: Mark[] = [];

  /**
   * @param resume where the cursor stood when it was last written
   * @param standing true for a cursor that comes back from disk: how its last connection ended isn't known
   */
  constructor(settings: MarginSettings, resume: number, nowMs: number, standing: boolean) {
    this.#settings = settings;
    this.#resume = resume;
    this.#evidence = resume;
    this.#highest = resume;
    this.#seenMs = nowMs;
    this.#standing = standing;
  }

  /** Last ordinal that is never sent again. */
  get resume(): number {
    return this.#resume;
  }

  /** Last ordinal that the present connection's receiver has taken, as far as was shown. */
  get evidence(): number {
    return this.#evidence;
  }

  /**
   * Takes evidence.
   * @param ordinal the receiver's TCP stack has everything up to it
   * @param bytes of the records since the evidence before, 0 or more
   * @param outstanding true while later bytes are written and not acknowledged
   */
  advance(ordinal: number, bytes: number, nowMs: number, outstanding: boolean): void {
    const advanced = ordinal > this.#evidence;
    const elapsedMs = nowMs - this.#seenMs;
    if (!this.#standing) this.#progressMs += elapsedMs;
    else if (advanced) this.#progressMs += Math.min(elapsedMs, limits.marginSampleMsMax);
    this.#seenMs = nowMs;
    this.#standing = outstanding;
    if (advanced) {
      const fresh = Math.max(0, ordinal - Math.max(this.#evidence, this.#highest));
      this.#bytes += bytes * (fresh / (ordinal - this.#evidence));
      this.#evidence = ordinal;
      this.#highest = Math.max(this.#highest, ordinal);
    }
    this.#move();
  }

  /** Lets time pass, for a drain that has nothing outstanding. */
  tick(nowMs: number): void {
    if (this.#standing || this.#resume === this.#evidence) return;
    this.#progressMs += nowMs - this.#seenMs;
    this.#seenMs = nowMs;
    this.#move();
  }

  /** The connection broke: nothing past resume is sure any more, and the clock stands until the next one brings evidence. */
  restart(): void {
    this.#evidence = this.#resume;
    this.#standing = true;
  }

  /** The connection closed cleanly with nothing outstanding: the receiver has read what it acknowledged. */
  settle(): void {
    this.#resume = this.#evidence;
    this.#marks.length = 0;
    this.#standing = false;
  }

  /** Everything up to `ordinal` is gone: sending can't start before it. */
  pass(ordinal: number): void {
    this.#resume = Math.max(this.#resume, ordinal);
    this.#evidence = Math.max(this.#evidence, ordinal);
    this.#highest = Math.max(this.#highest, ordinal);
    while (this.#marks.length > 0 && this.#marks[0].ordinal <= ordinal) this.#marks.shift();
  }

  #move(): void {
    const last = this.#marks.at(-1);
    const { ms, bytes } = this.#settings;
    const due =
      last === undefined
        ? this.#evidence > this.#resume
        : this.#evidence > last.ordinal &&
          (this.#progressMs - last.atMs >= ms / limits.marginSteps ||
            this.#bytes - last.bytes >= bytes / limits.marginSteps);
    if (due) this.#marks.push({ atMs: this.#progressMs, ordinal: this.#evidence, bytes: this.#bytes });
    for (let mark = this.#marks[0]; mark !== undefined; mark = this.#marks[0]) {
      if (mark.atMs + ms > this.#progressMs && mark.bytes + bytes > this.#bytes) break;
      this.#resume = Math.max(this.#resume, Math.min(mark.ordinal, this.#evidence));
      // It was acknowledged on an earlier connection, and not yet on this one.
      if (mark.ordinal > this.#evidence) break;
      this.#marks.shift();
    }
  }
}
