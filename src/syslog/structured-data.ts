/*
 * STRUCTURED-DATA of RFC 5424 6.3: checked in one pass, then walked by offsets, element by element and parameter by parameter.
 * Promise: what `checkStructuredData` passed is walked without another check. Nothing allocates until a value is asked for as
 * text, or there are more elements than anybody sends. Worst case: linear in the octets. Owner: the parser, or who has such text.
 */
import { limits } from '../base/limits.js';
import { BACKSLASH, CLOSE, DASH, EQUALS, OPEN, QUOTE, sdNameOctet, SPACE, utf8Length } from './bytes.js';
import { type SyslogFault, syslogFaults } from './fault.js';

/** Up to so many SD-IDs are compared with one another in place; more go into a Set. */
const ID_PAIRS_MAX = 16;

/** What `checkStructuredData` found; reused from call to call. */
export class StructuredDataExtent {
  /** Offset behind the last `]`, or behind "-". */
  end = 0;
  /** SD-ELEMENTs; 0 for "-". */
  elementCount = 0;
  /** Start and end of the first SD-IDs, in turn. */
  readonly ids = new Int32Array(2 * ID_PAIRS_MAX);
}

/**
 * Checks that STRUCTURED-DATA begins at `start`; what follows it before `end` is not looked at.
 * @param into filled when the answer is undefined
 * @returns undefined, or the first fault (RFC 5424 6.3)
 */
export function checkStructuredData(
  bytes: Buffer,
  start: number,
  end: number,
  into: StructuredDataExtent,
): SyslogFault | undefined {
  into.elementCount = 0;
  if (start < end && bytes[start] === DASH) {
    into.end = start + 1;
    return undefined;
  }
  if (start >= end || bytes[start] !== OPEN) return syslogFaults.bad_structured_data;
  let at = start;
  while (at < end && bytes[at] === OPEN) {
    const idStart = at + 1;
    at = sdNameEnd(bytes, idStart, end);
    if (at < 0) return syslogFaults.bad_sd_id;
    if (into.elementCount < ID_PAIRS_MAX) {
      into.ids[2 * into.elementCount] = idStart;
      into.ids[2 * into.elementCount + 1] = at;
    }
    into.elementCount++;
    while (at < end && bytes[at] === SPACE) {
      at = sdNameEnd(bytes, at + 1, end);
      if (at < 0 || at >= end || bytes[at] !== EQUALS) return syslogFaults.bad_param_name;
      at = valueEnd(bytes, at + 1, end);
      if (at < 0) return at === NOT_UTF8 ? syslogFaults.param_value_not_utf8 : syslogFaults.bad_param_value;
    }
    if (at >= end || bytes[at] !== CLOSE) return syslogFaults.bad_structured_data;
    at++;
  }
  into.end = at;
  return hasTwice(bytes, start, into) ? syslogFaults.duplicate_sd_id : undefined;
}

/**
 * Walks STRUCTURED-DATA that was checked. One object serves any number of messages:
 * `begin`, then `nextElement` until false, and within an element `nextParam` until false.
 */
export class StructuredDataWalk {
  /** The element: from its `[` to behind its `]`. */
  elementStart = 0;
  elementEnd = 0;
  idStart = 0;
  idEnd = 0;
  /** The parameter; its value without the quotes, still escaped. */
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #at = 0;

  /** @param start offset of the first `[`, or of "-" @param end offset behind the last `]`, or behind "-" */
  begin(bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes;
    this.#end = end;
    this.elementEnd = start;
    return this;
  }

