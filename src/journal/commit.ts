/*
 * Group commit: what was appended goes to the commit thread in transactions, one at a time, at least `commitMs` of events or 1 MiB each.
 * Promise: `committed` resolves only after the transaction that holds the caller's events is durable; cursors see events only then.
 * A full disk refuses at once, is tried again every second, and loses nothing that was answered; any other error ends the journal for ever.
 * Worst case: producers wait at the gate for one transaction. Owner: journal.ts.
 */
import type { Clock } from '../base/clock.js';
import { asFailure, Failure, type FailureCode } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import type { Appender, Block } from './append.js';
import type { JournalBounds } from './bounds.js';
import type { Changes } from './changes.js';
import type { CommitThread } from './commit-thread.js';
import type { Compactor } from './compaction.js';
import type { Cursor } from './cursor.js';
import { Gate } from './gate.js';

/*
 * open ──disk full──▶ full ──a commit succeeds──▶ open
 * open, full ──stop()──▶ stopping ──last commit, file closed──▶ closed
 * any ──any other error──▶ failed (for ever)
 */
type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'full'; readonly sinceMs: number; readonly failure: Failure }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface CommitParts {
  readonly clock: Clock;
  readonly thread: CommitThread;
  readonly appender: Appender;
  readonly changes: Changes;
  readonly compactor: Compactor;
  readonly bounds: JournalBounds;
  readonly commitMs: number;
  readonly report: Report;
  /** Called after each commit of records, with the cursors that have new ones: they are readable now. */
  readonly onCommit: (fresh: readonly Cursor[]) => void;
}

export class Committer {
  readonly gate: Gate = new Gate();
  /** Appended and not durable, bytes. */
  uncommittedBytes = 0;
  /** Last position that is durable. */
  committedPosition: number;
  /** Number of the last block that is durable. */
  committedBlock = 0;
  commits = 0;
  /** How long the last transaction with records took, milliseconds. */
  lastCommitMs = 0;
  /** Settles with the error after which nothing can be written. */
  readonly failed: Promise<Failure>;

  readonly #parts: CommitParts;
  #fail: (failure: Failure) => void = () => undefined;
  #state: State = { kind: 'open' };
  /** The transaction at work, or the one that will be. */
  #working: Promise<void> | undefined;
  /** True if there may be more to do than the work at hand has seen. */
  #asked = false;
  #cancelTimer: (() => void) | undefined;
  /** Of what waits for the next commit: bytes, and when its first event was appended. */
  #waitingBytes = 0;
  #waitingSinceMs = 0;
  #changesDue = false;
  #compactedLast = false;
  /** Blocks of a commit that failed, first of the next. */
  #unwritten: { readonly blocks: readonly Block[]; readonly fresh: readonly Cursor[] } = { blocks: [], fresh: [] };
  #next: Deferred | undefined;
  #flight: Deferred | undefined;

