// Two receivers that others wrote read our messages as our own parser does: rsyslog leniently, syslog-ng strictly.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeMessage } from '../../src/syslog/encode.js';
import { writeOctetCount } from '../../src/syslog/octet-count.js';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';
import type { Receiver } from '../support/receiver-process.js';
import { rsyslogAvailable, startRsyslog } from '../support/rsyslog.js';
import { startSyslogNg, syslogNgAvailable } from '../support/syslog-ng.js';
import { until } from '../support/until.js';
import { fieldsOf } from '../syslog/parsed.js';
import { corpus } from './corpus.js';

let directory: string;
let receiver: Receiver | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-receiver-'));
});
afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
  await rm(directory, { recursive: true, force: true });
});

const messages = corpus().map(encodeMessage);

const counted = (message: Buffer): Buffer => {
  const count = Buffer.alloc(8);
  return Buffer.concat([count.subarray(0, writeOctetCount(count, 0, message.length)), message]);
};
const line = (message: Buffer): Buffer => Buffer.concat([message, Buffer.from('\n')]);

/** Sends frames over one connection and gives what the receiver wrote, a JSON object for each. */
async function received(started: Receiver, frames: readonly Buffer[]): Promise<Record<string, unknown>[]> {
  receiver = started;
  const socket = connect(started.port, '127.0.0.1');
  socket.end(Buffer.concat(frames));
  await until(`${frames.length} messages`, () => started.lines().length >= frames.length);
  return started.lines().map((text) => JSON.parse(text) as Record<string, unknown>);
}

/** What our parser says, with the octets of STRUCTURED-DATA. */
function ours(message: Buffer) {
  const parsed = new ParsedMessage();
  expect(parseRfc5424(message, 0, message.length, parsed)).toBeUndefined();
  return { ...fieldsOf(message, parsed), structuredData: message.toString('utf8', parsed.sdStart, parsed.sdEnd) };
}

/** syslog-ng has no NILVALUE. */
const orEmpty = (field: string): string => (field === '-' ? '' : field);
const instant = (timestamp: unknown): number => Date.parse(String(timestamp));

describe.skipIf(rsyslogAvailable())(`rsyslog ${rsyslogAvailable() ?? ''}`, () => {
  test.each([
    ['5425-12 5425-13 octet-counted', () => counted],
    ['6587-02 LF-framed', () => line],
    ['6587-01 in both framings, one after the other', (i: number) => (i % 2 === 0 ? counted : line)],
  ])('5424-03 agrees with our parser on every field, %s', async (_, framing) => {
    const answers = await received(
      await startRsyslog({ directory }),
      messages.map((message, i) => framing(i)(message)),
    );
    for (const [i, message] of messages.entries()) {
      const expected = ours(message);
      expect(answers[i], message.toString()).toMatchObject({
        syslogfacility: String(expected.facility),
        syslogseverity: String(expected.severity),
        hostname: expected.hostname,
        'app-name': expected.appName,
        procid: expected.procId,
        msgid: expected.msgId,
        'structured-data': expected.structuredData,
        msg: (expected.bom ? '\ufeff' : '') + expected.message,
      });
      if (expected.timestamp !== '-') expect(instant(answers[i]?.['timereported'])).toBe(instant(expected.timestamp));
    }
  });

  test('5424-28 mmpstrucdata un-escapes PARAM-VALUEs to what our walk gives', async () => {
    const answers = await received(await startRsyslog({ directory }), messages.map(counted));
    for (const [i, message] of messages.entries()) {
      const expected = ours(message).elements.map(({ id, params }) => [id, Object.fromEntries(params)]);
      const tree = answers[i]?.['$!'] as { 'rfc5424-sd'?: object } | null;
      expect(tree?.['rfc5424-sd'] ?? {}, message.toString()).toEqual(Object.fromEntries(expected));
    }
  });
});

describe.skipIf(syslogNgAvailable())(`syslog-ng ${syslogNgAvailable() ?? ''}`, () => {
  test('5424-03 5424-28 agrees with our parser on every field, values un-escaped', async () => {
    const answers = await received(await startSyslogNg({ directory }), messages.map(counted));
    for (const [i, message] of messages.entries()) {
      const expected = ours(message);
      const { _SDATA: structuredData, ...fields } = answers[i] ?? {};
      expect(fields, message.toString()).toMatchObject({
        PRI: String(expected.facility * 8 + expected.severity),
        PROGRAM: orEmpty(expected.appName),
        PID: orEmpty(expected.procId),
        MSGID: orEmpty(expected.msgId),
        MESSAGE: expected.message,
        ...(expected.hostname === '-' ? {} : { HOST: expected.hostname }),
      });
      if (expected.timestamp !== '-') expect(instant(fields['TIME'])).toBe(instant(expected.timestamp));
      // An element without a parameter has an empty text for its value.
      const elements = expected.elements.map(({ id, params }) => [
        id,
        params.length === 0 ? '' : Object.fromEntries(params),
      ]);
      expect(structuredData ?? {}, message.toString()).toEqual(Object.fromEntries(elements));
    }
  });
});
