/*
 * Gathers events into batches and hands them over one after the other, so that order holds and `tail -f` stays live.
 * Promise: at most one batch waits while one is on its way; a batch leaves when it is full or `limits.sendGatherMs` old; every
 * line is counted exactly once as accepted, limited or rejected, with its number in the whole input.
 * Worst case: the agent goes away, and `finish` throws with what was accepted before still in `counts`.
 */
import type { RejectedJson } from '../api/view.js';
import type { Clock } from '../base/clock.js';
import { Failure, type FailureCode } from '../base/failure.js';
import { limits } from '../base/limits.js';
import type { EventsAnswer } from './client.js';

const LF = Buffer.from('\n');

/** What hands one batch over: Client.sendEvents. */
export type HandOver = (ndjson: Buffer) => Promise<EventsAnswer>;

export interface SendCounts {
  accepted: number;
  unrouted: number;
  limited: number;
  rejected_count: number;
  /** The first `limits.rejectionsListedMax`, by line of the input. */
  readonly rejected: RejectedJson[];
  /** Handed over without an answer: nobody knows what became of them. */
  unanswered: number;
}

interface Batch {
  readonly parts: Buffer[];
  /** The line of the input that each event stands on. */
  readonly lines: number[];
  bytes: number;
}

export class Batches {
  readonly counts: SendCounts = {
    accepted: 0,
    unrouted: 0,
    limited: 0,
    rejected_count: 0,
    rejected: [],
    unanswered: 0,
  };
  readonly #handOver: HandOver;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  #batch: Batch = { parts: [], lines: [], bytes: 0 };
  /** Settles when every batch that was dispatched has been answered. */
  #onItsWay: Promise<void> = Promise.resolve();
  #dispatched = 0;
  #failure: unknown;
  #cancelTimer: (() => void) | undefined;

  /** @param onAnswer called after each batch, also when it failed */
  constructor(handOver: HandOver, clock: Clock, onAnswer: () => void = () => {}) {
    this.#handOver = handOver;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  /** True once the agent refused a batch as a whole or could not be reached: nothing more is sent. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Adds one event; `line` is where it stands in the input. Await `room` before reading on. */
  add(event: Buffer, line: number): void {
    if (this.#batch.lines.length === 0) {
      this.#cancelTimer = this.#clock.after(limits.sendGatherMs, () => this.#dispatch());
    }
    this.#batch.parts.push(Buffer.from(event), LF);
    this.#batch.lines.push(line);
    this.#batch.bytes += event.length + 1;
    const { lines, bytes } = this.#batch;
    if (lines.length >= limits.sendBatchEventsMax || bytes >= limits.sendBatchBytesMax) this.#dispatch();
  }

  /** Counts a line that isn't worth sending. */
  reject(line: number, code: FailureCode, message: string): void {
    this.counts.rejected_count += 1;
    if (this.counts.rejected.length < limits.rejectionsListedMax) this.counts.rejected.push({ line, code, message });
  }

  /** Waits while more than one batch is on its way. Throws what the agent refused with. */
  async room(): Promise<void> {
    if (this.#dispatched > 1) await this.#onItsWay;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Sends the rest and waits for every answer. Throws what the agent refused with. */
  async finish(): Promise<void> {
    this.#dispatch();
    await this.#onItsWay;
    this.counts.rejected.sort((a, b) => a.line - b.line);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Puts the batch in line behind the one that is on its way. */
  #dispatch(): void {
    this.#cancelTimer?.();
    if (this.#batch.lines.length === 0) return;
    const batch = this.#batch;
    this.#batch = { parts: [], lines: [], bytes: 0 };
    this.#dispatched += 1;
    this.#onItsWay = this.#onItsWay.then(() => this.#send(batch));
  }

  async #send(batch: Batch): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      this.#add(await this.#handOver(Buffer.concat(batch.parts)), batch.lines);
    } catch (error) {
      this.#failure = error;
      if (error instanceof Failure && error.code === 'agent_unreachable') this.counts.unanswered += batch.lines.length;
    }
    this.#dispatched -= 1;
    this.#onAnswer();
  }

  #add(answer: EventsAnswer, lines: readonly number[]): void {
    this.counts.accepted += answer.accepted;
    this.counts.unrouted += answer.unrouted;
    this.counts.limited += answer.limited;
    this.counts.rejected_count += answer.rejected_count;
    const room = limits.rejectionsListedMax - this.counts.rejected.length;
    for (const each of answer.rejected.slice(0, Math.max(0, room))) {
      this.counts.rejected.push({ ...each, line: lines[each.line - 1] ?? each.line });
    }
  }
}
