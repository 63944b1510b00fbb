/*
 * The journal's tables as functions: every SQL statement of the journal stands here. Runs on the commit thread.
 * Promise: each function is one statement's work and no transaction of its own; store.ts puts them into one.
 * Owner: store.ts.
 */
import { Failure } from '../base/failure.js';
import type { Database } from '../store/database.js';
import { CURSOR_COLUMNS, type ChangesRows } from './changes.js';
import type { BatchSummary } from './extents.js';
import type { BlockRow } from './messages.js';

interface BatchRow {
  readonly number: number;
  readonly tenant: number;
  readonly first_position: number;
  readonly last_position: number;
  readonly bytes: number;
  readonly events: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly shares: string;
}

interface RecordsRow {
  readonly number: number;
  readonly records: Buffer;
}

/** The young generation: shared blocks. */
function blockTable(database: Database) {
  const put = database.prepare('INSERT INTO block VALUES (?, ?, ?, ?)');
  const some = database.prepare<RecordsRow>(
    'SELECT number, records FROM block WHERE number BETWEEN ? AND ? ORDER BY number',
  );
  const remove = database.prepare('DELETE FROM block WHERE number BETWEEN ? AND ?');
  const last = database.prepare<{ number: number | null; position: number | null }>(
    'SELECT max(number) AS number, max(last_position) AS position FROM block',
  );
  return {
    put(block: BlockRow): void {
      const records = Buffer.from(block.shared, block.from, block.to - block.from);
      put.run(block.number, block.firstPosition, block.lastPosition, records);
    },
    /** Shows each block's records, in order; `visit` may not use another table. */
    each(first: number, last: number, visit: (number: number, records: Buffer) => void): void {
      some.each([first, last], (row) => visit(row.number, row.records));
    },
    remove(first: number, last: number): void {
      remove.run(first, last);
    },
    /** The highest number and the highest position; 0 if there is no block. */
    last(): { readonly number: number; readonly position: number } {
      const row = last.get();
      return { number: row?.number ?? 0, position: row?.position ?? 0 };
    },
  };
}

/** The old generation: batches of one tenant each. */
function batchTable(database: Database) {
  const put = database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putRecords = database.prepare('INSERT INTO batch_records VALUES (?, ?)');
  const all = database.prepare<BatchRow>('SELECT * FROM batch ORDER BY tenant, first_position');
  const one = database.prepare<RecordsRow>('SELECT number, records FROM batch_records WHERE number = ?');
  const remove = database.prepare('DELETE FROM batch WHERE number = ?');
  const last = database.prepare<{ number: number | null }>('SELECT max(number) AS number FROM batch_records');
  /** Whose records SQLite could not read. */
  const damaged = new Set<number>();
  const removeRecords = database.prepare('DELETE FROM batch_records WHERE number = ?');
  return {
    put(summary: BatchSummary, records: Buffer): void {
      const { batch, tenant, firstPosition, lastPosition, bytes, events, firstMs, lastMs } = summary;
      const shares = JSON.stringify(summary.shares);
      put.run(batch, tenant, firstPosition, lastPosition, bytes, events, firstMs, lastMs, shares);
      putRecords.run(batch, records);
    },
    /** Deletes it; records that can't be read stay in the file, since their pages may be others' too. */
    remove(batch: number): void {
      remove.run(batch);
      if (!damaged.has(batch)) removeRecords.run(batch);
    },
    /** The batch's records, or why there are none. */
    records(batch: number): Buffer | 'gone' | 'damaged' {
      if (damaged.has(batch)) return 'damaged';
      try {
        return one.get(batch)?.records ?? 'gone';
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'state_damaged') throw error;
        damaged.add(batch);
        return 'damaged';
      }
    },
    /** The highest number that records have; 0 if there are none. */
    last: (): number => last.get()?.number ?? 0,
    /** Summaries of all batches. */
    all: (): BatchSummary[] =>
      all.all().map((row) => ({
        batch: row.number,
        tenant: row.tenant,
        firstPosition: row.first_position,
        lastPosition: row.last_position,
        bytes: row.bytes,
        events: row.events,
        firstMs: row.first_ms,
        lastMs: row.last_ms,
        shares: sharesOf(row),
      })),
  };
}

/** @throws Failure state_damaged if they can't be true: a drain has at most one ordinal for each position */
function sharesOf({ number, last_position, shares }: BatchRow): BatchSummary['shares'] {
  let found: unknown;
  try {
    found = JSON.parse(shares);
  } catch {
    // Told below.
  }
  const isTrue = (share: unknown): boolean =>
    Array.isArray(share) && share.length === 4 && share.every(Number.isInteger) && share[2] <= last_position;
  if (Array.isArray(found) && found.every(isTrue)) return found as BatchSummary['shares'];
  throw new Failure('state_damaged', `The summary of batch ${number} is damaged.`);
}

/** Drains' rows, and the last position given out. */
function cursorTable(database: Database) {
  const marks = CURSOR_COLUMNS.map(() => '?').join(', ');
  const put = database.prepare(`INSERT OR REPLACE INTO cursor (${CURSOR_COLUMNS.join(', ')}) VALUES (${marks})`);
  const all = database.prepare<Record<string, number>>('SELECT * FROM cursor');
  const remove = database.prepare('DELETE FROM cursor WHERE drain = ?');
  const putPosition = database.prepare('INSERT OR REPLACE INTO last (what, position) VALUES (0, ?)');
  const position = database.prepare<{ position: number }>('SELECT position FROM last');
  return {
    /** @param values CURSOR_COLUMNS.length numbers for each cursor */
    put(values: Float64Array): void {
      for (let at = 0; at < values.length; at += CURSOR_COLUMNS.length) {
        put.run(...values.subarray(at, at + CURSOR_COLUMNS.length));
      }
    },
    remove(drain: number): void {
      remove.run(drain);
    },
    /** The numbers of all cursors, row after row. */
    all: (): number[] => all.all().flatMap((row) => CURSOR_COLUMNS.map((column) => row[column])),
    putPosition(last: number): void {
      putPosition.run(last);
    },
    /** 0 if none was put. */
    position: (): number => position.get()?.position ?? 0,
  };
}

export interface JournalTables {
  readonly cursors: ReturnType<typeof cursorTable>;
  readonly blocks: ReturnType<typeof blockTable>;
  readonly batches: ReturnType<typeof batchTable>;
}

export const journalTables = (database: Database): JournalTables => ({
  cursors: cursorTable(database),
  blocks: blockTable(database),
  batches: batchTable(database),
});

/** Writes a snapshot of what changed. */
export function putChanges({ cursors, blocks, batches }: JournalTables, changes: ChangesRows): void {
  cursors.put(changes.cursors);
  for (const drain of changes.removedDrains) cursors.remove(drain);
  for (const [first, last] of changes.blocks) blocks.remove(first, last);
  for (const batch of changes.batches) batches.remove(batch);
  cursors.putPosition(changes.position);
}
