/*
 * What tests need to look at an admitted event: the message that it makes, and what parsing that says.
 * Promise: fails loudly where the message is not one valid RFC 5424 message. Owner: the tests of admission.
 */
import { expect } from 'vitest';
import type { Chance, Clock } from '../../src/base/clock.js';
import { unixMs } from '../../src/base/ids.js';
import { Admission, type SyslogDoor } from '../../src/event/admit.js';
import type { EncodedEvent, Refusal } from '../../src/event/encoded.js';
import { FrameDecoder } from '../../src/syslog/framing.js';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';
import { StructuredDataWalk, unescapeParamValue } from '../../src/syslog/structured-data.js';

export const wallMs = Date.UTC(2026, 10, 22, 10, 0, 0, 7);
export const clock: Clock = {
  now: () => unixMs(wallMs),
  wall: () => unixMs(wallMs),
  after: () => () => {},
  sleep: () => Promise.resolve(),
};
export const chance: Chance = { fraction: () => 0.5, letters: (count) => 'q'.repeat(count) };
export const identity = { hostname: 'cloud.example.net', enterpriseId: 32473, facility: 1 };

export const newAdmission = (): Admission => new Admission(identity, clock, chance);

/** Shared, as the doors share one: what an event leaves behind must not show in the next. */
const admission = newAdmission();

/** What stands around the bytes in the caller's buffer must not matter. */
const AROUND = Buffer.from('"}]\u00e9\u202e<13>1 ');

function inTheMiddle(input: string | Buffer): { bytes: Buffer; start: number; end: number } {
  const inner = Buffer.from(input);
  const bytes = Buffer.concat([AROUND, inner, AROUND]);
  return { bytes, start: AROUND.length, end: AROUND.length + inner.length };
}

export function admitJson(input: string | Buffer, boundTenant?: string): Refusal | EncodedEvent {
  const { bytes, start, end } = inTheMiddle(input);
  return admission.json(bytes, start, end, boundTenant) ?? admission.event;
}

export function admitSyslog(input: string | Buffer, door: SyslogDoor = {}): Refusal | EncodedEvent {
  const { bytes, start, end } = inTheMiddle(input);
  return admission.syslog(bytes, start, end, door) ?? admission.event;
}

export const isRefusal = (outcome: Refusal | EncodedEvent): outcome is Refusal => 'code' in outcome;

/** HEADER, STRUCTURED-DATA, a space and MSG, as a drain without elements of its own would send them. */
export function assembled(event: EncodedEvent): Buffer {
  return Buffer.concat([
    event.prefix.subarray(0, event.headBytes + event.sdBytes),
    Buffer.from(' '),
    event.message.subarray(event.messageStart, event.messageEnd),
  ]);
}

/** The message that the event makes, as text; fails if it was refused. */
export function messageOf(outcome: Refusal | EncodedEvent): string {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.code}: ${outcome.message}`);
  return assembled(outcome).toString();
}

export interface Shown {
  pri: number;
  time: string;
  host: string;
  app: string;
  procId: string;
  msgId: string;
  elements: [id: string, params: [name: string, value: string][]][];
  message: string;
}

/** The message as the parser of src/syslog sees it; fails if it is not exactly one valid message. */
export function shown(bytes: Buffer): Shown {
  const parsed = new ParsedMessage();
  expect(parseRfc5424(bytes, 0, bytes.length, parsed)).toBeUndefined();
  const text = (start: number, end: number) => bytes.toString('utf8', start, end);
  const elements: Shown['elements'] = [];
  const walk = new StructuredDataWalk().begin(bytes, parsed.sdStart, parsed.sdEnd);
  while (walk.nextElement()) {
    const params: [string, string][] = [];
    elements.push([text(walk.idStart, walk.idEnd), params]);
    while (walk.nextParam()) {
      const value = unescapeParamValue(bytes, walk.valueStart, walk.valueEnd);
      params.push([text(walk.nameStart, walk.nameEnd), value]);
    }
  }
  return {
    pri: parsed.pri,
    time: text(parsed.timestampStart, parsed.timestampEnd),
    host: text(parsed.hostnameStart, parsed.hostnameEnd),
    app: text(parsed.appNameStart, parsed.appNameEnd),
    procId: text(parsed.procIdStart, parsed.procIdEnd),
    msgId: text(parsed.msgIdStart, parsed.msgIdEnd),
    elements,
    message: text(parsed.messageStart, parsed.messageEnd),
  };
}

/** C0, DEL, C1, U+2028/9, bidi and zero-width controls: none of them leaves. */
export const controls =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

function framesIn(stream: Buffer, framing: 'lf' | 'octet-counting'): string[] {
  const frames: string[] = [];
  const decoder = new FrameDecoder({ frameBytesMax: 2 ** 22, framing, onFault: (fault) => frames.push(fault.message) });
  const take = (bytes: Buffer, start: number, end: number) => {
    frames.push(bytes.toString('latin1', start, end));
  };
  decoder.push(stream, take);
  decoder.end(take);
  return frames;
}

/** What must hold for every admitted event, whatever it was made from. Returns the message as parsed. */
export function expectSound(event: EncodedEvent): Shown {
  const bytes = assembled(event);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  expect(text).not.toMatch(controls);
  const message = shown(bytes);
  expect(message.pri & 7).toBe(event.severity);
  expect(message.message).toBe(event.message.toString('utf8', event.messageStart, event.messageEnd));
  const [id, params] = message.elements[0];
  expect(id).toBe('sluice@32473');
  expect(params.map(([name]) => name)).toEqual(['tenant', 'id', 'type']);
  expect([params[0][1], params[2][1]]).toEqual([event.tenant, event.type]);
  const sluice = event.prefix.toString('utf8', event.headBytes, event.headBytes + event.sluiceElementBytes);
  expect(sluice).toBe(`[sluice@32473 tenant="${event.tenant}" id="${params[1][1]}" type="${event.type}"]`);
  const latin1 = bytes.toString('latin1');
  expect(framesIn(Buffer.concat([bytes, Buffer.from('\n')]), 'lf')).toEqual([latin1]);
  expect(framesIn(Buffer.concat([Buffer.from(`${bytes.length} `), bytes]), 'octet-counting')).toEqual([latin1]);
  return message;
}
