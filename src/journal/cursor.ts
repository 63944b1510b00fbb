/*
 * One drain's place in its tenant's journal: what it accepted, what its receiver has, where sending would start again, and the ledger
 * accepted = delivered + dropped + (accepted − acknowledged), which holds after every call.
 * Promise: `acknowledged` and `resume` only move forward; `read` gives every committed record once, in order, until `rewind`.
 * Worst case: a reader that has fallen out of memory waits for the disk ('loading'). Owner: tenant-log.ts; delivery/ reads and acknowledges.
 */
import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { type DrainNumber, type Ordinal, ordinal as asOrdinal, type TenantNumber } from '../base/ids.js';
import type { Filter } from '../event/filter.js';
import { ordinalFor, recordLength } from '../event/record.js';
import type { Changes } from './changes.js';
import type { CursorState, DropReason } from './cursor-state.js';
import type { Extent, Reader, Share } from './extents.js';
import { Margin, type MarginSettings } from './margin.js';
import { Refs } from './refs.js';
import { REF_SPAN, type Segment, type YoungMemory } from './segment.js';

/** What a cursor uses of the journal. */
export interface CursorParts {
  readonly clock: Clock;
  readonly memory: YoungMemory;
  readonly margin: MarginSettings;
  readonly changes: Changes;
  readonly cold: {
    /** Brings the records after the last read one with `hold`, or moves the cursor over a gap and says so. */
    want(cursor: Cursor): 'loading' | 'skipped';
    /** What was held, or wanted, is not needed any more. */
    release(cursor: Cursor): void;
    /** What it held or wanted is gone: if its reader was told 'loading', it is looked up again. */
    renew(cursor: Cursor): void;
  };
}

/** Records read from disk for one drain, the ordinals `first` to `last`. */
export interface Held {
  readonly first: number;
  readonly last: number;
  readonly batches: readonly Buffer[];
  /** Where the next record lies. */
  batch: number;
  at: number;
}

/** Receives one record that lies at `at`, valid during the call; false: not taken, give it again next time. */
export type Take = (source: Buffer, at: number, ordinal: Ordinal) => boolean;

export class Cursor implements Reader {
  /** What the drain wants, from the next event on. */
  filter: Filter;
  /** Set by delivery: there is something to read again. May be called when there isn't. */
  onReady: () => void = () => undefined;
  /** True while its row waits to be written. */
  changed = false;
  /** True while it has events that no commit has taken. */
  fresh = false;
  /** Events accepted; those up to `posted` are in a commit, those up to `committed` durable and readable. */
  accepted: number;
  posted: number;
  committed: number;
  acknowledged: number;
  delivered: number;
  /** Records given to the reader again after it had them once. */
  resent: number;
  /** Events that the filter left out. */
  filtered: number;
  readonly dropped: Record<DropReason, number>;

  readonly #parts: CursorParts;
  readonly #extents: { readonly extents: readonly Extent[] };
  readonly #margin: Margin;
  readonly #refs: Refs;
  #share: { readonly extent: Extent; readonly share: Share } | undefined;
  #held: Held | undefined;
  /** Last ordinal given to the reader, now and ever. */
  #read: number;
  #written: number;
  /** Length of what was read past the evidence, bytes. */
  #inHandBytes = 0;
  /** Ordinals past `acknowledged` that will never be delivered. */
  readonly #refused: Map<number, DropReason> = new Map();
  #closed = false;

  /**
   * @param log whose extents say where the records are
   * @param state zeros for a new drain, its row for one that comes back from disk
   */
  constructor(
    readonly tenant: TenantNumber,
    readonly drain: DrainNumber,
    filter: Filter,
    parts: CursorParts,
    log: { readonly extents: readonly Extent[] },
    state: CursorState,
  ) {
    this.filter = filter;
    this.#parts = parts;
    this.#extents = log;
    this.accepted = this.posted = this.committed = state.accepted;
    this.acknowledged = state.acknowledged;
    this.delivered = state.delivered;
    this.resent = state.resent;
    this.filtered = state.filtered;
    this.dropped = { ...state.dropped };
    this.#read = state.resume;
    this.#written = state.written;
    this.#margin = new Margin(parts.margin, state.resume, parts.clock.now(), state.accepted > 0);
    this.#refs = new Refs(state.accepted + 1);
  }

