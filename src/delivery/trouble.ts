/*
 * A drain's failures in a row: how long to wait before the next dial, and what the tenant is shown.
 * Promise: one happening when it fails, another when the reason changes or it has lasted ten times as long, one when it recovers.
 * A recovery is an acknowledgement, not a connection: a receiver that takes connections and drops them stays in trouble, and its
 * backoff grows until a connection was a good one. Owner: one Drain.
 */
import { type BackoffBounds, backoffMs } from '../base/backoff.js';
import type { Chance, Clock } from '../base/clock.js';
import type { Failure, FailureCode } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { limits } from '../base/limits.js';
import type { DrainError, DrainSettings } from './settings.js';

/** The log hears again of a failure that lasts when it has lasted this many times as long. */
const TOLD_AGAIN_FACTOR = 10;

export class Trouble {
  readonly #bounds: BackoffBounds;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #report: Report;
  /** Bad connections in a row, for the backoff; outlives a recovery. */
  #strikes = 0;
  #lastError: DrainError | null = null;
  /** What the log knows of it. */
  #told: { readonly code: FailureCode; readonly atMs: number } | undefined;

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
    if (this.#isDue(failure.code, nowMs)) this.#tell(this.#lastError, drain);
    return waitMs;
  }

  /** News: another reason than the last one that was told, or ten times as long as when it was told. */
  #isDue(code: FailureCode, nowMs: number): boolean {
    const told = this.#told;
    if (told === undefined || told.code !== code) return true;
    const sinceMs = this.#lastError?.sinceMs ?? nowMs;
    return nowMs - sinceMs >= Math.max(limits.failingToldMsMin, TOLD_AGAIN_FACTOR * (told.atMs - sinceMs));
  }

  #tell({ code, attempts, sinceMs, nextTryMs }: DrainError, drain: DrainSettings): void {
    this.#told = { code, atMs: this.#clock.now() };
    this.#report({ kind: 'drain.failing', drain: drain.id, tenant: drain.tenant, code, attempts, sinceMs, nextTryMs });
  }

  /** The receiver acknowledged something. */
  acknowledged(drain: DrainSettings): void {
    if (!this.#lastError) return;
    const { attempts, sinceMs } = this.#lastError;
    this.#lastError = null;
    this.#told = undefined;
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
    this.#told = undefined;
  }
}
