/*
 * Where a terminal's escape sequence ends (ECMA-48 5.3, 5.4, 5.6; ECMA-35 13.2): CSI, the control strings OSC, DCS, SOS, PM and APC,
 * and the short ones. Promise: looks at no octet twice for one introducer and stops at the next control character, so that a
 * text of nothing but broken introducers is still read in linear time. No state.
 */

const ESC = 0x1b;
const BEL = 0x07;

/** True where a sequence may begin: ESC, or the C1 introducers as UTF-8 (U+0090, 98, 9B, 9D, 9E, 9F). */
export const isIntroducer = (bytes: Buffer, at: number): boolean =>
  bytes[at] === ESC || (bytes[at] === 0xc2 && isC1Introducer(bytes[at + 1]));

/**
 * Length of the whole escape sequence whose introducer is at `at`, octets; 0 if it isn't one (cut off, or broken by a control).
 * @param bytes valid UTF-8 from `at` to `end`
 */
export function escapeSequenceLength(bytes: Buffer, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  // ECMA-48 5.3: C1 as ESC and 0x40 to 0x5f, or as one character
  const function1 = bytes[at] === ESC ? bytes[at + 1] : bytes[at + 1] - 0x40;
  const behind = at + 2;
  switch (function1) {
    case 0x5b: // CSI
      return lengthTo(controlSequenceEnd(bytes, behind, end), at);
    case 0x5d: // OSC
      return lengthTo(controlStringEnd(bytes, behind, end, true), at);
    case 0x50: // DCS
    case 0x58: // SOS
    case 0x5e: // PM
    case 0x5f: // APC
      return lengthTo(controlStringEnd(bytes, behind, end, false), at);
    default:
      return lengthTo(shortSequenceEnd(bytes, at + 1, end), at);
  }
}

const isC1Introducer = (octet: number): boolean =>
  octet === 0x9b || octet === 0x9d || octet === 0x90 || octet === 0x98 || octet === 0x9e || octet === 0x9f;

const lengthTo = (sequenceEnd: number, at: number): number => (sequenceEnd < 0 ? 0 : sequenceEnd - at);

/** ECMA-48 5.4: parameters 3/0–3/15, intermediates 2/0–2/15, one final 4/0–7/14. */
function controlSequenceEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x3f) at++;
  while (at < end && bytes[at] >= 0x20 && bytes[at] <= 0x2f) at++;
  return at < end && bytes[at] >= 0x40 && bytes[at] <= 0x7e ? at + 1 : -1;
}

/** ECMA-48 5.6: up to ST (ESC \ or U+009C); terminals also end OSC at BEL. Any other control character breaks it. */
function controlStringEnd(bytes: Buffer, start: number, end: number, bellEnds: boolean): number {
  let at = start;
  while (at < end && bytes[at] >= 0x20 && bytes[at] !== 0x7f && !(bytes[at] === 0xc2 && bytes[at + 1] < 0xa0)) at++;
  if (at >= end) return -1;
  if (bytes[at] === BEL) return bellEnds ? at + 1 : -1;
  if (at + 1 >= end) return -1;
  if (bytes[at] === ESC) return bytes[at + 1] === 0x5c ? at + 2 : -1;
  return bytes[at] === 0xc2 && bytes[at + 1] === 0x9c ? at + 2 : -1;
}

/** ECMA-35 13.2: intermediates 2/0–2/15, one final 3/0–7/14. */
function shortSequenceEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 0x20 && bytes[at] <= 0x2f) at++;
  return at < end && bytes[at] >= 0x30 && bytes[at] <= 0x7e ? at + 1 : -1;
}
