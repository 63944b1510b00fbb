// What an independent library sends over a real connection is understood: npm's `syslog-client`, RFC 5424 and RFC 3164, LF-framed.
import { createServer, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import syslogClient, { type SyslogClientOptions } from 'syslog-client';
import { afterEach, expect, test } from 'vitest';
import { FrameDecoder } from '../../src/syslog/framing.js';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';
import { parseRfc3164 } from '../../src/syslog/rfc3164.js';
import { until } from '../support/until.js';
import { fieldsOf } from './parsed.js';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Sends each text with the library and gives the frames that arrived. */
async function sent(texts: readonly string[], options: SyslogClientOptions): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  const decoder = new FrameDecoder({ frameBytesMax: 10_000 });
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end))));
    });
  });
  cleanUps.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = syslogClient.createClient('127.0.0.1', { ...options, transport: 1, port });
  client.on('error', () => undefined);
  cleanUps.push(() => client.close());
  for (const text of texts) client.log(text, {}, () => undefined);
  await until(`${texts.length} frames`, () => frames.length >= texts.length);
  return frames;
}

const texts = ['plain', 'gr\u00fc\u00dfe \ud83d\ude00', '[not@1 an="element"]', 'its own LF\n', ' spaces '];

test('6587-02 its RFC 5424 messages', async () => {
  const frames = await sent(texts, {
    rfc3164: false,
    appName: 'billing',
    facility: 16,
    severity: 4,
    syslogHostname: 'node-1',
  });
  const parsed = new ParsedMessage();
  const fields = frames.map((frame) => parseRfc5424(frame, 0, frame.length, parsed) ?? fieldsOf(frame, parsed));
  expect(fields).toMatchObject(
    texts.map((text) => ({
      facility: 16,
      severity: 4,
      hostname: 'node-1',
      appName: 'billing',
      procId: String(process.pid),
      msgId: '-',
      elements: [],
      message: text.replace('\n', ''),
    })),
  );
});

test('6587-02 its RFC 3164 messages', async () => {
  const tagged = texts.map((text) => `billing[77]: ${text}`);
  const frames = await sent(tagged, { rfc3164: true, facility: 1, severity: 6 });
  const parsed = new ParsedMessage();
  const fields = frames.map((frame) => parseRfc3164(frame, 0, frame.length, parsed) ?? fieldsOf(frame, parsed));
  expect(fields).toMatchObject(
    texts.map((text) => ({
      facility: 1,
      severity: 6,
      hostname: hostname(),
      appName: 'billing',
      procId: '77',
      message: text.replace('\n', ''),
    })),
  );
  expect(parsed.timestampForm).toBe('rfc3164');
});
