/*
 * Looks at all connections' acknowledgements at once, while any has bytes outstanding: never more often than 20 times as long as
 * a look takes (so that it costs 5 % of one core at most), at least once a second.
 * Promise: a connection is told after each look that it was part of. Without the kernel's tables the rule is weaker: what the
 * kernel had a second ago counts as acknowledged while the connection is open. Owner: the fleet; it ends the thread.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';
import type { Report } from '../base/happening.js';
import type { Reading } from './acknowledgement.js';
import type { SamplerAnswer, SamplerRequest } from './sampler-thread.js';
import { holdingOf, readingNumbers, type SocketKey } from './socket-table.js';

/** A connection as the sampler sees it. */
export interface Sampled {
  /** Called before the tables are read. */
  beforeLook(): void;
  /** Called with the socket's line, or undefined if it has none. Returns true while it has bytes outstanding. */
  looked(reading: Reading | undefined): boolean;
}

/** How a look is made: by the thread, or by a test. */
export interface SocketLook {
  watch(key: SocketKey, number: number): void;
  forget(key: SocketKey, number: number): void;
  look(answer: (readings: SamplerAnswer) => void): void;
  close(): Promise<void>;
}

export class Sampler {
  readonly #clock: Clock;
  readonly #looker: SocketLook;
  readonly #watched = new Map<number, { readonly subject: Sampled; readonly key: SocketKey }>();
  /** Those with bytes outstanding. */
  readonly #restless = new Set<number>();
  #asked: number[] = [];
  #life: 'resting' | 'waiting' | 'looking' | 'closed' = 'resting';
  #intervalMs: number = limits.lookMsMin;
  #lastNumber = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock, looker: SocketLook) {
    this.#clock = clock;
    this.#looker = looker;
  }

  /** @returns the number by which `subject` is known here */
  watch(key: SocketKey, subject: Sampled): number {
    const number = ++this.#lastNumber;
    this.#watched.set(number, { subject, key });
    this.#looker.watch(key, number);
    return number;
  }

  forget(number: number): void {
    const watched = this.#watched.get(number);
    if (!watched) return;
    this.#watched.delete(number);
    this.#restless.delete(number);
    this.#looker.forget(watched.key, number);
  }

  /** The connection has bytes outstanding now. */
  outstanding(number: number): void {
    this.#restless.add(number);
    if (this.#life === 'resting') this.#wait();
  }

  /** Ends the thread; nobody is told anything after that. */
  close(): Promise<void> {
    this.#life = 'closed';
    this.#cancel();
    return this.#looker.close();
  }

  #wait(): void {
    this.#life = 'waiting';
    this.#cancel = this.#clock.after(this.#intervalMs, () => this.#look());
  }

  #look(): void {
    this.#life = 'looking';
    this.#asked = [...this.#restless];
    for (const number of this.#asked) this.#watched.get(number)?.subject.beforeLook();
    const startedMs = this.#clock.now();
    this.#looker.look((readings) => this.#looked(readings, this.#clock.now() - startedMs));
  }

  #looked(readings: SamplerAnswer, tookMs: number): void {
    if (this.#life !== 'looking') return;
    if (readings === null) return this.#weakerRule();
    this.#intervalMs = Math.min(limits.lookMsMax, Math.max(limits.lookMsMin, tookMs * limits.lookRestFactor));
    const found = new Map<number, Reading>();
    for (let i = 0; i < readings.length; i += readingNumbers) {
      const holding = holdingOf(readings[i + 2]);
      found.set(readings[i], { queuedBytes: readings[i + 1], holding, inode: readings[i + 3] });
    }
    this.#tell((number) => found.get(number));
  }

  /** No table: wait a second after `beforeLook`, then take what the kernel had then as acknowledged. */
  #weakerRule(): void {
    this.#intervalMs = limits.lookMsMin;
    this.#cancel = this.#clock.after(limits.lookMsMax, () =>
      this.#tell(() => ({ queuedBytes: 0, holding: 'unknown', inode: 0 })),
    );
  }

  #tell(readingOf: (number: number) => Reading | undefined): void {
    for (const number of this.#asked) {
      const restless = this.#watched.get(number)?.subject.looked(readingOf(number)) ?? false;
      if (!restless) this.#restless.delete(number);
    }
    if (this.#life !== 'looking') return; // a subject closed us
    if (this.#restless.size > 0) this.#wait();
    else this.#life = 'resting';
  }
}

/** The thread; started with the first socket, so that an agent without connections has none. */
export class ThreadLook implements SocketLook {
  readonly #report: Report;
  #worker: Worker | undefined;
  #failed = false;
  #answer: ((readings: SamplerAnswer) => void) | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  watch(key: SocketKey, number: number): void {
    this.#post({ what: 'watch', key, number });
  }

  forget(key: SocketKey, number: number): void {
    this.#post({ what: 'forget', key, number });
  }

  look(answer: (readings: SamplerAnswer) => void): void {
    if (this.#failed) return answer(null);
    this.#answer = answer;
    this.#post({ what: 'look' });
  }

  async close(): Promise<void> {
    this.#answer = undefined;
    this.#failed = true;
    await this.#worker?.terminate();
  }

  #post(request: SamplerRequest): void {
    if (this.#failed) return;
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, a window has
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sampler-thread.js', import.meta.url));
    worker.unref();
    worker.on('message', (readings: SamplerAnswer) => this.#answer?.(readings));
    worker.on('error', (error) => {
      this.#failed = true;
      this.#report({ kind: 'bug', where: 'delivery/sampler-thread', error });
      this.#answer?.(null);
    });
    return worker;
  }
}
