/*
 * An event as bytes in the journal: one record, little endian, a multiple of 4 bytes long, back to back with its neighbours in a
 * segment, a block or a batch. It holds the wire bytes as admission made them and, for each drain that takes the event, the
 * event's ordinal there. Promise: `recordIsWhole` never throws and never accepts a record that runs over `end`; the other
 * readers trust it. Worst case: `ordinalFor` looks at 255 routes. Owner: nobody, all functions are pure.
 *
 *   0 u32 length, whole record        16 u32 receivedMs, low             28 u16 STRUCTURED-DATA bytes
 *   4 u32 tenant                      20 u32 receivedMs, high            30 u16 bytes of the sluice@PEN element, which is first
 *   8 u32 position, low               24 u8  severity                    32 u32 MSG bytes
 *  12 u32 position, high              25 u8  routes                      36 routes: { u32 drain, u32 ordinal low, u32 ordinal high }
 *                                     26 u16 HEADER bytes                   HEADER, STRUCTURED-DATA, MSG, zeros to a multiple of 4
 */
import { assert } from '../base/assert.js';
import { copyBytes } from './copy-bytes.js';
import type { EncodedEvent } from './encoded.js';

/** Drains that one event may be routed to: what one byte counts. */
export const recordRoutesMax = 255;

const FIXED_BYTES = 36;
const ROUTE_BYTES = 12;
const U16_MAX = 0xff_ff;
const U32_SPAN = 2 ** 32;
/** High halves of integers that a double holds exactly are below this (2^53 / 2^32). */
const HIGH_SPAN = 2 ** 21;

const get16 = (source: Buffer, at: number): number => source[at] | (source[at + 1] << 8);
const get32 = (source: Buffer, at: number): number =>
  (source[at] | (source[at + 1] << 8) | (source[at + 2] << 16) | (source[at + 3] << 24)) >>> 0;
const get53 = (source: Buffer, at: number): number => get32(source, at) + get32(source, at + 4) * U32_SPAN;

function put16(target: Buffer, at: number, value: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
}

function put32(target: Buffer, at: number, value: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
}

/** Writes a non-negative integer below 2^53 (a fraction is cut) as two halves. */
function put53(target: Buffer, at: number, value: number): void {
  put32(target, at, value >>> 0);
  put32(target, at + 4, Math.floor(value / U32_SPAN));
}

const aligned = (bytes: number): number => (bytes + 3) & ~3;

/** How long the record of `event` is with `routeCount` routes, bytes, a multiple of 4. */
export function recordBytes(event: EncodedEvent, routeCount: number): number {
  const messageBytes = event.messageEnd - event.messageStart;
  return aligned(FIXED_BYTES + routeCount * ROUTE_BYTES + event.headBytes + event.sdBytes + messageBytes);
}

/**
 * Writes one record at `at`, where `target` must have `recordBytes(event, routeCount)` bytes left.
 * @param receivedMs clock.now() at admission, milliseconds since 1970; a fraction is cut
 * @param drains registry numbers of the drains that take the event, [0, routeCount)
 * @param ordinals the event's ordinal at each of them, from 1
 * @returns the record's length, bytes
 */
export function writeRecord(
  target: Buffer,
  at: number,
  event: EncodedEvent,
  tenant: number,
  position: number,
  receivedMs: number,
  routeCount: number,
  drains: ArrayLike<number>,
  ordinals: ArrayLike<number>,
): number {
  const length = recordBytes(event, routeCount);
  assert(routeCount <= recordRoutesMax, 'a record has at most 255 routes');
  assert(event.headBytes <= U16_MAX && event.sdBytes <= U16_MAX, 'HEADER and STRUCTURED-DATA fit their lengths');
  assert(at + length <= target.length, 'the record fits into what is left');
  put32(target, at, length);
  put32(target, at + 4, tenant);
  put53(target, at + 8, position);
  put53(target, at + 16, receivedMs);
  target[at + 24] = event.severity;
  target[at + 25] = routeCount;
  put16(target, at + 26, event.headBytes);
  put16(target, at + 28, event.sdBytes);
  put16(target, at + 30, event.sluiceElementBytes);
  put32(target, at + 32, event.messageEnd - event.messageStart);
  let next = at + FIXED_BYTES;
  for (let i = 0; i < routeCount; i++) {
    put32(target, next, drains[i]);
    put53(target, next + 4, ordinals[i]);
    next += ROUTE_BYTES;
  }
  next = copyBytes(target, next, event.prefix, 0, event.headBytes + event.sdBytes);
  next = copyBytes(target, next, event.message, event.messageStart, event.messageEnd);
  while (next < at + length) target[next++] = 0;
  return length;
}

/**
 * A copy of the record at `at` without octets `from` to `to` of its STRUCTURED-DATA (offsets in `source`): to be sent, never stored,
 * since its length is not a multiple of 4.
 */
