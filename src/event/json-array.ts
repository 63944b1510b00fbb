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

/** One element: octets `start` to `end` of the body. */
export interface Element {
  readonly start: number;
  readonly end: number;
}

/**
 * The elements of an array, in order, or the body itself if it is an object. An element is what stands between two commas, white
 * space and all; it may be empty.
 * @throws Failure not_json, before the first element, for a body that is no object and no array, or an array that isn't closed
 */
export function* splitJson(bytes: Buffer): Generator<Element, void> {
  const start = pastWhiteSpace(bytes, 0);
  if (bytes[start] === OPEN_OBJECT) {
    yield { start, end: bytes.length };
    return;
  }
  if (bytes[start] !== OPEN_ARRAY)
    throw new Failure('not_json', 'The body is neither a JSON object nor an array of objects.');
  const end = arrayEnd(bytes, start);
  if (pastWhiteSpace(bytes, end) < bytes.length) {
    throw new Failure('not_json', `Something follows the JSON array in the body, at byte ${end}.`);
  }
  if (pastWhiteSpace(bytes, start + 1) >= end - 1) return;
  for (let from = start + 1; from < end; ) {
    const to = elementEnd(bytes, from);
    yield { start: from, end: to };
    from = to + 1;
  }
}

/** Offset behind the bracket that closes the array at `start`. @throws Failure not_json if there is none */
function arrayEnd(bytes: Buffer, start: number): number {
  let at = start;
  do at = elementEnd(bytes, at + 1);
  while (bytes[at] === COMMA);
  if (bytes[at] !== CLOSE_ARRAY) throw new Failure('not_json', 'The JSON array in the body has no end.');
  return at + 1;
}

/** Offset of the comma or bracket that ends the element at `start`, or the end of the body. */
function elementEnd(bytes: Buffer, start: number): number {
  let depth = 0;
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
        if (depth === 0) return at;
        depth -= 1;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      default:
    }
  }
  return bytes.length;
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