  /** Goes to the next SD-ELEMENT, whether all parameters of this one were visited or not. */
  nextElement(): boolean {
    const bytes = this.#bytes;
    if (this.elementEnd >= this.#end || bytes[this.elementEnd] !== OPEN) return false;
    this.elementStart = this.elementEnd;
    this.idStart = this.elementStart + 1;
    let at = this.idStart;
    while (sdNameOctet[bytes[at]] === 1) at++;
    this.idEnd = at;
    this.#at = at;
    while (bytes[at] !== CLOSE) at = bytes[at] === QUOTE ? pastQuotes(bytes, at) : at + 1;
    this.elementEnd = at + 1;
    return true;
  }

  /** Goes to the next SD-PARAM of this element. */
  nextParam(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== SPACE) return false;
    this.nameStart = this.#at + 1;
    this.nameEnd = this.nameStart;
    while (bytes[this.nameEnd] !== EQUALS) this.nameEnd++;
    this.#at = pastQuotes(bytes, this.nameEnd + 1);
    this.valueStart = this.nameEnd + 2;
    this.valueEnd = this.#at - 1;
    return true;
  }
}

/**
 * A PARAM-VALUE as text. Only `\"` `\\` `\]` are escapes; a backslash before anything else is a backslash (RFC 5424 6.3.3).
 * @param start behind the opening quote @param end at the closing quote
 */
export function unescapeParamValue(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\') ? text.replace(/\\(["\\\]])/g, '$1') : text;
}

/** Offset behind an SD-NAME of 1 to 32 octets, or -1. */
function sdNameEnd(bytes: Buffer, start: number, end: number): number {
  const stop = Math.min(end, start + limits.sdNameLengthMax + 1);
  let at = start;
  while (at < stop && sdNameOctet[bytes[at]] === 1) at++;
  return at === start || at - start > limits.sdNameLengthMax ? -1 : at;
}

const NOT_QUOTED = -1;
const NOT_UTF8 = -2;

/** Offset behind the closing quote of a checked PARAM-VALUE whose opening quote is at `start`, or why there is none. */
function valueEnd(bytes: Buffer, start: number, end: number): number {
  if (start >= end || bytes[start] !== QUOTE) return NOT_QUOTED;
  let at = start + 1;
  while (at < end) {
    const octet = bytes[at];
    if (octet === QUOTE) return at + 1;
    if (octet === CLOSE) return NOT_QUOTED; // RFC 5424 6.3.3: MUST be escaped
    if (octet === BACKSLASH) at += at + 1 < end && isEscapable(bytes[at + 1]) ? 2 : 1;
    else if (octet < 0x80) at++;
    else {
      const length = utf8Length(bytes, at, end);
      if (length === 0) return NOT_UTF8;
      at += length;
    }
  }
  return NOT_QUOTED;
}

/** Offset behind the closing quote of a value that was checked. */
function pastQuotes(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH && isEscapable(bytes[at + 1]) ? 2 : 1;
  return at + 1;
}

const isEscapable = (octet: number): boolean => octet === QUOTE || octet === BACKSLASH || octet === CLOSE;

/** True if an SD-ID comes twice (RFC 5424 6.3.2). */
function hasTwice(bytes: Buffer, start: number, extent: StructuredDataExtent): boolean {
  const { ids, elementCount } = extent;
  if (elementCount > ID_PAIRS_MAX) return hasTwiceAmongMany(bytes, start, extent.end);
  for (let i = 1; i < elementCount; i++) {
    for (let j = 0; j < i; j++) {
      if (areEqual(bytes, ids[2 * i], ids[2 * i + 1], ids[2 * j], ids[2 * j + 1])) return true;
    }
  }
  return false;
}

function hasTwiceAmongMany(bytes: Buffer, start: number, end: number): boolean {
  const seen = new Set<string>();
  const walk = new StructuredDataWalk().begin(bytes, start, end);
  while (walk.nextElement()) {
    const id = bytes.toString('latin1', walk.idStart, walk.idEnd);
    if (seen.has(id)) return true;
    seen.add(id);
  }
  return false;
}

function areEqual(bytes: Buffer, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let i = 0; i < end - start; i++) if (bytes[start + i] !== bytes[otherStart + i]) return false;
  return true;
}
