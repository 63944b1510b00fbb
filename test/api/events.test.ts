// POST /v1/events: which bodies are taken, what each outcome is answered with, and what a refused body does to its connection.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/api/listen.js';
import { Failure, type FailureCode } from '../../src/base/failure.js';
import { limits } from '../../src/base/limits.js';
import { until } from '../support/until.js';
import { FakeAgent } from './fake-agent.js';

const post = (
  agent: FakeAgent,
  headers: Readonly<Record<string, string | undefined>>,
  payload: string | Buffer = '{}\n',
) => agent.ingest.inject({ method: 'POST', url: '/v1/events', headers, payload });
const ndjson = { 'content-type': 'application/x-ndjson' };

describe('types', () => {
  test.each([
    ['application/x-ndjson', 'ndjson'],
    ['application/x-ndjson; charset=utf-8', 'ndjson'],
    ['Application/X-NDJSON;charset="UTF-8"', 'ndjson'],
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
  ])('%s is taken as %s, its bytes untouched', async (type, kind) => {
    const agent = new FakeAgent();
    const payload = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    expect((await post(agent, { 'content-type': type }, payload)).statusCode).toBe(202);
    expect(agent.asked).toEqual([['accept', kind, 'ingest']]);
    expect(agent.received).toEqual(payload);
  });

  test.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
    [{}],
  ])('%j is 415', async (headers) => {
    const agent = new FakeAgent();
    const response = await post(agent, headers);
    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject({ code: 'unsupported_media_type' });
    expect(agent.asked).toEqual([]);
  });

  test('the control door takes events too, under its own name', async () => {
    const agent = new FakeAgent();
    const response = await agent.control.inject({ method: 'POST', url: '/v1/events', headers: ndjson, payload: '{}' });
    expect(response.statusCode).toBe(202);
    expect(agent.asked).toEqual([['accept', 'ndjson', 'control']]);
  });
});

describe('outcomes', () => {
  const rejected = [{ line: 2, code: 'bad_type' as const, message: 'no' }];

  test('some accepted: 202 with the counts', async () => {
    const agent = new FakeAgent();
    agent.outcome = { accepted: 2, unrouted: 1, limited: 1, rejected, rejected_count: 1 };
    const response = await post(agent, ndjson);
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual(agent.outcome);
  });

  test('none valid: 400 with the list', async () => {
    const agent = new FakeAgent();
    agent.outcome = { accepted: 0, unrouted: 0, limited: 0, rejected, rejected_count: 1 };
    const response = await post(agent, ndjson);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'none_valid', status: 400, rejected, rejected_count: 1 });
  });

  test('no event at all: 400', async () => {
    const agent = new FakeAgent();
    agent.outcome = { accepted: 0, unrouted: 0, limited: 0, rejected: [], rejected_count: 0 };
    expect((await post(agent, ndjson, '')).json()).toMatchObject({ status: 400, detail: 'The body holds no event.' });
  });

  test.each([0, 1])('all valid ones limited: 429 with Retry-After, %d rejected', async (count) => {
    const agent = new FakeAgent();
    agent.outcome = { accepted: 0, unrouted: 0, limited: 3, rejected: rejected.slice(0, count), rejected_count: count };
    const response = await post(agent, ndjson);
    expect(response.statusCode).toBe(429);
    expect(response.headers['retry-after']).toBe('1');
    expect(response.json()).toMatchObject({ code: 'limited', limited: 3, rejected_count: count });
  });

  test.each([
    ['disk_full', 507],
    ['journal_failed', 500],
    ['stopping', 503],
    ['not_json', 400],
  ] as const)('%s is %d', async (code: FailureCode, status) => {
    const agent = new FakeAgent();
    agent.failure = new Failure(code, 'Told.');
    const response = await post(agent, ndjson);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code, detail: 'Told.' });
  });
});

