/*
 * The journal on disk: one SQLite file that one connection holds exclusively. Runs on the commit thread.
 * Promise: `write` is one transaction, durable when it returns; after a full disk the file is as it was before and can be written again.
 * Worst case: one fsync, or the folding in of the write-ahead log (32 MiB). Owner: worker.ts.
 */
import { Failure } from '../base/failure.js';
import { recordLength } from '../event/record.js';
import { type Database, openDatabase } from '../store/database.js';
import type { BatchSummary } from './extents.js';
import type { Loaded, Recovered, StoreOptions, Write } from './messages.js';
import { DiskRoom } from './disk-room.js';
import { recover } from './recovery.js';
import { rewrite } from './rewrite.js';
import { journalSchema } from './schema.js';
import { recordIsSound } from './summary.js';
import { journalTables, type JournalTables, putChanges } from './store-tables.js';

export class JournalStore {
  readonly #database: Database;
  readonly #tables: JournalTables;
  readonly #options: StoreOptions;
  readonly #room: DiskRoom;
  /** True while the write-ahead log is known to be folded in: it is written from its start again. */
  #folded = false;

  /** @throws Failure state_locked, state_newer, state_damaged, state_unusable, disk_full */
  constructor(options: StoreOptions) {
    this.#options = options;
    this.#database = openDatabase(options.path, {
      synchronous: options.durability === 'full' ? 'FULL' : 'NORMAL',
      schema: journalSchema,
      exclusive: true,
      cacheBytes: options.cacheBytes,
      checkpointBytes: options.checkpointBytes,
    });
    this.#room = new DiskRoom(options.path, options.fileBytesMax);
    this.#tables = journalTables(this.#database);
  }

  /** What is there. */
  recover(): Recovered {
    return recover(this.#tables, this.#options);
  }

  /**
   * Writes all of it, or nothing.
   * @returns summaries of the batches that a compaction wrote
   * @throws Failure disk_full: try again later; any other: never write again
   */
  write(write: Write): BatchSummary[] {
    try {
      return this.#writeWithin(write);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Folded in, the log can be written from its start again, in space that it has already.
      if (error.code === 'disk_full') this.#fold();
      else if (error.code !== 'state_damaged' || !this.#hasDamaged(write)) throw error;
      return this.#writeWithin(write);
    }
  }

  /** The records of some batches, each in a buffer of its own. */
  load(batches: readonly number[]): Loaded[] {
    return batches.map((batch) => {
      const records = this.#tables.batches.records(batch);
      if (typeof records === 'string') return records;
      let at = 0;
      while (at < records.length && recordIsSound(records, at, records.length)) at += recordLength(records, at);
      return at === records.length ? new Uint8Array(records) : 'damaged';
    });
  }

  close(): void {
    this.#database.close();
  }

  /** One transaction, which fails before it takes space that folding the log in will need. */
  #writeWithin(write: Write): BatchSummary[] {
    const bytes = write.blocks.reduce((sum, { from, to }) => sum + to - from, write.compaction?.bytes ?? 0);
    const isLow = this.#room.isLow(bytes);
    if (isLow && !this.#folded) this.#fold();
    this.#database.limitLength(isLow ? this.#room.lengthMax(bytes, this.#folded) : this.#room.lengthWanted);
    const written = this.#database.transaction(() => this.#write(write));
    this.#folded = false;
    if (isLow) this.#fold();
    return written;
  }

  #write({ blocks, changes, compaction }: Write): BatchSummary[] {
    // Deletes first: what they free is used at once.
    if (changes !== undefined) putChanges(this.#tables, changes);
    const written = compaction === undefined ? [] : rewrite(this.#tables, compaction);
    for (const block of blocks) this.#tables.blocks.put(block);
    return written;
  }

  /** True if a batch to be deleted is found damaged: from then on its records are left where they are. */
  #hasDamaged({ changes }: Write): boolean {
    const found = (changes?.batches ?? []).map((batch) => this.#tables.batches.records(batch));
    return found.includes('damaged');
  }

  #fold(): void {
    try {
      this.#database.checkpoint('restart');
      this.#folded = true;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'disk_full') throw error;
    }
  }
}
