/*
 * The only importer of the real clock, timers and chance. Everything that waits or rolls dice takes a Clock or a Chance
 * through its constructor, so that a test drives each tick.
 * Promise: `now` never goes back and never jumps while the process runs (wall time at start + monotonic time since).
 */
import { randomBytes, randomInt } from 'node:crypto';
import { unixMs, type UnixMs } from './ids.js';

export interface Clock {
  /** Milliseconds since 1970, monotonic from the start of the process on: for ages, limits, expiry. */
  now(): UnixMs;
  /** Milliseconds since 1970 as the node's clock shows it now, jumps and all: for TIMESTAMP on the wire. */
  wall(): UnixMs;
  /** Runs `action` once after `ms`; the returned function cancels. */
  after(ms: number, action: () => void): () => void;
  /** Settles after `ms`, or at once (without an error) when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Chance {
  /** A fraction, 0 ≤ x < 1, for jitter. */
  fraction(): number;
  /** `count` characters of Crockford's base32 in lower case, 5 random bits each. */
  letters(count: number): string;
}

const startedWall = Date.now();
const startedMonotonic = performance.now();

export const systemClock: Clock = {
  now: () => unixMs(startedWall + (performance.now() - startedMonotonic)),
  wall: () => unixMs(Date.now()),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

export const systemChance: Chance = {
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
  letters: (count) => Array.from(randomBytes(count), (byte) => CROCKFORD[byte & 31]).join(''),
};
