/*
 * Backpressure to producers, in bytes appended and not committed: closes at the high mark, opens at the low one.
 * Promise: whoever waits is let on when the low mark is reached, or when the journal stops taking (so that the next append says why).
 * Owner: commit.ts.
 */
export class Gate {
  /** True while producers may go on. */
  open = true;
  #waiting: (() => void)[] = [];

  /** Resolves when the gate is open; at once if it is. */
  wait(): Promise<void> {
    if (this.open) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  shut(): void {
    this.open = false;
  }

  /** Lets everybody on. */
  lift(): void {
    this.open = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
