/*
 * What has changed in memory and not yet on disk besides new records: cursors, removed drains, epochs and batches to delete.
 * Promise: taken as one snapshot and written in one transaction, so that nothing is deleted on disk before the cursor that let go of it
 * is there too; a snapshot whose transaction failed is put back. Worst case: one row per cursor. Owner: journal.ts; commit.ts takes.
 */
/** Numbers of one cursor's row, in the order of the table's columns. */
export const CURSOR_COLUMNS = [
  'drain',
  'tenant',
  'accepted',
  'acknowledged',
  'resume',
  'written',
  'delivered',
  'resent',
  'filtered',
  'expired',
  'journal_full',
  'too_large',
  'removed',
] as const;

/** What changes.ts needs of a cursor. */
interface Changing {
  /** True while it stands in a list of changes. */
  changed: boolean;
  readonly isClosed: boolean;
  /** Its row, as CURSOR_COLUMNS says. */
  row(): readonly number[];
}

/** A snapshot as it travels to the commit thread. */
export interface ChangesRows {
  /** CURSOR_COLUMNS.length numbers for each cursor. */
  readonly cursors: Float64Array;
  readonly removedDrains: readonly number[];
  /** Blocks to delete: [first, last] each. */
  readonly blocks: readonly (readonly [number, number])[];
  readonly batches: readonly number[];
  /** Last position given out: the next start counts on from there even if every record is gone. */
  readonly position: number;
}

export class Changes {
  /** True if the next transaction must carry them: records are routed to a drain only when its row is there or comes with them. */
  urgent = false;
  #cursors: Changing[] = [];
  #removedDrains: number[] = [];
  #blocks: [number, number][] = [];
  #batches: number[] = [];

  /** The cursor's row has to be written. */
  touch(cursor: Changing): void {
    if (cursor.changed) return;
    cursor.changed = true;
    this.#cursors.push(cursor);
  }

  /** The cursor is new. */
  addDrain(cursor: Changing): void {
    this.touch(cursor);
    this.urgent = true;
  }

  removeDrain(drain: number): void {
    this.urgent = true;
    this.#removedDrains.push(drain);
  }

  deleteBlocks(first: number, last: number): void {
    this.#blocks.push([first, last]);
  }

  deleteBatch(batch: number): void {
    this.#batches.push(batch);
  }

  get isEmpty(): boolean {
    return this.#cursors.length + this.#removedDrains.length + this.#blocks.length + this.#batches.length === 0;
  }

  /**
   * Takes all of it.
   * @returns the rows, and how to put them back should their transaction fail
   */
  take(position: number): { readonly rows: ChangesRows; readonly putBack: () => void } {
    const cursors = this.#cursors.filter((cursor) => !cursor.isClosed);
    const removedDrains = this.#removedDrains;
    const blocks = this.#blocks;
    const batches = this.#batches;
    const values = new Float64Array(cursors.length * CURSOR_COLUMNS.length);
    for (const [i, cursor] of cursors.entries()) {
      cursor.changed = false;
      values.set(cursor.row(), i * CURSOR_COLUMNS.length);
    }
    const { urgent } = this;
    this.urgent = false;
    this.#cursors = [];
    this.#removedDrains = [];
    this.#blocks = [];
    this.#batches = [];
    const putBack = () => {
      this.urgent ||= urgent;
      for (const cursor of cursors) this.touch(cursor);
      this.#removedDrains = removedDrains.concat(this.#removedDrains);
      this.#blocks = blocks.concat(this.#blocks);
      this.#batches = batches.concat(this.#batches);
    };
    return { rows: { cursors: values, removedDrains, blocks, batches, position }, putBack };
  }
}
