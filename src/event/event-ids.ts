/*
 * Ids for events that came without one: a random prefix for each process and a counter behind it, written as bytes.
 * Promise: 19 characters, never twice in a process, twice in two processes with a chance of 2^-60. Worst case: a new prefix every
 * 2^35 events. Owner: the Admission.
 */
import type { Chance } from '../base/clock.js';

const PREFIX_LETTERS = 12;
const COUNTER_LETTERS = 7;
const LETTERS = Buffer.from('0123456789abcdefghjkmnpqrstvwxyz');
/** The letter after each letter; 0 behind the last one. */
const next = new Uint8Array(256);
for (let i = 0; i + 1 < LETTERS.length; i++) next[LETTERS[i]] = LETTERS[i + 1];

export class EventIds {
  /** The id that `advance` made. */
  readonly bytes = Buffer.alloc(PREFIX_LETTERS + COUNTER_LETTERS, LETTERS[0]);
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#drawPrefix();
  }

  /** Makes the next id: counts up in place, as an odometer does. */
  advance(): void {
    for (let at = this.bytes.length - 1; at >= PREFIX_LETTERS; at--) {
      const letter = next[this.bytes[at]];
      if (letter !== 0) {
        this.bytes[at] = letter;
        return;
      }
      this.bytes[at] = LETTERS[0];
    }
    this.#drawPrefix();
  }

  #drawPrefix(): void {
    this.bytes.write(this.#chance.letters(PREFIX_LETTERS), 0, PREFIX_LETTERS, 'latin1');
  }
}
