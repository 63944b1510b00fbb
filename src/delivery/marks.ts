/*
 * Which events end where in a connection's stream of bytes: a queue of (bytes that the kernel had, ordinal, events).
 * Promise: both positions only grow; a mark leaves once. Worst case: limits.marksMax, then the drain waits for evidence.
 * Owner: one Acknowledgement.
 */
import { assert } from '../base/assert.js';
import { type Ordinal, ordinal } from '../base/ids.js';
import { limits } from '../base/limits.js';

export class Marks {
  // Parallel arrays with a head, and not objects: one mark per write, a hundred thousand a second.
  #positions: number[] = [];
  #ordinals: number[] = [];
  #events: number[] = [];
  #head = 0;
  #eventsHeld = 0;

  get size(): number {
    return this.#positions.length - this.#head;
  }

  /** Events of all marks that are still here. */
  get events(): number {
    return this.#eventsHeld;
  }

  get full(): boolean {
    return this.size >= limits.marksMax;
  }

  /**
   * @param position bytes of the connection that the kernel has taken
   * @param upTo the last event among them
   * @param events how many of them were never acknowledged before
   */
  push(position: number, upTo: Ordinal, events: number): void {
    const last = this.#positions.length - 1;
    assert(this.size === 0 || position >= this.#positions[last], 'a connection’s bytes only grow');
    assert(this.size === 0 || upTo >= this.#ordinals[last], 'ordinals only grow within a connection');
    this.#positions.push(position);
    this.#ordinals.push(upTo);
    this.#events.push(events);
    this.#eventsHeld += events;
  }

  /** Removes the marks up to `position` and returns the last one's ordinal, or 0 if there was none. */
  takeUpTo(position: number): Ordinal {
    let upTo = 0;
    while (this.#head < this.#positions.length && this.#positions[this.#head] <= position) {
      upTo = this.#ordinals[this.#head];
      this.#eventsHeld -= this.#events[this.#head];
      this.#head++;
    }
    this.#compact();
    return ordinal(upTo);
  }

  /** Forgets the arrays' dead front, at a cost that is constant on average. */
  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#positions.length) return;
    this.#positions = this.#positions.slice(this.#head);
    this.#ordinals = this.#ordinals.slice(this.#head);
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
