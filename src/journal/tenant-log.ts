/*
 * One tenant's journal: its drains' cursors and its extents, oldest first.
 * Promise: `bytes` and `events` are the sums over its extents; an extent leaves only when no drain wants it, or it is dropped and counted.
 * Worst case: 255 drains, and the tenant's byte bound of extents. Owner: journal.ts.
 */
import { assert } from '../base/assert.js';
import { Failure } from '../base/failure.js';
import { type DrainNumber, drainNumber, type TenantNumber } from '../base/ids.js';
import { Filter } from '../event/filter.js';
import { recordRoutesMax } from '../event/record.js';
import { Cursor, type CursorParts } from './cursor.js';
import { type CursorState, cursorStateNew } from './cursor-state.js';
import { type Epoch, Extent } from './extents.js';

/** How a drain and its tenant are called where people read it. */
export interface DrainNames {
  readonly tenant: string;
  readonly drain: string;
}

/** What all tenants have in the journal. */
export interface Totals {
  bytes: number;
  events: number;
}

export class TenantLog {
  readonly #cursors: Cursor[] = [];
  readonly #names: Map<number, DrainNames> = new Map();
  readonly #parts: CursorParts;
  readonly #totals: Totals;
  #extents: Extent[] = [];
  /** The extent that the next record may join. */
  #open: Extent | undefined;
  /** Length of its extents' records, bytes. */
  bytes = 0;
  /** Events in its extents. */
  events = 0;

  constructor(
    readonly number: TenantNumber,
    parts: CursorParts,
    totals: Totals,
  ) {
    this.#parts = parts;
    this.#totals = totals;
  }

  get cursors(): readonly Cursor[] {
    return this.#cursors;
  }

  get extents(): readonly Extent[] {
    return this.#extents;
  }

  /**
   * The drain's cursor: the one that came back from disk, or a new one at the journal's end.
   * @param names for the happenings about its losses; the numbers if left out
   * @throws Failure drains_too_many beyond 255
   */
  openDrain(drain: DrainNumber, filter: Filter, names?: DrainNames): Cursor {
    this.#names.set(drain, names ?? { tenant: String(this.number), drain: String(drain) });
    const found = this.cursor(drain);
    if (found !== undefined) {
      found.filter = filter;
      return found;
    }
    if (this.#cursors.length >= recordRoutesMax) {
      throw new Failure('drains_too_many', `A tenant has at most ${recordRoutesMax} drains.`);
    }
    const cursor = this.#add(drain, filter, cursorStateNew);
    this.#parts.changes.addDrain(cursor);
    return cursor;
  }

  /** Removes the drain; its number is never used again. @returns how many accepted events that leaves undelivered */
  closeDrain(drain: DrainNumber): number {
    const cursor = this.cursor(drain);
    if (cursor === undefined) return 0;
    this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
    this.#names.delete(drain);
    const lost = cursor.close();
    this.#parts.changes.removeDrain(drain);
    this.trim();
    return lost;
  }

  /** The drain's cursor, if it is open or came back from disk. */
  cursor(drain: number): Cursor | undefined {
    return this.#cursors.find((cursor) => cursor.drain === drain);
  }

  namesOf(drain: number): DrainNames {
    return this.#names.get(drain) ?? { tenant: String(this.number), drain: String(drain) };
  }

  // --- for the journal

  /** Takes a cursor from disk. */
  restore(drain: number, state: CursorState): Cursor {
    return this.#add(drainNumber(drain), Filter.all, state);
  }

  /** The extent that takes the next record: the open one if it is in `epoch` and has room for `length` more bytes. */
  extentFor(epoch: Epoch, position: number, length: number, bytesMax: number, nowMs: number): Extent {
    const open = this.#open;
    if (open !== undefined && open.epoch === epoch && open.bytes + length <= bytesMax) return open;
    const extent = new Extent(this.number, { epoch }, position, nowMs);
    epoch.extents.add(extent);
    this.#extents.push(extent);
    this.#open = extent;
    return extent;
  }

  /** Counts a record that was written into `extent`, which `extentFor` gave. */
  count(extent: Extent, position: number, length: number, nowMs: number): void {
    extent.lastPosition = position;
    extent.lastMs = nowMs;
    extent.bytes += length;
    extent.events += 1;
    this.#sum(length, 1);
  }

  /** Takes extents that were found or written on disk, in place of `replaced` ones. */
  adopt(extents: readonly Extent[], replaced: ReadonlySet<Extent> = new Set()): void {
    for (const extent of this.#extents) if (replaced.has(extent)) this.#forget(extent);
    for (const extent of extents) {
      extent.epoch?.extents.add(extent);
      this.#sum(extent.bytes, extent.events);
    }
    this.#extents = [...this.#extents.filter((extent) => !replaced.has(extent)), ...extents].toSorted(
      (one, other) => one.firstPosition - other.firstPosition,
    );
  }

  /** Lets go of every extent that no drain wants any more. */
  trim(): void {
    if (this.#extents.every((extent) => extent.wanted)) return;
    const unwanted = this.#extents.filter((extent) => !extent.wanted);
    this.#extents = this.#extents.filter((extent) => extent.wanted);
    for (const extent of unwanted) this.#delete(extent);
  }

  /** Lets go of the oldest extent, whoever wants it. */
  removeOldest(): void {
    const oldest = this.#extents.shift();
    assert(oldest !== undefined, 'there is an extent to remove');
    this.#delete(oldest);
  }

  /** Lets go of `extent`, whoever wants it. */
  remove(extent: Extent): void {
    const before = this.#extents.length;
    this.#extents = this.#extents.filter((other) => other !== extent);
    if (this.#extents.length < before) this.#delete(extent);
  }

  #delete(extent: Extent): void {
    this.#forget(extent);
    if (extent.batch !== 0) this.#parts.changes.deleteBatch(extent.batch);
  }

  #forget(extent: Extent): void {
    extent.epoch?.extents.delete(extent);
    if (this.#open === extent) this.#open = undefined;
    this.#sum(-extent.bytes, -extent.events);
  }

  #sum(bytes: number, events: number): void {
    this.bytes += bytes;
    this.events += events;
    this.#totals.bytes += bytes;
    this.#totals.events += events;
  }

  #add(drain: DrainNumber, filter: Filter, state: CursorState): Cursor {
    const cursor = new Cursor(this.number, drain, filter, this.#parts, this, state);
    this.#cursors.push(cursor);
    return cursor;
  }
}
