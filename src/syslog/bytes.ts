/*
 * The octets of RFC 5424 6 by name, which of them a header field and an SD-NAME may hold, and where a UTF-8 sequence ends.
 * Promise: nothing here allocates or looks past `end`. Worst case: one table look-up per octet. Owner: nobody, it has no state.
 */

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const PLUS = 0x2b;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const ONE = 0x31;
export const NINE = 0x39;
export const COLON = 0x3a;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const OPEN = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE = 0x5d;

/** PRINTUSASCII, %d33-126: 1 where a header field may hold the octet (RFC 5424 6). */
export const printable = new Uint8Array(256).fill(1, 33, 127);
/** 1 where an SD-NAME may hold the octet: PRINTUSASCII except `=` `]` `"` (RFC 5424 6.3.2). */
export const sdNameOctet = printable.slice();
for (const octet of [EQUALS, CLOSE, QUOTE]) sdNameOctet[octet] = 0;

export const isDigit = (octet: number): boolean => octet >= ZERO && octet <= NINE;

/** True if octets `start` to `end` are the NILVALUE "-" (RFC 5424 6). */
export const isNil = (bytes: Buffer, start: number, end: number): boolean => end - start === 1 && bytes[start] === DASH;

/** True if octets `start` to `end` are exactly `text`, which is ASCII. */
export function equalsAscii(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Length of the UTF-8 sequence at `at`, in its shortest form and not a surrogate (RFC 3629 4).
 * @param at < end
 * @returns octets, 1 to 4; 0 if there is none, or it doesn't end before `end`
 */
export function utf8Length(bytes: Buffer, at: number, end: number): 0 | 1 | 2 | 3 | 4 {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4 || at + 1 >= end) return 0;
  const second = bytes[at + 1];
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (at + 2 >= end || !isContinuation(bytes[at + 2])) return 0;
  if (lead < 0xf0) {
    const lowest = lead === 0xe0 ? 0xa0 : 0x80; // shorter forms of U+0000 to U+07FF
    const highest = lead === 0xed ? 0x9f : 0xbf; // surrogates
    return second >= lowest && second <= highest ? 3 : 0;
  }
  if (at + 3 >= end || !isContinuation(bytes[at + 3])) return 0;
  const lowest = lead === 0xf0 ? 0x90 : 0x80; // shorter forms of U+0000 to U+FFFF
  const highest = lead === 0xf4 ? 0x8f : 0xbf; // beyond U+10FFFF
  return second >= lowest && second <= highest ? 4 : 0;
}

/** True if octets `start` to `end` are UTF-8 in shortest form. */
export function isUtf8(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    if (bytes[at] < 0x80) at++;
    else {
      const length = utf8Length(bytes, at, end);
      if (length === 0) return false;
      at += length;
    }
  }
  return true;
}

const isContinuation = (octet: number): boolean => (octet & 0xc0) === 0x80;
