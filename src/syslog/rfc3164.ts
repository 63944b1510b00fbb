/*
 * A message in the manner of RFC 3164, which describes what BSD's syslogs send and binds nobody: whatever follows PRI is taken.
 * Understood: `Mmm dd hh:mm:ss` or an RFC 3339 time; a host behind it, or none (as /dev/log has it); a tag, with `[pid]` or without.
 * Promise: what isn't understood stays in MSG, so nothing is lost; fields that are given fit into RFC 5424's. Only a broken PRI is
 * a fault. Worst case: linear in the first 500 octets. Owner: the caller's ParsedMessage.
 */
import { limits } from '../base/limits.js';
import { CLOSE, COLON, isDigit, OPEN, printable, SPACE, ZERO } from './bytes.js';
import { type SyslogFault, syslogFaults } from './fault.js';
import { type ParsedMessage, parsePri } from './parse.js';
import { isTimestamp } from './timestamp.js';

/** `Oct 11 22:14:15`, octets. */
const TIMESTAMP_BYTES = 15;
const RFC3339_BYTES_MAX = 32;
const MONTHS = new Set(['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']);

/**
 * Parses octets `start` to `end` as a message of RFC 3164.
 * @param into filled when the answer is undefined: TAG as APP-NAME, its `[pid]` as PROCID, and no STRUCTURED-DATA;
 *   a field that isn't there is empty
 */
export function parseRfc3164(bytes: Buffer, start: number, end: number, into: ParsedMessage): SyslogFault | undefined {
  let at = parsePri(bytes, start, end, into);
  if (at < 0) return syslogFaults.bad_pri;
  if (at < end && bytes[at] === SPACE) at++;
  into.hostnameStart = into.hostnameEnd = at;
  into.msgIdStart = into.msgIdEnd = at;
  into.sdStart = into.sdEnd = at;
  into.elementCount = 0;
  at = takeTimestamp(bytes, at, end, into);
  // RFC 3164 4.3.1: without a time that it knows, a receiver takes nothing behind it for a host.
  if (into.timestampForm !== 'none') at = takeHostname(bytes, at, end, into);
  at = takeTag(bytes, at, end, into);
  into.bom = false;
  into.messageStart = at;
  into.messageEnd = end;
  return undefined;
}

function takeTimestamp(bytes: Buffer, start: number, end: number, into: ParsedMessage): number {
  into.timestampStart = start;
  const word = wordEnd(bytes, start, end, RFC3339_BYTES_MAX);
  if (isTimestamp(bytes, start, word)) {
    into.timestampForm = 'rfc5424';
    into.timestampEnd = word;
  } else if (isBsdTimestamp(bytes, start, end)) {
    into.timestampForm = 'rfc3164';
    into.timestampEnd = start + TIMESTAMP_BYTES;
  } else {
    into.timestampForm = 'none';
    into.timestampEnd = start;
    return start;
  }
  return pastSpace(bytes, into.timestampEnd, end);
}

/** The next word is the host, unless it looks like a tag, or nothing follows it. */
function takeHostname(bytes: Buffer, start: number, end: number, into: ParsedMessage): number {
  into.hostnameStart = into.hostnameEnd = start;
  const word = wordEnd(bytes, start, end, limits.hostnameLengthMax);
  const isTag = word > start && (bytes[word - 1] === COLON || bytes[word - 1] === CLOSE);
  if (word === start || word >= end || bytes[word] !== SPACE || isTag) return start;
  into.hostnameEnd = word;
  return word + 1;
}

/** `name:`, `name[pid]:` or `name[pid]`, each with a space or the end behind it. Anything else is the beginning of MSG. */
function takeTag(bytes: Buffer, start: number, end: number, into: ParsedMessage): number {
  into.appNameStart = into.appNameEnd = start;
  into.procIdStart = into.procIdEnd = start;
  const nameStop = Math.min(end, start + limits.appNameLengthMax);
  let at = start;
  while (at < nameStop && isTagOctet(bytes[at])) at++;
  const nameEnd = at;
  if (nameEnd === start || at >= end) return start;
  let pidStart = at;
  let pidEnd = at;
  if (bytes[at] === OPEN) {
    pidStart = at + 1;
    const pidStop = Math.min(end, pidStart + limits.procIdLengthMax);
    at = pidStart;
    while (at < pidStop && bytes[at] !== CLOSE && printable[bytes[at]] === 1) at++;
    if (at === pidStart || at >= end || bytes[at] !== CLOSE) return start;
    pidEnd = at++;
  }
  const hasColon = at < end && bytes[at] === COLON;
  if (hasColon) at++;
  else if (pidEnd === pidStart) return start;
  if (at < end && bytes[at] !== SPACE) return start;
  into.appNameEnd = nameEnd;
  into.procIdStart = pidStart;
  into.procIdEnd = pidEnd;
  return pastSpace(bytes, at, end);
}

const isTagOctet = (octet: number): boolean => printable[octet] === 1 && octet !== OPEN && octet !== COLON;

const pastSpace = (bytes: Buffer, at: number, end: number): number => (at < end && bytes[at] === SPACE ? at + 1 : at);

/** Offset behind at most `lengthMax` printable octets. */
function wordEnd(bytes: Buffer, start: number, end: number, lengthMax: number): number {
  const stop = Math.min(end, start + lengthMax);
  let at = start;
  while (at < stop && printable[bytes[at]] === 1) at++;
  return at;
}

/** `Mmm dd hh:mm:ss`, the day with a space or a zero in front (RFC 3164 4.1.2), and a space or the end behind it. */
function isBsdTimestamp(bytes: Buffer, start: number, end: number): boolean {
  if (start + TIMESTAMP_BYTES > end) return false;
  if (start + TIMESTAMP_BYTES < end && bytes[start + TIMESTAMP_BYTES] !== SPACE) return false;
  if (!MONTHS.has(bytes.toString('latin1', start, start + 3))) return false;
  for (const space of [3, 6]) if (bytes[start + space] !== SPACE) return false;
  for (const colon of [9, 12]) if (bytes[start + colon] !== COLON) return false;
  const dayTens = bytes[start + 4] === SPACE ? ZERO : bytes[start + 4];
  if (!isDigit(dayTens) || !isDigit(bytes[start + 5])) return false;
  const day = (dayTens - ZERO) * 10 + bytes[start + 5] - ZERO;
  return (
    day >= 1 &&
    day <= 31 &&
    isUpTo(bytes, start + 7, 23) &&
    isUpTo(bytes, start + 10, 59) &&
    isUpTo(bytes, start + 13, 59)
  );
}

const isUpTo = (bytes: Buffer, at: number, highest: number): boolean =>
  isDigit(bytes[at]) && isDigit(bytes[at + 1]) && (bytes[at] - ZERO) * 10 + bytes[at + 1] - ZERO <= highest;
