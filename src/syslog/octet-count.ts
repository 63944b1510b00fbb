/*
 * MSG-LEN SP in front of a message (RFC 5425 4.3.1, RFC 6587 3.4.1): the number of its octets, without leading zeros.
 * Promise: no allocation. Owner: nobody, it has no state.
 */
import { SPACE, ZERO } from './bytes.js';

/** Digits of MSG-LEN for a message of `length` octets, ≥ 1. */
export function frameLengthDigits(length: number): number {
  let digits = 1;
  for (let rest = length; rest >= 10; rest = Math.trunc(rest / 10)) digits++;
  return digits;
}

/**
 * Writes MSG-LEN and its space.
 * @param length octets of the message that follows, ≥ 1
 * @returns offset behind the space
 */
export function writeOctetCount(target: Buffer, at: number, length: number): number {
  const space = at + frameLengthDigits(length);
  let rest = length;
  for (let digit = space - 1; digit >= at; digit--) {
    target[digit] = ZERO + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
  target[space] = SPACE;
  return space + 1;
}
