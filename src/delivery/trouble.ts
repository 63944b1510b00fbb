/*
 * A drain's failures in a row: how long to wait before the next dial, and what the tenant is shown.
 * Promise: one happening per failure and one per recovery. A recovery is an acknowledgement, not a connection: a receiver that
 * takes connections and drops them stays in trouble, and its backoff grows until a connection was a good one. Owner: one Drain.
 */
import { type BackoffBounds, backoffMs } from '../base/backoff.js';
import type { Chance, Clock } from '../base/clock.js';
import type { Failure } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import type { DrainError, DrainSettings } from './settings.js';

export class Trouble {
  readonly #bounds: BackoffBounds;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #report: Report;
  /** Bad connections in a row, for the backoff; outlives a recovery. */
  #strikes = 0;
  #lastError: DrainError | null = null;

  constructor(bounds: BackoffBounds, clock: Clock, chance: Chance, report: Report) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#chance = chance;
    this.#report = report;
  }

  get lastError(): DrainError | null {
    return this.#lastError;
  }

  /** One more failure. Returns how long to wait before the next dial, milliseconds. */
  failed(failure: Failure, drain: DrainSettings): number {
    this.#strikes++;
    const waitMs = backoffMs(this.#strikes, this.#bounds, this.#chance);
    const nowMs = this.#clock.now();
    this.#lastError = {
      code: failure.code,
      message: failure.message,
      hint: failure.hint,
      sinceMs: this.#lastError?.sinceMs ?? nowMs,
      attempts: (this.#lastError?.attempts ?? 0) + 1,
      nextTryMs: nowMs + waitMs,
    };
    const { code, attempts, sinceMs, nextTryMs } = this.#lastError;
    this.#report({ kind: 'drain.failing', drain: drain.id, tenant: drain.tenant, code, attempts, sinceMs, nextTryMs });
    return waitMs;
  }

  /** The receiver acknowledged something. */
  acknowledged(drain: DrainSettings): void {
    if (!this.#lastError) return;
    const { attempts, sinceMs } = this.#lastError;
    this.#lastError = null;
    const afterMs = this.#clock.now() - sinceMs;
    this.#report({ kind: 'drain.recovered', drain: drain.id, tenant: drain.tenant, attempts, afterMs });
  }

  /** A connection was a good one: the next failure starts the backoff anew. */
  forgetStrikes(): void {
    this.#strikes = 0;
  }

  /** The tenant changed the destination: what was wrong with the old one says nothing. */
  forget(): void {
    this.#strikes = 0;
    this.#lastError = null;
  }
}
