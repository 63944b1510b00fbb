/*
 * The journal: the durable, bounded list of admitted events, per tenant, that everything downstream reads at a cursor.
 *
 *   append ─▶ segment in memory ───────────────▶ cursor.read (live) ──▶ delivery
 *                │ cut into blocks                   ▲                      │ acknowledge
 *                ▼                                   │ cold                 ▼
 *            commit thread ─▶ young: shared blocks ─▶│◀─ old: batches   resume trails by the margin
 *                                  └── compaction ───┴──────▲               │
 *                                                           └── retention ◀─┘ trims, expires, bounds
 *
 * Promise: what `committed` resolved for survives a kill, and on an honest disk with durability `full` power loss, until it is acknowledged,
 * expired, or dropped by a bound and counted. Worst case: after an error that isn't a full disk it never writes again, and `run` rejects.
 * Owner: agent.ts.
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { Failure, type FailureCode } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import type { TenantNumber } from '../base/ids.js';
import { tenantNumber } from '../base/ids.js';
import { limits } from '../base/limits.js';
import type { Service } from '../base/service.js';
import type { EncodedEvent } from '../event/encoded.js';
import { Appender } from './append.js';
import { type JournalBounds, journalBounds } from './bounds.js';
import { Changes } from './changes.js';
import { ColdReads } from './cold.js';
import { Committer } from './commit.js';
import { CommitThread } from './commit-thread.js';
import { Compactor } from './compaction.js';
import type { Cursor, CursorParts } from './cursor.js';
import { Epochs } from './epochs.js';
import type { Gate } from './gate.js';
import type { Recovered } from './messages.js';
import { restore } from './restore.js';
import { Retention } from './retention.js';
import { YoungMemory } from './segment.js';
import { TenantLog, type Totals } from './tenant-log.js';

export { Cursor } from './cursor.js';
export { TenantLog } from './tenant-log.js';

export interface JournalSettings {
  /** Where `journal.db` lies; made if it isn't there. */
  readonly directory: string;
  /** An event waits at most this long for others before its commit starts, milliseconds. */
  readonly commitMs: number;
  /** full: answered after fsync. process: survives the end of the process, not power loss. */
  readonly durability: 'full' | 'process';
  readonly bytesMax: number;
  readonly tenantBytesMax: number;
  readonly ttlMs: number;
  readonly replayMargin: { readonly bytes: number; readonly ms: number };
  /** For tests: other bounds than base/limits.ts has, and a file that can't grow. */
  readonly bounds?: Partial<JournalBounds>;
  readonly fileBytesMax?: number;
}

export interface JournalStats {
  /** Length of the records that a drain may still have to be sent, bytes, and how many. */
  readonly bytes: number;
  readonly events: number;
  /** When the oldest of them was received, clock.now(). */
  readonly oldestMs: number | null;
  readonly uncommittedBytes: number;
  /** Length of the shared blocks, wanted or not: the young generation on disk. */
  readonly sharedBytes: number;
  /** Memory: segments, and what was read back from disk. */
  readonly memoryBytes: number;
  readonly commits: number;
  readonly lastCommitMs: number;
}

export class Journal implements Service {
  readonly name = 'journal';
  /** Called once per commit of records, after the cursors' onReady. */
  onCommit: () => void = () => undefined;

  readonly #clock: Clock;
  readonly #bounds: JournalBounds;
  readonly #thread: CommitThread;
  readonly #logs: Map<number, TenantLog> = new Map();
  readonly #totals: Totals = { bytes: 0, events: 0 };
  readonly #changes = new Changes();
  readonly #memory: YoungMemory;
  readonly #epochs: Epochs;
  readonly #appender: Appender;
  readonly #compactor: Compactor;
  readonly #committer: Committer;
  readonly #retention: Retention;
  readonly #cold: ColdReads;
  readonly #cursorParts: CursorParts;