export function recordWithout(source: Buffer, at: number, from: number, to: number): Buffer {
  const end = messageStart(source, at) + messageBytes(source, at);
  const copy = Buffer.concat([source.subarray(at, from), source.subarray(to, end)]);
  put32(copy, 0, copy.length);
  put16(copy, 28, sdBytes(source, at) - (to - from));
  return copy;
}

/** Length of the whole record, bytes: the next one lies at `at` + this. */
export const recordLength = (source: Buffer, at: number): number => get32(source, at);
/** Registry number of the tenant. */
export const recordTenant = (source: Buffer, at: number): number => get32(source, at + 4);
/** Place in the journal, from 1. */
export const recordPosition = (source: Buffer, at: number): number => get53(source, at + 8);
/** When the event was admitted, milliseconds since 1970, an integer. */
export const recordReceivedMs = (source: Buffer, at: number): number => get53(source, at + 16);
/** 0 (emerg) to 7 (debug). */
export const recordSeverity = (source: Buffer, at: number): number => source[at + 24];
/** How many drains take the event. */
export const recordRouteCount = (source: Buffer, at: number): number => source[at + 25];

/** Registry number of the drain of route `i`, 0 ≤ i < routes. */
export const routeDrain = (source: Buffer, at: number, i: number): number =>
  get32(source, at + FIXED_BYTES + i * ROUTE_BYTES);
/** The event's ordinal at the drain of route `i`, 0 ≤ i < routes. */
export const routeOrdinal = (source: Buffer, at: number, i: number): number =>
  get53(source, at + FIXED_BYTES + i * ROUTE_BYTES + 4);

/** The event's ordinal at `drain`, from 1, or 0 if it is not routed there. */
export function ordinalFor(source: Buffer, at: number, drain: number): number {
  const end = at + FIXED_BYTES + source[at + 25] * ROUTE_BYTES;
  for (let route = at + FIXED_BYTES; route < end; route += ROUTE_BYTES) {
    if (get32(source, route) === drain) return get53(source, route + 4);
  }
  return 0;
}

/** Where HEADER (`<PRI>1 … MSGID ` with the final space) starts in `source`. */
export const headStart = (source: Buffer, at: number): number => at + FIXED_BYTES + source[at + 25] * ROUTE_BYTES;
/** Length of HEADER with its final space, bytes. */
export const headBytes = (source: Buffer, at: number): number => get16(source, at + 26);
/** Where STRUCTURED-DATA starts in `source`. */
export const sdStart = (source: Buffer, at: number): number => headStart(source, at) + headBytes(source, at);
/** Length of STRUCTURED-DATA, bytes, without the space before MSG. */
export const sdBytes = (source: Buffer, at: number): number => get16(source, at + 28);
/** Length of the sluice@PEN element, with which STRUCTURED-DATA starts, bytes. */
export const sluiceElementBytes = (source: Buffer, at: number): number => get16(source, at + 30);
/** Where MSG starts in `source`. */
export const messageStart = (source: Buffer, at: number): number => sdStart(source, at) + sdBytes(source, at);
/** Length of MSG, bytes. */
export const messageBytes = (source: Buffer, at: number): number => get32(source, at + 32);

const is53 = (source: Buffer, at: number): boolean => get32(source, at + 4) < HIGH_SPAN;

function routesAreWhole(source: Buffer, at: number): boolean {
  const count = recordRouteCount(source, at);
  for (let i = 0; i < count; i++) {
    if (routeDrain(source, at, i) === 0 || routeOrdinal(source, at, i) === 0) return false;
    if (!is53(source, at + FIXED_BYTES + i * ROUTE_BYTES + 4)) return false;
  }
  return true;
}

/**
 * True if a well-formed record lies at `at` and ends at or before `end`: lengths that add up, numbers in their ranges, zero
 * padding. For bytes from a disk (or a fuzz): whatever they hold, this answers and doesn't throw.
 */
export function recordIsWhole(source: Buffer, at: number, end: number): boolean {
  const last = Math.min(end, source.length);
  if (!Number.isInteger(at) || at < 0 || !(at + FIXED_BYTES <= last)) return false;
  const length = recordLength(source, at);
  if (length < FIXED_BYTES || at + length > last) return false;
  const used = messageStart(source, at) + messageBytes(source, at) - at;
  if (used > length || aligned(used) !== length) return false;
  if (sluiceElementBytes(source, at) > sdBytes(source, at)) return false;
  if (recordTenant(source, at) === 0 || recordPosition(source, at) === 0 || recordSeverity(source, at) > 7)
    return false;
  if (!is53(source, at + 8) || !is53(source, at + 16) || !routesAreWhole(source, at)) return false;
  for (let i = at + used; i < at + length; i++) if (source[i] !== 0) return false;
  return true;
}