async function open(): Promise<{ readonly agent: FakeAgent; readonly socketPath: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-events-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const agent = new FakeAgent();
  await agent.ingest.ready();
  const { address } = await listen(agent.ingest.server, { path: join(directory, 'i.sock'), group: null });
  return { agent, socketPath: address };
}

/** Sends `chunks` one after the other, with a length only if told. */
function send(socketPath: string, connection: Agent, chunks: readonly Buffer[], length?: number) {
  const headers = { ...ndjson, ...(length === undefined ? {} : { 'content-length': length }) };
  return new Promise<{ readonly status: number | undefined; readonly code: string }>((resolve, reject) => {
    const outgoing = request(
      { socketPath, method: 'POST', path: '/v1/events', headers, agent: connection },
      (incoming) => {
        const body: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => body.push(chunk));
        incoming.on('end', () => {
          const { code } = JSON.parse(Buffer.concat(body).toString()) as { code: string };
          resolve({ status: incoming.statusCode, code });
        });
      },
    );
    outgoing.on('error', reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

describe('on a real socket', () => {
  const mebibyte = Buffer.alloc(2 ** 20, 0x0a);
  const tooLong = Array.from({ length: limits.requestBytesMax / mebibyte.length + 1 }, () => mebibyte);

  test.each([
    ['with its length', tooLong.length * mebibyte.length],
    ['in chunks', undefined],
  ])('a body that is too large is answered 413 and the connection lives on: %s', async (_, length) => {
    const { agent, socketPath } = await open();
    const connection = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => connection.destroy());
    expect(await send(socketPath, connection, tooLong, length)).toEqual({ status: 413, code: 'body_too_large' });
    expect(agent.received.length).toBeLessThanOrEqual(limits.requestBytesMax);
    agent.received = Buffer.alloc(0);
    expect(await send(socketPath, connection, [Buffer.from('{}\n')])).toMatchObject({ status: 202 });
  });

  test('a sink that gives up in the middle is answered for, and the connection lives on', async () => {
    const { agent, socketPath } = await open();
    const connection = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => connection.destroy());
    agent.failure = new Failure('disk_full', 'Full.');
    agent.bytesWanted = 100_000;
    expect(await send(socketPath, connection, tooLong.slice(0, 8))).toEqual({ status: 507, code: 'disk_full' });
    agent.failure = undefined;
    agent.bytesWanted = Infinity;
    expect(await send(socketPath, connection, [Buffer.from('{}\n')])).toMatchObject({ status: 202 });
  });

  test.each([
    ['says nothing', ''],
    ['stops within its headers', 'POST /v1/events HTTP/1.1\r\nhost: x\r\n'],
  ])('a client that %s keeps its socket for headersMsMax, not longer', { timeout: 20_000 }, async (_, head) => {
    const { socketPath } = await open();
    const socket = connect({ path: socketPath }, () => socket.write(head));
    onTestFinished(() => void socket.destroy());
    const closed = new Promise<string>((resolve) => socket.resume().on('close', () => resolve('let go')));
    const late = new Promise<string>((resolve) => setTimeout(resolve, limits.headersMsMax + 3000, 'still there'));
    expect(await Promise.race([closed, late])).toBe('let go');
  });

  test('a client that goes away in the middle is no bug', async () => {
    const { agent, socketPath } = await open();
    const head =
      'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100\r\n\r\n{';
    const socket = connect({ path: socketPath }, () => socket.write(head));
    await until('the first byte has arrived', () => agent.received.length === 1);
    socket.destroy();
    const error = await until('the body has ended', () => agent.bodyError);
    expect(error).toMatchObject({ code: 'bad_request' });
    expect(agent.happenings).toEqual([]);
  });

  test('what is not HTTP gets a problem and is let go', async () => {
    const { socketPath } = await open();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ path: socketPath }, () => socket.write('<34>1 hello\r\n\r\n'));
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json\r\n/);
    expect(answer).toContain('"code":"bad_request"');
  });
});
