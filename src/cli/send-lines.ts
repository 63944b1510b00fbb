/*
 * One line of input → one NDJSON line for the agent: plain lines become messages, NDJSON lines get the fields that they lack.
 * Promise: an event as JSON goes on byte for byte, so that the agent judges what was written (duplicate keys and all).
 */
import { Failure } from '../base/failure.js';

/** What the options say about every event; absent: the event says it, or the agent's default holds. */
export interface EventDefaults {
  readonly tenant?: string;
  readonly type?: string;
  readonly severity?: string;
  readonly resource?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const CR = 0x0d;
const BRACE = 0x7b;
const SPACE = 0x20;

/** True for a line of nothing but spaces and control characters, which is no event. */
export const isBlank = (line: Buffer): boolean => line.every((byte) => byte <= SPACE);

/** The event of one message, as one line of JSON without its LF. */
export const eventOf = (defaults: EventDefaults, message: string): Buffer =>
  Buffer.from(JSON.stringify({ ...defaults, message }));

/**
 * The event of a plain line; its CR, if any, is left out.
 * @throws Failure bad_utf8
 */
export function eventOfLine(defaults: EventDefaults, line: Buffer): Buffer {
  const end = line.at(-1) === CR ? line.length - 1 : line.length;
  let message: string;
  try {
    message = strictUtf8.decode(line.subarray(0, end));
  } catch (error) {
    throw new Failure('bad_utf8', 'The line is not UTF-8.', { cause: error });
  }
  return eventOf(defaults, message);
}

/** The event that the line is, with the defaults that it lacks put in front. What isn't a JSON object stays as it is. */
export function eventOfJson(defaults: EventDefaults, line: Buffer): Buffer {
  const names = Object.keys(defaults);
  if (names.length === 0) return line;
  const start = line.findIndex((byte) => byte > SPACE);
  if (line[start] !== BRACE) return line;
  let given: object;
  try {
    given = JSON.parse(line.toString('utf8')) as object;
  } catch {
    return line;
  }
  const lacking = Object.entries(defaults).filter(([name]) => !Object.hasOwn(given, name));
  if (lacking.length === 0) return line;
  const front = JSON.stringify(Object.fromEntries(lacking)).slice(0, -1);
  const comma = Object.keys(given).length === 0 ? '' : ',';
  return Buffer.concat([Buffer.from(front + comma), line.subarray(start + 1)]);
}
