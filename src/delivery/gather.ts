/*
 * Reads a drain's cursor into one write buffer, frame by frame, as far as its pace and the buffer let it.
 * Promise: frames stand in the buffer whole and in order; a record that doesn't fit or must wait stays unread. Worst case: one
 * event longer than the buffer gets a buffer of its own. Nothing is allocated per event. Owner: one Drain.
 */
import { type Ordinal, ordinal, sequenceIdOf, unixMs } from '../base/ids.js';
import { Pace } from '../base/pace.js';
import type { DrainCursor } from './cursor-view.js';
import { type FrameShape, frameBytesMax, refused, writeFrame } from './frame.js';
import { OwnElements } from './own-elements.js';
import type { DrainSettings } from './settings.js';
import type { WriteBuffers } from './write-buffers.js';

/** Why gathering ended: nothing is left, the buffer is full, or the pace says wait. */
export type GatherEnd = 'end' | 'full' | 'paced';

export class Gather {
  readonly #buffers: WriteBuffers;
  readonly #eventPace = new Pace({ perSecond: Infinity, burst: 1 });
  readonly #bytePace = new Pace({ perSecond: Infinity, burst: 1 });
  #own: OwnElements;
  #shape: FrameShape;
  #buffer: Buffer;
  #nowMs = unixMs(0);
  #acknowledged = 0;
  #end: GatherEnd = 'end';
  readonly #refused: Ordinal[] = [];

  /** Frames in the buffer, bytes. */
  bytes = 0;
  /** Frames in the buffer. */
  events = 0;
  /** Those of them that were never acknowledged. */
  freshEvents = 0;
  /** The last record that was read, sent or refused; 0: none. */
  upTo: Ordinal = ordinal(0);

  constructor(settings: DrainSettings, buffers: WriteBuffers) {
    this.#buffers = buffers;
    this.#buffer = NO_BUFFER;
    this.#own = new OwnElements(settings.structuredData);
    this.#shape = shapeOf(settings, this.#own);
    this.apply(settings);
  }

  /** New pace, size or elements, from the next frame on; what was spent stays spent. */
  apply(settings: DrainSettings): void {
    this.#own = new OwnElements(settings.structuredData);
    this.#shape = shapeOf(settings, this.#own);
    this.#eventPace.rate = rateOf(settings.rate.eventsPerS);
    this.#bytePace.rate = rateOf(settings.rate.bytesPerS);
  }

  /** Milliseconds until the pace lets one more frame pass. */
  waitMs(nowMs: number): number {
    const now = unixMs(nowMs);
    return Math.max(this.#eventPace.waitMs(now), this.#bytePace.waitMs(now));
  }

  /** Reads as much as may be sent at `nowMs`; then `bytes`, `events`, `upTo` tell what, and `take` gives the buffer away. */
  read(cursor: DrainCursor, nowMs: number): GatherEnd {
    this.bytes = 0;
    this.events = 0;
    this.freshEvents = 0;
    this.upTo = ordinal(0);
    this.#nowMs = unixMs(nowMs);
    this.#acknowledged = cursor.acknowledged;
    this.#end = 'end';
    this.#buffer = this.#buffers.take();
    if (cursor.read(this.#takeRecord) === 'stopped' && this.#end === 'end') this.#end = 'full';
    for (const which of this.#refused.splice(0)) cursor.refuse(which);
    if (this.bytes === 0) this.#buffers.give(this.#buffer);
    return this.#end;
  }

  /** The buffer with the frames, which is the caller's from now on. */
  take(): Buffer {
    const buffer = this.#buffer;
    this.#buffer = NO_BUFFER;
    return buffer;
  }

  readonly #takeRecord = (source: Buffer, at: number, which: Ordinal): boolean => {
    if (!this.#eventPace.open(this.#nowMs) || !this.#bytePace.open(this.#nowMs)) return this.#stop('paced');
    const spared = this.#own.without(source, at);
    return spared === undefined ? this.#frame(source, at, which) : this.#frame(spared, 0, which);
  };

  #frame(source: Buffer, at: number, which: Ordinal): boolean {
    const room = frameBytesMax(source, at, this.#shape);
    if (this.bytes + room > this.#buffer.length) {
      if (this.bytes > 0) return this.#stop('full');
      this.#buffers.give(this.#buffer);
      this.#buffer = this.#buffers.take(room);
    }
    const length = writeFrame(this.#buffer, this.bytes, source, at, sequenceIdOf(which), this.#shape);
    this.upTo = which;
    if (length === refused) {
      this.#refused.push(which);
      return true;
    }
    this.#eventPace.spend(1, this.#nowMs);
    this.#bytePace.spend(length, this.#nowMs);
    this.bytes += length;
    this.events++;
    if (which > this.#acknowledged) this.freshEvents++;
    return true;
  }

  #stop(why: GatherEnd): false {
    this.#end = why;
    return false;
  }
}

const NO_BUFFER = Buffer.alloc(0);

const shapeOf = (settings: DrainSettings, own: OwnElements): FrameShape => ({
  framing: settings.framing,
  messageBytesMax: settings.messageBytesMax,
  ownElements: own.bytes,
});

/** A burst of one second; no limit has no burst to count. */
const rateOf = (perSecond: number) => ({ perSecond, burst: Number.isFinite(perSecond) ? Math.max(1, perSecond) : 1 });