  /** Where sending starts again after an abnormal close, an ordinal; Infinity once the drain is removed. */
  get resume(): number {
    return this.#closed ? Infinity : this.#margin.resume;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Accepted and not acknowledged. `bytes` and `oldestMs` (clock.now()) are estimated within one extent, at most 64 KiB. */
  backlog(): { readonly events: number; readonly bytes: number; readonly oldestMs: number | null } {
    const events = this.accepted - this.acknowledged;
    let bytes = 0;
    let oldestMs: number | null = null;
    if (events === 0) return { events, bytes, oldestMs };
    for (const extent of this.#extents.extents) {
      const share = extent.shareOf(this);
      if (share === undefined || share.last <= this.acknowledged) continue;
      const fraction = (share.last - Math.max(this.acknowledged, share.first - 1)) / (share.last - share.first + 1);
      bytes += Math.round(share.bytes * fraction);
      oldestMs ??= extent.firstMs + (extent.lastMs - extent.firstMs) * (1 - fraction);
    }
    return { events, bytes, oldestMs };
  }

  /**
   * Gives committed records after the last read one, in order, to `take`, until it returns false or nothing is left.
   * @returns 'end': nothing more now, 'loading': the disk is being read (onReady will be called after either), 'stopped': take said no
   */
  read(take: Take): 'end' | 'stopped' | 'loading' {
    for (;;) {
      if (this.#closed || this.#read >= this.committed) return 'end';
      const outcome = this.#isInMemory(this.#read + 1) ? this.#readMemory(take) : this.#readHeld(take);
      if (outcome !== 'more') return outcome;
    }
  }

  /** After an abnormal close: the next read starts after `resume`; what was read before counts as `resent`. */
  rewind(): void {
    if (this.#closed) return;
    this.#margin.restart();
    this.#read = this.#margin.resume;
    this.#inHandBytes = 0;
    this.#letGo();
  }

  /**
   * Takes evidence that the receiver's TCP stack has everything up to `ordinal`. What lies behind is ignored.
   * @param outstanding true while later bytes are written and not acknowledged: the margin's clock stands while none of them are
   */
  acknowledge(ordinal: Ordinal, outstanding: boolean): void {
    if (this.#closed) return;
    assert(ordinal <= this.#written, 'only what was read can be acknowledged');
    const before = this.#margin.evidence;
    const caughtUp = ordinal >= this.acknowledged;
    if (ordinal > this.acknowledged) this.#advance(ordinal, undefined);
    // What was refused right behind it needs no evidence.
    const evidence = Math.max(before, caughtUp ? this.acknowledged : ordinal);
    const ahead = this.#read - before;
    const bytes = ahead > 0 ? this.#inHandBytes * Math.min(1, (evidence - before) / ahead) : 0;
    this.#inHandBytes -= bytes;
    this.#margin.advance(evidence, bytes, this.#parts.clock.now(), outstanding);
    this.#parts.changes.touch(this);
  }

  /** After a clean close with nothing outstanding: the receiver has what it acknowledged, so the replay margin is nothing. */
  settle(): void {
    if (this.#closed) return;
    this.#margin.settle();
    this.#parts.changes.touch(this);
  }

  /** Delivery can't send this record: it counts as dropped.too_large as soon as everything before it is resolved. */
  refuse(ordinal: Ordinal): void {
    this.#giveUp(ordinal, 'too_large');
  }

  // --- for the journal

  /** Counts an event of the tenant that the filter left out. */
  leaveOut(): void {
    this.filtered += 1;
    this.#parts.changes.touch(this);
  }

  /** Takes the next event; it is readable once `committed` says so. */
  accept(extent: Extent, bytes: number, ref: number): void {
    this.accepted += 1;
    let current = this.#share;
    if (current?.extent !== extent) {
      const share = { reader: this, first: this.accepted, last: 0, bytes: 0 };
      extent.shares.push(share);
      this.#share = current = { extent, share };
    }
    current.share.last = this.accepted;
    current.share.bytes += bytes;
    if (this.#refs.full) this.#refs.forget(this.#margin.resume + 1, this.#parts.memory.refFirst);
    this.#refs.push(ref);
  }

  /** Once a second: lets the margin's time pass and forgets what left memory. */
  tick(nowMs: number): void {
    const before = this.#margin.resume;
    this.#margin.tick(nowMs);
    if (this.#margin.resume !== before) this.#parts.changes.touch(this);
    this.#refs.forget(this.#margin.resume + 1, this.#parts.memory.refFirst);
  }

  /**
   * Everything up to `ordinal` is given up.
   * @returns how many events that lost: those neither acknowledged nor refused before
   */
  drop(ordinal: number, reason: DropReason): number {
    const before = this.dropped[reason];
    if (ordinal > this.acknowledged) this.#advance(ordinal, reason);
    this.#margin.pass(ordinal);
    if (ordinal > this.#read) {
      this.#read = ordinal;
      this.#inHandBytes = 0;
      this.#held = undefined;
      this.#parts.cold.renew(this);
    }
    this.#written = Math.max(this.#written, ordinal);
    this.#parts.changes.touch(this);
    return this.dropped[reason] - before;
  }

  /** The records of `first` to `last` were found damaged: they will never be delivered. */
  lose(first: number, last: number): void {
    for (let lost = Math.max(first, this.acknowledged + 1); lost <= last; lost++) this.#giveUp(lost, 'removed');
  }

  lags(ordinal: number): boolean {
    return ordinal > this.#read && ordinal < this.#refs.first;
  }

  /** True if a read needs no disk: the next record is in memory, or there is none. */
  get readsMemory(): boolean {
    return this.#read >= this.committed || this.#isInMemory(this.#read + 1);
  }

  /** First ordinal that isn't read. */
  get next(): number {
    return this.#read + 1;
  }

  /** Moves over ordinals that no extent holds, up to `ordinal` or where memory begins. */
  skip(ordinal: number): void {
    const last = Math.min(ordinal, this.#refs.first - 1, this.committed);
    this.lose(this.#read + 1, last);
    this.#read = Math.max(this.#read, last);
    this.#written = Math.max(this.#written, this.#read);
  }

  /** Takes records read from disk. */
  hold(held: Held): void {
    this.#held = held;
  }

  /** Gives up records read from disk; they will be wanted again. */
  unhold(): void {
    this.#held = undefined;
  }

  /** The drain is removed. @returns how many accepted events that leaves undelivered */
  close(): number {
    const lost = this.accepted - this.acknowledged;
    this.#letGo();
    this.#closed = true;
    this.dropped.removed += lost;
    this.acknowledged = this.accepted;
    this.#refs.forget(Infinity, 0);
    return lost;
  }

  /** Its row (CURSOR_COLUMNS), as far as records are committed. */
  row(): readonly number[] {
    const { expired, journal_full, too_large, removed } = this.dropped;
    const lost = expired + journal_full + too_large + removed;
    assert(this.delivered + lost === this.acknowledged, 'the ledger holds');
    const state = [this.committed, this.acknowledged, this.resume, this.#written, this.delivered];
    return [this.drain, this.tenant, ...state, this.resent, this.filtered, expired, journal_full, too_large, removed];
  }

  #isInMemory(next: number): boolean {
    return next >= this.#refs.first && this.#refs.at(next) >= this.#parts.memory.refFirst;
  }

  #readMemory(take: Take): 'end' | 'stopped' {
    let segment: Segment | undefined;
    for (let next = this.#read + 1; next <= this.committed; next++) {
      const ref = this.#refs.at(next);
      const serial = Math.floor(ref / REF_SPAN);
      if (segment?.serial !== serial) segment = this.#parts.memory.at(serial);
      assert(segment !== undefined, 'memory holds the newest segments without a gap');
      const at = ref - serial * REF_SPAN;
      if (!take(segment.bytes, at, asOrdinal(next))) return 'stopped';
      this.#took(next, recordLength(segment.bytes, at));
    }
    return 'end';
  }

  #readHeld(take: Take): 'more' | 'stopped' | 'loading' {
    const held = this.#held;
    if (held === undefined || this.#read + 1 < held.first || this.#read >= held.last) {
      this.#letGo();
      this.#refs.forget(0, this.#parts.memory.refFirst);
      return this.#parts.cold.want(this) === 'skipped' ? 'more' : 'loading';
    }
    for (; held.batch < held.batches.length; held.batch++, held.at = 0) {
      const source = held.batches[held.batch];
      while (held.at < source.length) {
        const found = ordinalFor(source, held.at, this.drain);
        if (found > this.#read && found <= held.last) {
          if (!take(source, held.at, asOrdinal(found))) return 'stopped';
          if (found > this.#read + 1) this.lose(this.#read + 1, found - 1);
          this.#took(found, recordLength(source, held.at));
        }
        held.at += recordLength(source, held.at);
      }
    }
    this.skip(held.last);
    this.#letGo();
    return 'more';
  }

  #took(ordinal: number, bytes: number): void {
    this.#read = ordinal;
    this.#inHandBytes += bytes;
    if (ordinal <= this.#written) this.resent += 1;
    else this.#written = ordinal;
  }

  /** Moves `acknowledged` to `to`: what wasn't refused is delivered, or dropped if there is a reason. */
  #advance(to: number, reason: DropReason | undefined): void {
    assert(to > this.acknowledged && to <= this.accepted, 'acknowledged only moves forward');
    let refused = 0;
    if (this.#refused.size > 0) {
      for (const [ordinal, why] of this.#refused) {
        if (ordinal > to) continue;
        this.#refused.delete(ordinal);
        this.dropped[why] += 1;
        refused += 1;
      }
    }
    const rest = to - this.acknowledged - refused;
    if (reason === undefined) this.delivered += rest;
    else this.dropped[reason] += rest;
    this.acknowledged = to;
    this.#resolveRefused();
  }

  #giveUp(ordinal: number, reason: DropReason): void {
    if (this.#closed || ordinal <= this.acknowledged) return;
    assert(ordinal <= this.accepted, 'only what was accepted can be refused');
    const before = this.acknowledged;
    const caughtUp = this.#margin.evidence === before;
    this.#refused.set(ordinal, reason);
    this.#resolveRefused();
    // It followed the evidence directly, so nothing is outstanding.
    if (caughtUp && this.acknowledged > before) {
      this.#margin.advance(this.acknowledged, 0, this.#parts.clock.now(), false);
    }
    this.#parts.changes.touch(this);
  }

  /** Counts the refused that follow `acknowledged` directly. */
  #resolveRefused(): void {
    for (let next = this.acknowledged + 1; this.#refused.size > 0; next++) {
      const why = this.#refused.get(next);
      if (why === undefined) return;
      this.#refused.delete(next);
      this.dropped[why] += 1;
      this.acknowledged = next;
    }
  }

  #letGo(): void {
    this.#held = undefined;
    this.#parts.cold.release(this);
  }
}
