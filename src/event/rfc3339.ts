/*
 * An RFC 3339 time as the TIMESTAMP of RFC 5424: "T" and "Z" in upper case, at most six digits of a second.
 * Promise: what it answers with is a valid TIMESTAMP (a real date, no leap second, the offset kept); further digits are cut, not
 * rounded, so that time never runs ahead. Worst case: linear in the digits. Owner: the admission of JSON events.
 */
import { isTimestamp } from '../syslog/timestamp.js';
import type { Span } from './span.js';

const FRACTION_DIGITS_MAX = 6;
/** `2003-10-11T22:14:15`, octets. */
const SECONDS_BYTES = 19;
const LOWER_T = 0x74;
const LOWER_Z = 0x7a;
const UPPER = 0x20;
const DOT = 0x2e;

const target = Buffer.alloc(40);

/** Points `span` to the TIMESTAMP, valid until the next call; false if its text is no RFC 3339 time or RFC 5424 can't say it. */
export function toTimestamp(span: Span): boolean {
  const { bytes, start, end } = span;
  if (end - start < SECONDS_BYTES + 1) return false;
  bytes.copy(target, 0, start, start + SECONDS_BYTES);
  if (target[10] === LOWER_T) target[10] -= UPPER;
  let from = start + SECONDS_BYTES;
  let at = SECONDS_BYTES;
  if (bytes[from] === DOT) {
    target[at++] = bytes[from++];
    const fraction = from;
    for (; from < end && bytes[from] >= 0x30 && bytes[from] <= 0x39; from++) {
      if (from - fraction < FRACTION_DIGITS_MAX) target[at++] = bytes[from];
    }
  }
  if (end - from > '+00:00'.length) return false;
  for (; from < end; from++) target[at++] = bytes[from];
  if (target[at - 1] === LOWER_Z) target[at - 1] -= UPPER;
  if (!isTimestamp(target, 0, at)) return false;
  span.set(target, 0, at);
  return true;
}
