/*
 * TIMESTAMP of RFC 5424 6.2.3: is it one, and what the clock says as one.
 * Promise: exactly the RFC's profile of RFC 3339: "T" and "Z" in upper case, at most six digits of a second, no leap second,
 * a date that exists. Worst case: 32 octets looked at. Owner: nobody, it has no state.
 */
import { COLON, DASH, DOT, isDigit, PLUS, ZERO } from './bytes.js';

/** The shortest, `2003-10-11T22:14:15Z`, octets. */
const TIMESTAMP_BYTES_MIN = 20;
/** The longest, `2003-10-11T22:14:15.000003-07:00`, octets. */
const TIMESTAMP_BYTES_MAX = 32;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True if octets `start` to `end` are a TIMESTAMP other than the NILVALUE. */
export function isTimestamp(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < TIMESTAMP_BYTES_MIN || length > TIMESTAMP_BYTES_MAX) return false;
  if (!isDate(bytes, start) || bytes[start + 10] !== LETTER_T || !isTime(bytes, start + 11)) return false;
  let at = start + 19;
  if (bytes[at] === DOT) {
    const fraction = ++at;
    while (at < end && isDigit(bytes[at])) at++;
    if (at === fraction || at - fraction > 6) return false; // RFC 5424 6.2.3: 1*6DIGIT
  }
  return isOffset(bytes, at, end);
}

/**
 * UTC with three digits of a second: "2003-10-11T22:14:15.003Z" (RFC 5424 6.2.3: the fraction SHOULD be there).
 * @param ms milliseconds since 1970, of the years 0 to 9999
 */
export const formatTimestamp = (ms: number): string => new Date(ms).toISOString();

function isDate(bytes: Buffer, at: number): boolean {
  const century = twoDigits(bytes, at);
  const yearOfCentury = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (century < 0 || yearOfCentury < 0 || bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return false;
  if (month < 1 || month > 12 || day < 1) return false;
  if (month !== 2 || day <= 28) return day <= DAYS[month];
  const leap = yearOfCentury === 0 ? century % 4 === 0 : yearOfCentury % 4 === 0;
  return leap && day === 29;
}

/** hh:mm:ss, and never ":60" (RFC 5424 6.2.3). */
function isTime(bytes: Buffer, at: number): boolean {
  return isHourMinute(bytes, at) && bytes[at + 5] === COLON && isUpTo(twoDigits(bytes, at + 6), 59);
}

/** "Z", or ±hh:mm. */
function isOffset(bytes: Buffer, at: number, end: number): boolean {
  if (end - at === 1) return bytes[at] === LETTER_Z;
  return end - at === 6 && (bytes[at] === PLUS || bytes[at] === DASH) && isHourMinute(bytes, at + 1);
}

const isHourMinute = (bytes: Buffer, at: number): boolean =>
  isUpTo(twoDigits(bytes, at), 23) && bytes[at + 2] === COLON && isUpTo(twoDigits(bytes, at + 3), 59);

const isUpTo = (value: number, highest: number): boolean => value >= 0 && value <= highest;

/** The number that two digits at `at` make, or -1. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
