/*
 * How far the journal's file may grow on a disk that is nearly full. A transaction is written to the log first and folded into the file later:
 * if only the first fits, the second never will, and no delete can be written any more to make room.
 * Promise: what `lengthMax` allows fits with the log; a reserve stays for deletes. Worst case: somebody else takes the space between the look
 * and the write, and the transaction is rolled back. Owner: store.ts, on the commit thread.
 */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { limits } from '../base/limits.js';

/** What a transaction writes beside the records: pages of the tables, half-filled ones, headers of the log. */
const OVERHEAD_FACTOR = 1.1;
const OVERHEAD_BYTES = 256 * 1024;

export class DiskRoom {
  readonly #path: string;
  /** The longest that the file may be on any disk, bytes. */
  readonly lengthWanted: number;
  #freeBytes = 0;
  #reserveBytes = 0;

  constructor(path: string, lengthWanted = Infinity) {
    this.#path = path;
    this.lengthWanted = lengthWanted;
  }

  /** Looks at the disk. True if a transaction with `bytes` of records may not fit. */
  isLow(bytes: number): boolean {
    const { bavail, blocks, bsize } = statfsSync(dirname(this.#path));
    this.#freeBytes = bavail * bsize;
    this.#reserveBytes = Math.min(limits.diskReserveBytes, (blocks * bsize) / 16);
    return this.#freeBytes < limits.diskLowBytes + 2 * bytes;
  }

  /**
   * How long the file may become with the next transaction, bytes.
   * @param bytes of its records; 0: deletes and cursors only, which may use the reserve
   * @param folded true if the log will be written from its start, in the space that it has
   */
  lengthMax(bytes: number, folded: boolean): number {
    if (bytes === 0) return this.lengthWanted;
    const logBytes = folded ? (statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0) : 0;
    const logGrowth = Math.max(0, bytes * OVERHEAD_FACTOR + OVERHEAD_BYTES - logBytes);
    const room = statSync(this.#path).size + this.#freeBytes - this.#reserveBytes - logGrowth;
    return Math.min(this.lengthWanted, room);
  }
}
