/*
 * Makes text harmless for every framing and every terminal: control characters become `#ooo` (three octal digits for each UTF-8
 * byte), ANSI escape sequences disappear (DESIGN, "On the wire": a raw CR LF in a message executed commands on a Redis port).
 * Promise: what comes out holds no C0, DEL, C1, U+2028/9, bidi or zero-width control; text without them is not copied.
 * Worst case: linear; four bytes out for one in, 1 MiB for the longest event. Owner: the Admission's Cleaner.
 */
import { escapeSequenceLength, isIntroducer } from './escape-sequence.js';
import { Scratch, type Span } from './span.js';

const HASH = 0x23;
const ZERO = 0x30;
/** Bytes that one byte may become: `#ooo`. */
const GROWTH = 4;

export class Cleaner {
  readonly #scratch = new Scratch();

  /**
   * Leaves `span` as it is when its text is harmless, or points it to a harmless copy, valid until the next call.
   * @param span valid UTF-8
   */
  clean(span: Span): void {
    const first = controlAt(span.bytes, span.start, span.end);
    if (first === span.end) return;
    const target = this.#scratch.reserve(span.length * GROWTH);
    const copied = span.bytes.copy(target, 0, span.start, first);
    span.set(target, 0, sanitise(span.bytes, first, span.end, target, copied));
  }
}

/** Offset of the first byte that is not printable ASCII (0x20 to 0x7e), or `end`. */
export function beyondAscii(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 0x20 && bytes[at] < 0x7f) at++;
  return at;
}

/** Offset of the first control character in valid UTF-8, or `end`. */
export function controlAt(bytes: Buffer, start: number, end: number): number {
  let at = beyondAscii(bytes, start, end);
  while (at < end && controlLength(bytes, at) === 0) at = beyondAscii(bytes, at + characterLength(bytes[at]), end);
  return Math.min(at, end);
}

/** Writes valid UTF-8 to `target` from `at` on without its control characters; returns the offset behind it. */
function sanitise(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  let from = start;
  while (from < end) {
    const octet = source[from];
    if (octet >= 0x20 && octet < 0x7f) {
      target[at++] = octet;
      from++;
      continue;
    }
    const skipped = isIntroducer(source, from) ? escapeSequenceLength(source, from, end) : 0;
    if (skipped > 0) {
      from += skipped;
      continue;
    }
    const control = controlLength(source, from) > 0;
    for (const stop = Math.min(end, from + characterLength(octet)); from < stop; from++) {
      if (control) at = writeOctal(target, at, source[from]);
      else target[at++] = source[from];
    }
  }
  return at;
}

function writeOctal(target: Buffer, at: number, octet: number): number {
  target[at] = HASH;
  target[at + 1] = ZERO + (octet >> 6);
  target[at + 2] = ZERO + ((octet >> 3) & 7);
  target[at + 3] = ZERO + (octet & 7);
  return at + 4;
}

const characterLength = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/** Length in bytes of the control character at `at` of valid UTF-8; 0 if the character there is a harmless one. */
function controlLength(bytes: Buffer, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return lead < 0x20 || lead === 0x7f ? 1 : 0; // C0, DEL
  const second = bytes[at + 1];
  switch (lead) {
    case 0xc2:
      return second < 0xa0 ? 2 : 0; // C1: U+0080–9F
    case 0xd8:
      return second === 0x9c ? 2 : 0; // ALM: U+061C
    case 0xe1:
      return second === 0xa0 && bytes[at + 2] === 0x8e ? 3 : 0; // U+180E
    case 0xe2:
      return isPunctuationControl(second, bytes[at + 2]) ? 3 : 0;
    case 0xef:
      return isSpecialControl(second, bytes[at + 2]) ? 3 : 0;
    case 0xf3:
      return second === 0xa0 && bytes[at + 2] <= 0x81 ? 4 : 0; // tags: U+E0000–E007F
    default:
      return 0;
  }
}

/** U+200B–200F, 2028–202E (80 …), U+2060–206F (81 …): zero-width, line separators, bidi. */
const isPunctuationControl = (second: number, third: number): boolean =>
  second === 0x80
    ? (third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae)
    : second === 0x81 && third >= 0xa0 && third <= 0xaf;

/** U+FEFF (bb bf), U+FFF9–FFFB (bf b9–bb): the BOM, interlinear annotation. */
const isSpecialControl = (second: number, third: number): boolean =>
  second === 0xbb ? third === 0xbf : second === 0xbf && third >= 0xb9 && third <= 0xbb;
