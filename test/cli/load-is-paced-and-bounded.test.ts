// `sluice load`: the same events whenever they are made, due by the clock and not by the answers, never more than asked for.
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { unixMs } from '../../src/base/ids.js';
import { LoadEvents, loadTenants } from '../../src/cli/load-events.js';
import { type LoadProgress, pace } from '../../src/cli/load-pace.js';
import { FrameDecoder } from '../../src/syslog/framing.js';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';

describe('the events of a load', () => {
  test('as NDJSON take turns over the tenants, each with its number, at the length asked for', () => {
    const events = LoadEvents.ndjson(loadTenants(2), 40);
    const lines = events.batch(999_999, 3).toString().split('\n').slice(0, -1);
    const parsed = lines.map((line) => JSON.parse(line) as { tenant: string; type: string; message: string });
    expect(parsed.map(({ tenant, message }) => [tenant, message.slice(0, 14), message.length])).toEqual([
      ['load-2', '000000999999 x', 40],
      ['load-1', '000001000000 x', 40],
      ['load-2', '000001000001 x', 40],
    ]);
  });

  test('as syslog are octet-counted messages that parse', () => {
    const found: string[] = [];
    const decoder = new FrameDecoder({ frameBytesMax: 1000, framing: 'octet-counting' });
    const message = new ParsedMessage();
    decoder.push(LoadEvents.syslog(loadTenants(3), 12, 32473).batch(5, 2), (bytes, start, end) => {
      expect(parseRfc5424(bytes, start, end, message)).toBeUndefined();
      found.push(bytes.toString('utf8', message.sdStart, end));
    });
    expect(found).toEqual([
      '[sluice@32473 tenant="load-3" type="load.event"] 000000000005',
      '[sluice@32473 tenant="load-1" type="load.event"] 000000000006',
    ]);
  });
});

/** Time that only moves when somebody sleeps, or `pass` is called. */
function steppedClock() {
  let nowMs = 1000;
  const pass = (ms: number) => void (nowMs += ms);
  const clock: Clock = {
    now: () => unixMs(nowMs),
    wall: () => unixMs(nowMs),
    after: () => () => {},
    sleep: async (ms) => pass(ms),
  };
  return { clock, pass };
}

const gone = () => Promise.reject(new Error('gone'));

describe('the pace of a load', () => {
  const never = new AbortController().signal;

  test('hands over exactly rate × seconds, in order and without gaps', async () => {
    const { clock } = steppedClock();
    const handed: [number, number][] = [];
    const hand = async (first: number, count: number) => void handed.push([first, count]);
    const end = await pace({ rate: 1000, seconds: 2, lanes: 4 }, clock, never, hand, () => {});
    expect(end).toMatchObject({ handed: 2000, due: 2000 });
    let next = 0;
    for (const [first, count] of handed) {
      expect(first).toBe(next);
      next += count;
    }
    expect(handed.length).toBeGreaterThan(100);
  });

  test('catches up after a slow answer instead of lowering the rate', async () => {
    const { clock, pass } = steppedClock();
    let slow = true;
    const hand = async () => {
      if (slow) pass(500);
      slow = false;
    };
    const end = await pace({ rate: 1000, seconds: 2, lanes: 1 }, clock, never, hand, () => {});
    expect(end.handed).toBe(2000);
  });

  test('gives up on what the agent takes too slowly, and says how much that is', async () => {
    const { clock, pass } = steppedClock();
    const told: LoadProgress[] = [];
    const hand = async () => pass(1000);
    const end = await pace(
      { rate: 100_000, seconds: 2, lanes: 1 },
      clock,
      never,
      hand,
      (progress) => void told.push(progress),
    );
    expect(end.due).toBe(200_000);
    expect(end.handed).toBeLessThan(20_000);
    expect(end.elapsedMs).toBeLessThanOrEqual(4000);
    expect(told.length).toBeGreaterThan(0);
  });

  test('has no more batches on their way than there are lanes', async () => {
    const { clock } = steppedClock();
    let onTheirWay = 0;
    let most = 0;
    const hand = async () => {
      most = Math.max(most, ++onTheirWay);
      await new Promise((resolve) => setImmediate(resolve));
      onTheirWay -= 1;
    };
    await pace({ rate: 10_000_000, seconds: 0.1, lanes: 3 }, clock, never, hand, () => {});
    expect(most).toBe(3);
  });

  test('ends with what a batch failed with', async () => {
    const { clock } = steppedClock();
    await expect(pace({ rate: 10, seconds: 1, lanes: 1 }, clock, never, gone, () => {})).rejects.toThrow('gone');
  });

  test('stops at once when it is interrupted', async () => {
    const { clock } = steppedClock();
    const stop = new AbortController();
    const hand = async () => stop.abort();
    expect((await pace({ rate: 10, seconds: 3600, lanes: 1 }, clock, stop.signal, hand, () => {})).handed).toBe(1);
  });
});
