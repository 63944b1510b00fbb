/*
 * The sink's reader of octet-counted frames: counts them and checks the digits at their ends. Copies only what a chunk cuts.
 * Promise: every byte is looked at as part of exactly one frame; anything that is not a frame is a fault, never skipped.
 */
import { numberDigits, tenantDigits } from './stream.js';

const frameBytesMax = 64 * 1024;

export interface Tally {
  /** The next number expected, per tenant. */
  readonly expected: Uint32Array;
  received: number;
  /** Sent again: a number that was seen already. */
  doubled: number;
  /** Numbers that were passed over. */
  missing: number;
  /** Frames of a tenant at a port that is not its own. */
  misrouted: number;
}

function digitsAt(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) throw new Error(`no digits at a frame's end: ${bytes.toString('latin1', start, end)}`);
    value = value * 10 + digit;
  }
  return value;
}

/** One connection's frames. `tenant` is whose port it came to; undefined: any tenant may send here. */
export class FrameReader {
  #held: Buffer | undefined;

  constructor(
    readonly tally: Tally,
    readonly tenant: number | undefined,
  ) {}

  /** Throws on bytes that are no octet-counted frame of ours. */
  push(chunk: Buffer): void {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    for (;;) {
      let length = 0;
      let digit = at;
      for (; digit < bytes.length && bytes[digit] !== 32; digit++) length = length * 10 + (bytes[digit] - 48);
      if (digit >= bytes.length) break;
      if (!(length > numberDigits + tenantDigits && length < frameBytesMax))
        throw new Error('a frame without its length');
      const end = digit + 1 + length;
      if (end > bytes.length) break;
      this.#count(bytes, end);
      at = end;
    }
    this.#held = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }

  #count(bytes: Buffer, end: number): void {
    const { tally } = this;
    const numberStart = end - numberDigits;
    const tenant = digitsAt(bytes, numberStart - tenantDigits, numberStart);
    const number = digitsAt(bytes, numberStart, end);
    const expected = tally.expected[tenant];
    if (this.tenant !== undefined && tenant !== this.tenant) tally.misrouted++;
    else if (number < expected) tally.doubled++;
    else {
      tally.missing += number - expected;
      tally.expected[tenant] = number + 1;
      tally.received++;
    }
  }
}
