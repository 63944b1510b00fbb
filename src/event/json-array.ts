/*
 * Finds the events in a JSON body: one object, or an array of them, so that a fault in the third element refuses the third alone.
 * Promise: only brackets, strings and commas are looked at; whether an element is a valid event is Admission's to say. Nothing is
 * handed over unless the array is closed. Worst case: two passes over the body, no recursion, no list. No state.
 */
import { Failure } from '../base/failure.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Calls `onElement` with the offsets of each element of an array, in order, or once for a body that is no array.
 * An element is what stands between two commas, white space and all; it may be empty.
 * @throws Failure not_json for a body that is no object and no array, or an array that isn't closed: nothing was handed over then
 */
export function splitJson(bytes: Buffer, onElement: (start: number, end: number) => void): void {
  const start = pastWhiteSpace(bytes, 0);
  if (bytes[start] === OPEN_OBJECT) return onElement(start, bytes.length);
  if (bytes[start] !== OPEN_ARRAY)
    throw new Failure('not_json', 'The body is neither a JSON object nor an array of objects.');
  const end = arrayEnd(bytes, start, undefined);
  if (end < 0 || bytes[end - 1] !== CLOSE_ARRAY)
    throw new Failure('not_json', 'The JSON array in the body has no end.');
  if (pastWhiteSpace(bytes, end) < bytes.length) {
    throw new Failure('not_json', `Something follows the JSON array in the body, at byte ${end}.`);
  }
  if (pastWhiteSpace(bytes, start + 1) < end - 1) arrayEnd(bytes, start, onElement);
}

/** Offset behind the bracket that closes the array at `start`, or -1 if there is none. */
function arrayEnd(bytes: Buffer, start: number, onElement: ((start: number, end: number) => void) | undefined): number {
  let depth = 0;
  let elementStart = start + 1;
  for (let at = start; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = closingQuote(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1;
        if (depth > 0) break;
        onElement?.(elementStart, at);
        return at + 1;
      case COMMA:
        if (depth > 1) break;
        onElement?.(elementStart, at);
        elementStart = at + 1;
        break;
      default:
    }
  }
  return -1;
}

/** Offset of the quote that closes the string at `start`, or the end of the body. */
function closingQuote(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function pastWhiteSpace(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && isWhiteSpace(bytes[at])) at++;
  return at;
}

const isWhiteSpace = (octet: number): boolean => octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
