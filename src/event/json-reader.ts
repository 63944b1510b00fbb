/*
 * JSON (RFC 8259) read from bytes by offsets: strings, numbers and literals are found and checked, never turned into values.
 * JSON.parse would take the last of two equal keys, let lone surrogates pass, and build whatever it is sent (FACTS).
 * Promise: no recursion and no allocation; never looks past `end`. Worst case: linear. Owner: the admission of JSON events.
 */
import type { Span } from './span.js';

/** What a string holds, as bits: nothing set means printable ASCII that stands for itself. */
export const TRAIT_ESCAPED = 1;
/** A byte of 0x7f or above. */
export const TRAIT_WIDE = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Within a string: 0 stands for itself, 1 wide, 2 the end, an escape, or a control character (RFC 8259 7). */
const stringClass = new Uint8Array(256).fill(1, 0x7f).fill(2, 0, 0x20);
stringClass[QUOTE] = 2;
stringClass[BACKSLASH] = 2;

const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export class JsonReader {
  /** The next byte to read. */
  at = 0;
  /** The value that was read last: of a string what is between the quotes, of anything else its bytes. */
  valueStart = 0;
  valueEnd = 0;
  /** TRAIT_… of the string that was read last. */
  traits = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;

  begin(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.at = start;
  }

  /** Skips white space; the byte behind it, which is not consumed, or -1 at the end. */
  peek(): number {
    const bytes = this.#bytes;
    while (this.at < this.#end) {
      const octet = bytes[this.at];
      if (octet !== 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09) return octet;
      this.at++;
    }
    return -1;
  }

  /** Skips white space and consumes `octet`; false if another one is there. */
  take(octet: number): boolean {
    if (this.peek() !== octet) return false;
    this.at++;
    return true;
  }

  /** Reads a string, whose quote is next. Whether its escapes are right is `unescapeJson`'s to say. */
  string(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.at + 1;
    let traits = 0;
    this.valueStart = at;
    for (; at < end; at++) {
      const kind = stringClass[bytes[at]];
      if (kind === 0) continue;
      if (kind === 1) {
        traits |= TRAIT_WIDE;
      } else if (bytes[at] === BACKSLASH) {
        traits |= TRAIT_ESCAPED;
        at++;
      } else if (bytes[at] === QUOTE) {
        this.valueEnd = at;
        this.at = at + 1;
        this.traits = traits;
        return true;
      } else {
        break;
      }
    }
    this.at = Math.min(at, end);
    return false;
  }

  /** Reads a number, `true`, `false` or `null`. */
  scalar(): boolean {
    const first = this.#bytes[this.at];
    this.valueStart = this.at;
    const read = first === MINUS || (first >= ZERO && first <= NINE) ? this.#number() : this.#literal();
    this.valueEnd = this.at;
    return read;
  }

  #literal(): boolean {
    for (const word of LITERALS) {
      let length = 0;
      while (length < word.length && this.at + length < this.#end && this.#bytes[this.at + length] === word[length])
        length++;
      if (length < word.length) continue;
      this.at += length;
      return true;
    }
    return false;
  }

  /** RFC 8259 6: `[-] int [frac] [exp]`. */
  #number(): boolean {
    if (this.#bytes[this.at] === MINUS) this.at++;
    if (this.#isNext(ZERO)) this.at++;
    else if (this.#digits() === 0) return false;
    if (this.#isNext(0x2e)) {
      this.at++;
      if (this.#digits() === 0) return false;
    }
    if (this.#isNext(0x65) || this.#isNext(0x45)) {
      this.at++;
      if (this.#isNext(0x2b) || this.#isNext(MINUS)) this.at++;
      if (this.#digits() === 0) return false;
    }
    return true;
  }

  #isNext(octet: number): boolean {
    return this.at < this.#end && this.#bytes[this.at] === octet;
  }

  #digits(): number {
    const start = this.at;
    while (this.at < this.#end && this.#bytes[this.at] >= ZERO && this.#bytes[this.at] <= NINE) this.at++;
    return this.at - start;
  }
}

/** Bytes of the one-letter escapes by their letter: `\n` is 0x0a (RFC 8259 7); 0: there is no such escape. */
const simpleEscapes = new Uint8Array(256);
for (const [letter, octet] of Object.entries({ '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 })) {
  simpleEscapes[letter.charCodeAt(0)] = octet;
}

/**
 * Writes a JSON string's text as UTF-8 to `target` and points `span` there.
 * @param span what stands between the quotes, as JsonReader.string found it
 * @param target at least as long as the span
 * @returns undefined, or `not_json` for an escape that JSON doesn't have, `lone_surrogate` for half of a pair
 */
export function unescapeJson(span: Span, target: Buffer): 'not_json' | 'lone_surrogate' | undefined {
  const { bytes, end } = span;
  let from = span.start;
  let at = 0;
  while (from < end) {
    const octet = bytes[from++];
    if (octet !== BACKSLASH) {
      target[at++] = octet;
      continue;
    }
    const letter = bytes[from++];
    if (letter !== 0x75) {
      if (simpleEscapes[letter] === 0) return 'not_json';
      target[at++] = simpleEscapes[letter];
      continue;
    }
    let code = hexDigits(bytes, from);
    if (code < 0) return 'not_json';
    from += 4;
    if (code >= 0xd8_00 && code <= 0xdf_ff) {
      const low = bytes[from] === BACKSLASH && bytes[from + 1] === 0x75 ? hexDigits(bytes, from + 2) : -1;
      if (code > 0xdb_ff || low < 0xdc_00 || low > 0xdf_ff) return 'lone_surrogate';
      code = 0x1_00_00 + ((code - 0xd8_00) << 10) + (low - 0xdc_00);
      from += 6;
    }
    at = writeUtf8(target, at, code);
  }
  span.set(target, 0, at);
  return undefined;
}

/** The number that four hexadecimal digits make, or -1. The quote behind every string is none, so this never runs over it. */
function hexDigits(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + 4; at++) {
    const octet = bytes[at];
    const lower = octet | 0x20;
    if (octet >= ZERO && octet <= NINE) value = value * 16 + octet - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

/** Writes one code point (no surrogate) and returns the offset behind it (RFC 3629 3). */
function writeUtf8(target: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    target[at++] = code;
    return at;
  }
  if (code < 0x8_00) {
    target[at++] = 0xc0 | (code >> 6);
  } else if (code < 0x1_00_00) {
    target[at++] = 0xe0 | (code >> 12);
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    target[at++] = 0xf0 | (code >> 18);
    target[at++] = 0x80 | ((code >> 12) & 0x3f);
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[at++] = 0x80 | (code & 0x3f);
  return at;
}
