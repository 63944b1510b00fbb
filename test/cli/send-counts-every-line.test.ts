// `sluice send`: what it hands over, in which batches, and what it says became of each line.
import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { Batches } from '../../src/cli/send-batches.js';
import { type Asked, problem, type Reply, type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.js';
import { sluice, startSluice } from '../support/sluice.js';
import { until } from '../support/until.js';

let agent: ScriptedAgent | undefined;
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

const lines = (asked: Asked): string[] => asked.body.split('\n').slice(0, -1);
const accepting = (asked: Asked): Reply => ({
  status: 202,
  body: { accepted: lines(asked).length, unrouted: 0, limited: 0, rejected: [], rejected_count: 0 },
});
/** Refuses every line with `bad` in it. */
const rejectBad = (asked: Asked): Reply => {
  const rejected = lines(asked).flatMap((line, at) =>
    line.includes('bad') ? [{ line: at + 1, code: 'bad_type', message: 'No.' }] : [],
  );
  const accepted = lines(asked).length - rejected.length;
  return { status: 202, body: { accepted, unrouted: 0, limited: 0, rejected, rejected_count: rejected.length } };
};
const start = async (answer: (asked: Asked) => Reply | Promise<Reply>): Promise<ScriptedAgent> =>
  (agent = await startScriptedAgent(answer));
const PLAIN = ['send', '--tenant', 'acme', '--type', 'app.log'];

describe('sluice send', () => {
  test('sends the message of the command line with all that the options say', async () => {
    const { url, asked } = await start(accepting);
    const words = [
      ...PLAIN,
      '--severity',
      'err',
      '--resource',
      'web-1',
      '--data',
      'a=1',
      '--data',
      'b=x=y',
      'Hello',
      'you',
    ];
    expect(await sluice([...words, '--url', url])).toEqual({ code: 0, out: '', err: 'accepted 1\n' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/v1/events', type: 'application/x-ndjson' });
    expect(JSON.parse(asked[0].body)).toEqual({
      tenant: 'acme',
      type: 'app.log',
      severity: 'err',
      resource: 'web-1',
      data: { a: '1', b: 'x=y' },
      message: 'Hello you',
    });
  });

  test('makes one event of each line of stdin, with or without its CR, and none of blank ones', async () => {
    const { url, asked } = await start(accepting);
    const ran = await sluice([...PLAIN, '--url', url], { stdin: 'one\r\n\n  \ntwo "2"\nlast' });
    expect(ran).toMatchObject({ code: 0, err: 'accepted 3\n' });
    expect(asked.flatMap(lines).map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'one',
      'two "2"',
      'last',
    ]);
  });

  test('hands events as JSON over byte for byte', async () => {
    const { url, asked } = await start(accepting);
    const event = '{ "tenant":"a",  "type":"b","type":"c", "message":"\\u0041" }';
    await sluice(['send', '--ndjson', '--url', url], { stdin: `${event}\n` });
    expect(asked[0].body).toBe(`${event}\n`);
  });

  test('fills in only what an event as JSON lacks', async () => {
    const { url, asked } = await start(accepting);
    const stdin = '{"message":"m"}\n {"tenant":"own","message":"m"}\n{}\nnot json\n[1]\n';
    await sluice(['send', '--ndjson', '--tenant', 'acme', '--type', 't', '--url', url], { stdin });
    expect(asked.flatMap(lines)).toEqual([
      '{"tenant":"acme","type":"t","message":"m"}',
      '{"type":"t","tenant":"own","message":"m"}',
      '{"tenant":"acme","type":"t"}',
      'not json',
      '[1]',
    ]);
  });

  test('numbers rejected lines by the whole input, over batches and blank lines, and exits with 1', async () => {
    const { url, asked } = await start(rejectBad);
    const input = Array.from({ length: 9000 }, (_, index) =>
      index === 8499 ? 'bad' : index % 10 === 0 ? '' : `line ${index}`,
    );
    const ran = await sluice([...PLAIN, '--url', url, '-o', 'json'], { stdin: input.join('\n') });
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      accepted: 8099,
      rejected_count: 1,
      rejected: [{ line: 8500, code: 'bad_type' }],
    });
    expect(asked.length).toBeGreaterThan(1);
  });

  test('refuses a line that is not UTF-8 or too long by itself, and sends its neighbours', async () => {
    const { url, asked } = await start(accepting);
    const stdin = Buffer.concat([
      Buffer.from('a\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.alloc(300 * 1024, 'x'),
      Buffer.from('\nb\n'),
    ]);
    const ran = await sluice([...PLAIN, '--url', url], { stdin });
    expect(ran.code).toBe(1);
    expect(ran.err.split('\n')).toEqual([
      'line 2: bad_utf8: The line is not UTF-8.',
      'line 3: event_too_large: The line is longer than 256 KiB.',
      'accepted 2, rejected 2',
      'hint: bad_utf8: Encode the event as UTF-8.',
      'hint: event_too_large: An event is 256 KiB at most.',
      '',
    ]);
    expect(asked.flatMap(lines)).toHaveLength(2);
  });

  test('exits with 1 when nothing was valid, and with 3 when a limit held all back', async () => {
    const counts = {
      accepted: 0,
      unrouted: 0,
      limited: 0,
      rejected: [{ line: 1, code: 'bad_type', message: 'No.' }],
      rejected_count: 1,
    };
    const none = await start(() => problem(400, 'none_valid', 'None.', 'See.', counts));
    expect(await sluice([...PLAIN, 'x', '--url', none.url])).toMatchObject({
      code: 1,
      err: expect.stringContaining('rejected 1'),
    });
    await none.close();
    const limited = { ...counts, rejected: [], rejected_count: 0, limited: 1 };
    const all = await start(() => problem(429, 'limited', 'Limited.', 'Later.', limited));
    expect(await sluice([...PLAIN, 'x', '--url', all.url])).toMatchObject({
      code: 3,
      err: expect.stringContaining('limited 1'),
    });
  });

  test('says that nobody was there to read what it sent', async () => {
    const { url } = await start(() => ({
      status: 202,
      body: { accepted: 1, unrouted: 1, limited: 0, rejected: [], rejected_count: 0 },
    }));
    expect((await sluice([...PLAIN, 'x', '--url', url])).err).toContain('no drain to go to');
  });

  test('hands lines over while stdin stays open', async () => {
    const { url, asked } = await start(accepting);
    const running = startSluice([...PLAIN, '--url', url]);
    running.child.stdin?.write('first\n');
    await until('the first line at the agent', () => asked.length === 1);
    running.child.stdin?.write('second\n');
    await until('the second line at the agent', () => asked.length === 2);
    running.child.stdin?.end();
    expect((await running.ended).err).toBe('accepted 2\n');
  });

  test('on Ctrl-C sends what it has read, and says how much that was', async () => {
    const { url, asked } = await start(accepting);
    const running = startSluice([...PLAIN, '--url', url]);
    running.child.stdin?.write('first\n');
    await until('the first line at the agent', () => asked.length === 1);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, err: 'accepted 1\n' });
  });

  test('makes its reader wait while more than one batch is on its way', async () => {
    const held = new EventEmitter();
    let handedOver = 0;
    const handOver = async () => {
      handedOver += 1;
      if (handedOver === 1) await once(held, 'released');
      return { accepted: 4000, unrouted: 0, limited: 0, rejected: [], rejected_count: 0 };
    };
    const batches = new Batches(handOver, systemClock);
    const addBatch = () => {
      for (let line = 1; line <= 4000; line += 1) batches.add(Buffer.from('{}'), line);
    };
    addBatch();
    await batches.room(); // one on its way: the next may be gathered
    addBatch();
    let roomMade = false;
    const room = batches.room().then(() => (roomMade = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([roomMade, handedOver]).toEqual([false, 1]);
    held.emit('released');
    await room;
    await batches.finish();
    expect([batches.counts.accepted, handedOver]).toEqual([8000, 2]);
  });

  test('when the agent goes away half-way, tells what was taken and what nobody knows, and exits with 6', async () => {
    let requests = 0;
    const { url } = await start((one) => {
      requests += 1;
      if (requests > 1) throw new Error('killed');
      return accepting(one);
    });
    const running = startSluice([...PLAIN, '--url', url]);
    running.child.stdin?.write('first\n');
    await until('the first answer', () => requests === 1);
    await until('the first line counted', async () => {
      running.child.stdin?.write('next\n');
      return requests > 1;
    });
    const { code, err } = await running.ended;
    expect(code).toBe(6);
    expect(err).toMatch(/accepted \d+, without an answer \d+\nsluice: The connection to .* broke/);
  });
});
