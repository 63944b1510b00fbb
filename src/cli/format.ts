/*
 * Counts, sizes, times and foreign text as a person reads them: pure, one spelling for the whole command line.
 * Promise: `printable` lets nothing through that a terminal would obey. Worst case: linear in the text.
 */
import { stripVTControlCharacters } from 'node:util';

const KiB = 1024;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A count with thousands marked: 12,345. */
export const count = (n: number): string => n.toLocaleString('en-US');

/** A count and its noun: `1 event`, `12,345 events`. The plural is the noun with an s unless given. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${count(n)} ${n === 1 ? noun : plural}`;

/** A size in bytes: `512 B`, `1.5 KiB`, `64 MiB`. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= KiB && unit < 4; unit += 1) value /= KiB;
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}

/** A span in milliseconds, two units at most: `340 ms`, `3.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function span(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND) return `${Number((ms / SECOND).toFixed(1))} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return two(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return two(ms, HOUR, 'h', MINUTE, 'min');
  return two(ms, DAY, 'd', HOUR, 'h');
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const wholes = Math.floor(ms / large);
  const rest = Math.floor((ms - wholes * large) / small);
  return rest === 0 ? `${wholes} ${largeName}` : `${wholes} ${largeName} ${rest} ${smallName}`;
}

/** How long ago `time` (RFC 3339) was, seen at `nowMs`: `12 s ago`; `just now` under a second and for the future. */
export function ago(time: string, nowMs: number): string {
  const ms = nowMs - Date.parse(time);
  return ms < SECOND ? 'just now' : `${span(ms)} ago`;
}

/** Time of day of an RFC 3339 time, as it was written there: `16:20:10.123`, or the text itself if it isn't one. */
export const timeOfDay = (time: string): string => /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time)?.[1] ?? time;

/** C0, DEL, C1, line separators, bidirectional and zero-width controls. */
const OBEYED =
  // eslint-disable-next-line no-control-regex -- naming them is the point
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const escape = (character: string): string => {
  const point = character.codePointAt(0) ?? 0;
  return point < 256 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
};

/** Text from elsewhere, with every character that a terminal would obey shown as an escape (`\x1b`). */
export const printable = (text: string): string => text.replace(OBEYED, escape);

/** Columns that `text` takes on a terminal, its colours aside (wide characters count as one). */
export const width = (text: string): number => Array.from(stripVTControlCharacters(text)).length;

/** JSON that is safe to show on a terminal: what JSON.stringify leaves as it is and a terminal obeys becomes an escape. */
export const json = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(OBEYED, (found) => (found === '\n' ? found : unicodeEscapes(found)));

/** `\uXXXX` for each UTF-16 unit. */
function unicodeEscapes(text: string): string {
  let escapes = '';
  for (let at = 0; at < text.length; at += 1) escapes += `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escapes;
}
