/*
 * The shared journal in time: epochs of up to 15 s or 32 MiB, each some whole blocks on disk that are deleted together.
 * Promise: no extent and no block reaches over an epoch's edge, so an epoch is deleted as soon as no extent is left in it, and what is
 * left can be rewritten per tenant by reading nothing else. Worst case: one wanted record pins an epoch until it has settled (30 s).
 * Owner: journal.ts; append.ts writes the open one, compaction.ts empties old ones.
 */
import { assert } from '../base/assert.js';
import { Epoch } from './extents.js';

export class Epochs {
  readonly #bytesMax: number;
  readonly #msMax: number;
  /** Oldest first; only the last may be open. */
  #list: Epoch[] = [];

  constructor(bounds: { readonly epochBytesMax: number; readonly epochMsMax: number }) {
    this.#bytesMax = bounds.epochBytesMax;
    this.#msMax = bounds.epochMsMax;
  }

  get oldest(): Epoch | undefined {
    return this.#list[0];
  }

  /** The one being written, if there is one. */
  get open(): Epoch | undefined {
    const last = this.#list.at(-1);
    return last === undefined || last.sealed ? undefined : last;
  }

  /** Shared bytes on disk, or on their way there. */
  get bytes(): number {
    return this.#list.reduce((sum, epoch) => sum + epoch.bytes, 0);
  }

  /** True if `epoch` takes no more: it is long or old enough. */
  isFull(epoch: Epoch, nowMs: number): boolean {
    return epoch.bytes >= this.#bytesMax || nowMs - epoch.startMs >= this.#msMax;
  }

  start(firstPosition: number, nowMs: number): Epoch {
    assert(this.open === undefined, 'one epoch is written at a time');
    const epoch = new Epoch(firstPosition, nowMs);
    this.#list.push(epoch);
    return epoch;
  }

  /** Takes one that was found on disk; they come in order. */
  adopt(epoch: Epoch): void {
    this.#list.push(epoch);
  }

  /** Takes out every epoch that is on disk whole and has no extent left; their blocks can be deleted. */
  collect(): Epoch[] {
    const over = this.#list.filter((epoch) => epoch.isOver);
    if (over.length > 0) this.#list = this.#list.filter((epoch) => !epoch.isOver);
    return over;
  }

  /**
   * Takes the committed blocks out of an epoch that also holds uncommitted ones, if nobody wants what they hold: on a full disk their
   * space may be all that there is for the others.
   * @param committedBlock last block that is on disk
   * @returns the blocks to delete, first and last
   */
  collectCommitted(committedBlock: number): [first: number, last: number] | undefined {
    const mixed = this.#list.find(
      (epoch) => !epoch.whole && epoch.firstBlock !== 0 && epoch.firstBlock <= committedBlock,
    );
    if (mixed === undefined || mixed.lastBlock <= committedBlock) return undefined;
    for (const extent of mixed.extents) if (extent.wantedOnDisk) return undefined;
    const first = mixed.firstBlock;
    mixed.firstBlock = committedBlock + 1;
    return [first, committedBlock];
  }

  remove(epoch: Epoch): void {
    this.#list = this.#list.filter((other) => other !== epoch);
  }
}