  private constructor(
    settings: JournalSettings,
    bounds: JournalBounds,
    clock: Clock,
    report: Report,
    thread: CommitThread,
    recovered: Recovered,
  ) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#thread = thread;
    this.#memory = new YoungMemory(bounds.segmentBytes, bounds.youngBytesMax);
    this.#epochs = new Epochs(bounds);
    const { position, lastBlock, lastBatch } = recovered;
    this.#appender = new Appender(clock, this.#memory, this.#epochs, bounds, position, lastBlock + 1);
    this.#compactor = new Compactor(this.#epochs, this.#logs, this.#appender, bounds, settings.ttlMs, lastBatch);
    this.#cold = new ColdReads({
      clock,
      bounds,
      thread,
      report,
      logs: this.#logs,
      demand: (log) => {
        this.#compactor.demands.add(log);
        this.#committer.compact();
      },
      fail: (error) => this.#committer.fail(error),
    });
    this.#compactor.onCompacted = () => this.#cold.compacted();
    this.#retention = new Retention(settings, this.#logs, this.#totals, report);
    this.#cursorParts = {
      clock,
      memory: this.#memory,
      margin: settings.replayMargin,
      changes: this.#changes,
      cold: this.#cold,
    };
    restore(recovered, (number) => this.tenant(tenantNumber(number)), this.#epochs);
    this.#committer = new Committer(
      {
        clock,
        thread,
        bounds,
        report,
        appender: this.#appender,
        changes: this.#changes,
        compactor: this.#compactor,
        commitMs: settings.commitMs,
        onCommit: (fresh) => this.#committed(fresh),
      },
      position,
    );
  }

  /**
   * Opens the journal in `settings.directory`, or makes it, and starts its commit thread.
   * @throws Failure state_locked (another agent has it), state_newer, state_damaged, state_unusable, disk_full
   */
  static async open(settings: JournalSettings, clock: Clock, report: Report): Promise<Journal> {
    const bounds = journalBounds(settings.replayMargin.ms, settings.bounds);
    const { thread, recovered } = await CommitThread.start({
      path: join(settings.directory, 'journal.db'),
      durability: settings.durability,
      checkpointBytes: bounds.journalCheckpointBytes,
      cacheBytes: limits.journalCacheBytes,
      epochBytesMax: bounds.epochBytesMax,
      epochMsMax: bounds.epochMsMax,
      batchBytesMax: bounds.batchBytesMax,
      ...(settings.fileBytesMax === undefined ? {} : { fileBytesMax: settings.fileBytesMax }),
    });
    if (recovered.damagedBlocks > 0) {
      report({ kind: 'journal.damaged', where: 'block', events: recovered.damagedBlocks });
    }
    return new Journal(settings, bounds, clock, report, thread, recovered);
  }

  /** Backpressure to producers: when it isn't open, wait before the next append. */
  get gate(): Gate {
    return this.#committer.gate;
  }

  /** Why nothing can be committed now; null when all is well. */
  get failing(): FailureCode | null {
    return this.#committer.failing;
  }

  /** The tenant's log, made on first use. */
  tenant(number: TenantNumber): TenantLog {
    let log = this.#logs.get(number);
    if (log === undefined) {
      log = new TenantLog(number, this.#cursorParts, this.#totals);
      this.#logs.set(number, log);
    }
    return log;
  }

  /** Every tenant with a log: after a start those whose drains have a cursor here, whether the registry knows them or not. */
  tenants(): Iterable<TenantLog> {
    return this.#logs.values();
  }

  /** Closes all the tenant's drains and forgets it. Its number is never used again. */
  forgetTenant(number: TenantNumber): void {
    const log = this.#logs.get(number);
    if (log === undefined) return;
    while (log.cursors.length > 0) log.closeDrain(log.cursors[0].drain);
    log.trim();
    this.#logs.delete(number);
  }

  /**
   * Takes one event for every drain of its tenant whose filter matches.
   * @param event copied before this returns
   * @returns unmatched: no filter took it; unrouted: the tenant has no drain. Neither is stored.
   * @throws Failure disk_full, journal_failed, stopping
   */
  append(log: TenantLog, event: EncodedEvent): 'kept' | 'unmatched' | 'unrouted' {
    this.#committer.assertOpen();
    if (log.cursors.length === 0) return 'unrouted';
    const bytes = this.#appender.append(log, event);
    if (bytes === 0) return 'unmatched';
    this.#committer.appended(bytes);
    return 'kept';
  }

  /** Resolves once all that was appended so far is durable; rejects with the Failure that prevented it. */
  committed(): Promise<void> {
    return this.#committer.committed();
  }

  stats(): JournalStats {
    let oldestMs: number | null = null;
    for (const log of this.#logs.values()) {
      const firstMs = log.extents[0]?.firstMs;
      if (firstMs !== undefined) oldestMs = Math.min(firstMs, oldestMs ?? firstMs);
    }
    const { uncommittedBytes, commits, lastCommitMs } = this.#committer;
    const memoryBytes = this.#memory.bytes + this.#cold.bytes;
    const sharedBytes = this.#epochs.bytes;
    return { ...this.#totals, oldestMs, uncommittedBytes, sharedBytes, memoryBytes, commits, lastCommitMs };
  }

  /**
   * Looks after margins, expiry and bounds each second until `signal` aborts; then commits what waits and closes the file.
   * @throws Failure journal_failed when the disk or the commit thread failed
   */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const pause = this.#clock.sleep(this.#bounds.journalSweepMs, signal);
      const failure = await Promise.race([pause, this.#committer.failed]);
      if (failure instanceof Failure) return this.#end(failure);
      this.#sweep();
      if (signal.aborted) return this.#end(await this.#committer.stop());
    }
  }

  /** The file is closed, or given up. */
  async #end(failure: Failure | undefined): Promise<void> {
    if (failure === undefined) return;
    await this.#thread.kill();
    throw failure;
  }

  #committed(fresh: readonly Cursor[]): void {
    const grown = new Set<TenantLog>();
    for (const cursor of fresh) {
      const log = this.#logs.get(cursor.tenant);
      if (log !== undefined) grown.add(log);
    }
    this.#retention.bound(grown, this.#committer.committedPosition);
    this.#memory.evict(0);
    this.#cold.sweep(this.#clock.now());
    for (const cursor of fresh) cursor.onReady();
    this.onCommit();
  }

  #sweep(): void {
    const nowMs = this.#clock.now();
    this.#retention.sweep(nowMs, this.#committer.committedPosition);
    this.#cold.sweep(nowMs);
    this.#appender.sealFullEpoch(nowMs);
    for (const epoch of this.#epochs.collect()) this.#changes.deleteBlocks(epoch.firstBlock, epoch.lastBlock);
    if (this.failing === 'disk_full') {
      const blocks = this.#epochs.collectCommitted(this.#committer.committedBlock);
      if (blocks !== undefined) this.#changes.deleteBlocks(...blocks);
    }
    this.#memory.evict(this.#epochs.oldest?.firstPosition ?? this.#appender.position + 1);
    this.#committer.writeChanges();
  }
}
