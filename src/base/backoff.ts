/*
 * How long to wait before the next attempt: exponential with full jitter (each wait is uniform between 0 and the ceiling).
 * Promise: never longer than `msMax`, never a tight loop (at least `msMin` / 2). Owner: whoever retries.
 */
import type { Chance } from './clock.js';

export interface BackoffBounds {
  /** Ceiling of the first wait, milliseconds, > 0. */
  readonly msMin: number;
  /** Ceiling of every later wait, milliseconds, ≥ msMin. */
  readonly msMax: number;
}

/**
 * Wait before attempt number `attempt` + 1.
 * @param attempt failed attempts so far, from 1
 * @returns milliseconds, msMin / 2 ≤ wait ≤ msMax
 */
export function backoffMs(attempt: number, bounds: BackoffBounds, chance: Chance): number {
  const ceiling = Math.min(bounds.msMax, bounds.msMin * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  const floor = bounds.msMin / 2;
  return floor + chance.fraction() * (ceiling - floor);
}
