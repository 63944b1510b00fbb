/*
 * The journal's tables as functions: every SQL statement of the journal stands here. Runs on the commit thread.
 * Promise: each function is one statement's work and no transaction of its own; store.ts puts them into one.
 * Owner: store.ts.
 */
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

// One object of prepared statements: its type is what this function makes.
// oxlint-disable-next-line typescript/explicit-module-boundary-types
export function journalTables(database: Database) {
  const marks = CURSOR_COLUMNS.map(() => '?').join(', ');
  const putCursor = database.prepare(`INSERT OR REPLACE INTO cursor (${CURSOR_COLUMNS.join(', ')}) VALUES (${marks})`);
  const allCursors = database.prepare<Record<string, number>>('SELECT * FROM cursor');
  const deleteCursor = database.prepare('DELETE FROM cursor WHERE drain = ?');
  const putBlock = database.prepare('INSERT INTO block VALUES (?, ?, ?, ?)');
  const someBlocks = database.prepare<RecordsRow>(
    'SELECT number, records FROM block WHERE number BETWEEN ? AND ? ORDER BY number',
  );
  const deleteBlocks = database.prepare('DELETE FROM block WHERE number BETWEEN ? AND ?');
  const lastBlock = database.prepare<{ number: number | null; position: number | null }>(
    'SELECT max(number) AS number, max(last_position) AS position FROM block',
  );
  const putBatch = database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putRecords = database.prepare('INSERT INTO batch_records VALUES (?, ?)');
  const allBatches = database.prepare<BatchRow>('SELECT * FROM batch ORDER BY tenant, first_position');
  const oneRecords = database.prepare<RecordsRow>('SELECT number, records FROM batch_records WHERE number = ?');
  const deleteBatch = database.prepare('DELETE FROM batch WHERE number = ?');
  const deleteRecords = database.prepare('DELETE FROM batch_records WHERE number = ?');
  const putPosition = database.prepare('INSERT OR REPLACE INTO last (what, position) VALUES (0, ?)');
  const getPosition = database.prepare<{ position: number }>('SELECT position FROM last');

  const removeBatch = (batch: number): void => {
    deleteBatch.run(batch);
    deleteRecords.run(batch);
  };
  return {
    putBlock(block: BlockRow): void {
      const records = Buffer.from(block.shared, block.from, block.to - block.from);
      putBlock.run(block.number, block.firstPosition, block.lastPosition, records);
    },
    /** Shows each block's records, in order; `visit` may not use another table. */
    eachBlock(first: number, last: number, visit: (number: number, records: Buffer) => void): void {
      someBlocks.each([first, last], (row) => visit(row.number, row.records));
    },
    deleteBlocks(first: number, last: number): void {
      deleteBlocks.run(first, last);
    },
    putBatch(summary: BatchSummary, records: Buffer): void {
      const { batch, tenant, firstPosition, lastPosition, bytes, events, firstMs, lastMs } = summary;
      const shares = JSON.stringify(summary.shares);
      putBatch.run(batch, tenant, firstPosition, lastPosition, bytes, events, firstMs, lastMs, shares);
      putRecords.run(batch, records);
    },
    removeBatch,
    /** The batch's records, or undefined if it was deleted. */
    records: (batch: number): Buffer | undefined => oneRecords.get(batch)?.records,
    batches: (): BatchSummary[] =>
      allBatches.all().map((row) => ({
        batch: row.number,
        tenant: row.tenant,
        firstPosition: row.first_position,
        lastPosition: row.last_position,
        bytes: row.bytes,
        events: row.events,
        firstMs: row.first_ms,
        lastMs: row.last_ms,
        shares: JSON.parse(row.shares) as BatchSummary['shares'],
      })),
    /** Writes a snapshot of what changed. */
    putChanges(changes: ChangesRows): void {
      for (let at = 0; at < changes.cursors.length; at += CURSOR_COLUMNS.length) {
        putCursor.run(...changes.cursors.subarray(at, at + CURSOR_COLUMNS.length));
      }
      for (const drain of changes.removedDrains) deleteCursor.run(drain);
      for (const [first, last] of changes.blocks) deleteBlocks.run(first, last);
      for (const batch of changes.batches) removeBatch(batch);
      putPosition.run(changes.position);
    },
    /** The numbers of all cursors, row after row. */
    cursors: (): number[] => allCursors.all().flatMap((row) => CURSOR_COLUMNS.map((column) => row[column])),
    /** The highest number of a block, and the highest position that a block or a snapshot of changes told; 0 if none did. */
    last(): { readonly block: number; readonly position: number } {
      const row = lastBlock.get();
      return { block: row?.number ?? 0, position: Math.max(row?.position ?? 0, getPosition.get()?.position ?? 0) };
    },
  };
}

export type JournalTables = ReturnType<typeof journalTables>;