  constructor(parts: CommitParts, position: number) {
    this.#parts = parts;
    this.committedPosition = position;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Why nothing can be committed now; null when all is well. */
  get failing(): FailureCode | null {
    const state = this.#state;
    return state.kind === 'full' || state.kind === 'failed' ? state.failure.code : null;
  }

  /** @throws Failure disk_full, journal_failed or stopping if nothing can be taken now */
  assertOpen(): void {
    if (this.#state.kind !== 'open') throw this.#refusal();
  }

  /** `bytes` were appended. */
  appended(bytes: number): void {
    if (this.#waitingBytes === 0) this.#waitingSinceMs = this.#parts.clock.now();
    this.#waitingBytes += bytes;
    this.uncommittedBytes += bytes;
    if (this.uncommittedBytes > this.#parts.bounds.uncommittedBytesHigh) this.gate.shut();
    if (this.#working !== undefined) return;
    if (this.#waitingBytes >= this.#parts.bounds.segmentBytes) this.#work();
    else this.#cancelTimer ??= this.#parts.clock.after(this.#parts.commitMs, () => this.#work());
  }

  /** Resolves once all that was appended so far is durable; rejects with the Failure that prevented it. */
  committed(): Promise<void> {
    if (this.uncommittedBytes === 0) return Promise.resolve();
    if (this.#state.kind !== 'open' && this.#state.kind !== 'stopping') return Promise.reject(this.#refusal());
    if (this.#waitingBytes === 0 && this.#flight !== undefined) return this.#flight.promise;
    this.#next ??= new Deferred();
    return this.#next.promise;
  }

  /** What was written can't be read back: the journal has failed. */
  fail(error: unknown): void {
    if (this.#state.kind === 'open' || this.#state.kind === 'full') this.#failWith(asFailure(error));
  }

  /** Changes should be written with the next transaction, which comes soon. */
  writeChanges(): void {
    this.#changesDue = true;
    this.compact();
  }

  /** There may be something to compact. */
  compact(): void {
    if (this.#state.kind === 'open') this.#work();
  }

  /**
   * Refuses new events, commits those that wait and every change, closes the file; leaves out what a full disk can't take.
   * @returns why the journal could not be closed, if it couldn't
   */
  async stop(): Promise<Failure | undefined> {
    if (this.#state.kind === 'failed') return this.#state.failure;
    this.#state = { kind: 'stopping' };
    this.gate.lift();
    await this.#working;
    this.#disarm();
    // On a full disk the changes alone may still fit; after any other error nothing is written again.
    if (this.#stateNow().kind === 'stopping' && !(await this.#commit(true)) && this.#stateNow().kind === 'stopping') {
      await this.#commit(false);
    }
    const state = this.#stateNow();
    if (state.kind === 'failed') return state.failure;
    await this.#parts.thread.close();
    this.#state = { kind: 'closed' };
    return undefined;
  }

  /** The state after an await, which the compiler believes unchanged. */
  #stateNow(): State {
    return this.#state;
  }

  #refusal(): Failure {
    const state = this.#state;
    if (state.kind === 'full' || state.kind === 'failed') {
      return new Failure(state.failure.code, state.failure.message, { cause: state.failure });
    }
    return new Failure('stopping', 'The agent is stopping.');
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #work(): void {
    this.#disarm();
    this.#asked = true;
    if (this.#working !== undefined) return;
    this.#asked = false;
    const work = this.#state.kind === 'full' ? this.#retry() : this.#writeDue();
    this.#working = work.finally(() => {
      this.#working = undefined;
      if (this.#asked && this.#state.kind === 'open') this.#work();
      else this.#rearm();
    });
  }

  /** One transaction after the other while there is something due. */
  async #writeDue(): Promise<void> {
    while (this.#state.kind === 'open') {
      const waitedMs = this.#parts.clock.now() - this.#waitingSinceMs;
      const records =
        this.#waitingBytes >= this.#parts.bounds.segmentBytes ||
        (this.#waitingBytes > 0 && waitedMs >= this.#parts.commitMs);
      const mayCompact = !(records && this.#compactedLast);
      if (mayCompact && (await this.#compact())) this.#compactedLast = true;
      else if (records || (this.#changesDue && !this.#parts.changes.isEmpty)) await this.#commit(true);
      else return;
    }
  }

  #rearm(): void {
    if (this.#cancelTimer !== undefined) return;
    const { clock, bounds, commitMs } = this.#parts;
    if (this.#state.kind === 'full') {
      this.#cancelTimer = clock.after(bounds.diskFullRetryMs, () => this.#work());
    } else if (this.#state.kind === 'open' && this.#waitingBytes > 0) {
      const leftMs = commitMs - (clock.now() - this.#waitingSinceMs);
      if (leftMs > 0) this.#cancelTimer = clock.after(leftMs, () => this.#work());
      else this.#work();
    }
  }

  /** After a full disk: deletes first, they need little and free much; then everything. */
  async #retry(): Promise<void> {
    if (!this.#parts.changes.isEmpty) await this.#commit(false);
    if (this.#stateNow().kind === 'full') await this.#commit(true);
  }

  /** One transaction of changes and, if `records`, everything appended. @returns true if it is durable */
  async #commit(records: boolean): Promise<boolean> {
    const { appender, changes, thread, clock } = this.#parts;
    const { blocks, fresh } = records ? this.#takeRecords() : { blocks: [], fresh: [] };
    this.#compactedLast = false;
    const flightBytes = records ? this.uncommittedBytes : 0;
    if (records) {
      this.#waitingBytes = 0;
      this.#flight = this.#next ?? new Deferred();
      this.#next = undefined;
    }
    const withChanges = this.#changesDue || changes.urgent || !records || this.#state.kind === 'stopping';
    const snapshot = withChanges ? changes.take(appender.position) : undefined;
    this.#changesDue = false;
    const startedMs = clock.now();
    try {
      const rows = blocks.map(({ number, firstPosition, lastPosition, segment, from, to }) => ({
        number,
        firstPosition,
        lastPosition,
        shared: segment.shared,
        from,
        to,
      }));
      await thread.write(snapshot === undefined ? { blocks: rows } : { blocks: rows, changes: snapshot.rows });
    } catch (error) {
      snapshot?.putBack();
      this.#changesDue ||= snapshot !== undefined;
      if (records) this.#unwritten = { blocks, fresh };
      this.#failWith(asFailure(error));
      return false;
    }
    if (records) this.#succeed(blocks, fresh, flightBytes, clock.now() - startedMs);
    return true;
  }

  #takeRecords(): { readonly blocks: readonly Block[]; readonly fresh: readonly Cursor[] } {
    const { blocks, fresh } = this.#parts.appender.takeBlocks();
    const before = this.#unwritten;
    this.#unwritten = { blocks: [], fresh: [] };
    const all = before.fresh.length === 0 ? fresh : [...new Set([...before.fresh, ...fresh])];
    for (const cursor of all) cursor.posted = cursor.accepted;
    return { blocks: before.blocks.length === 0 ? blocks : [...before.blocks, ...blocks], fresh: all };
  }

  #succeed(blocks: readonly Block[], fresh: readonly Cursor[], bytes: number, tookMs: number): void {
    for (const { number, epoch, segment, lastPosition } of blocks) {
      epoch.uncommittedBlocks -= 1;
      segment.uncommittedBlocks -= 1;
      this.committedPosition = lastPosition;
      this.committedBlock = number;
    }
    for (const cursor of fresh) cursor.committed = cursor.posted;
    this.commits += 1;
    this.lastCommitMs = tookMs;
    this.uncommittedBytes -= bytes;
    const state = this.#state;
    if (state.kind === 'full') {
      this.#parts.report({ kind: 'journal.recovered', afterMs: this.#parts.clock.now() - state.sinceMs });
      this.#state = { kind: 'open' };
    }
    if (!this.gate.open && this.uncommittedBytes <= this.#parts.bounds.uncommittedBytesLow) this.gate.lift();
    this.#flight?.resolve();
    this.#flight = undefined;
    this.#parts.onCommit(fresh);
  }

  /** One compaction, if there is something to compact. */
  async #compact(): Promise<boolean> {
    const { compactor, changes, appender, thread, clock } = this.#parts;
    const plan = compactor.plan(clock.now());
    if (plan === undefined) return false;
    const snapshot = changes.take(appender.position);
    try {
      const written = await thread.write({ blocks: [], changes: snapshot.rows, compaction: plan.compaction });
      plan.apply(written);
    } catch (error) {
      snapshot.putBack();
      this.#failWith(asFailure(error));
    }
    return true;
  }

  #failWith(failure: Failure): void {
    const { clock, report } = this.#parts;
    const before = this.#state;
    if (failure.code === 'disk_full' && before.kind !== 'stopping') {
      if (before.kind === 'open') {
        this.#state = { kind: 'full', sinceMs: clock.now(), failure };
        report({ kind: 'journal.failing', code: failure.code, cause: failure.message });
      }
    } else if (failure.code === 'disk_full') {
      report({ kind: 'journal.failing', code: failure.code, cause: failure.message });
    } else {
      const last = failure.code === 'journal_failed' ? failure : journalFailed(failure);
      this.#state = { kind: 'failed', failure: last };
      report({ kind: 'journal.failing', code: last.code, cause: last.message });
      this.#fail(last);
    }
    this.#flight?.reject(failure);
    this.#next?.reject(failure);
    this.#flight = this.#next = undefined;
    this.gate.lift();
  }
}

const journalFailed = (cause: Failure): Failure =>
  new Failure('journal_failed', `The journal can't be written: ${cause.message}`, { cause });

/** A promise that is settled from outside; nobody has to wait for it. */
class Deferred {
  resolve: () => void = () => undefined;
  reject: (failure: Failure) => void = () => undefined;
  readonly promise: Promise<void> = new Promise((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}
