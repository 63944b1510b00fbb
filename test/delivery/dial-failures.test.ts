// Guards: what a tenant is told when a receiver can't be reached, how often it is tried, and that each address of a name is.
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import type { DeliverySettings } from '../../src/delivery/fleet.js';
import type { Resolver } from '../../src/destination/resolve.js';
import { TestFleet } from '../support/fleet.js';
import { sequenceIdsOf, startTestReceiver } from '../support/test-receiver.js';
import { until } from '../support/until.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

function deliver(settings: Partial<DeliverySettings> = {}, resolver?: Resolver): TestFleet {
  const fleet = new TestFleet(settings, resolver);
  stops.push(() => fleet.stop());
  return fleet;
}

/** A port of 127.0.0.1 on which nobody listens. */
async function closedPort(): Promise<number> {
  const receiver = await startTestReceiver();
  const { port } = receiver;
  await receiver.close();
  return port;
}

describe('a receiver that refuses', () => {
  test('is tried again with a growing wait, told once, and served once it is there', async () => {
    const port = await closedPort();
    const fleet = deliver({ backoffMsMin: 20, backoffMsMax: 80 });
    const drain = fleet.add(`syslog://127.0.0.1:${port}`);
    drain.cursor.appendMany(3);
    const third = await until('three failures', () => {
      const error = drain.status().lastError;
      return error !== null && error.attempts === 3 ? error : undefined;
    });
    expect(third).toMatchObject({ code: 'connection_refused' });
    expect(third.nextTryMs - third.sinceMs).toBeGreaterThanOrEqual(20);
    expect(fleet.of('drain.failing')).toMatchObject([
      { code: 'connection_refused', attempts: 1, sinceMs: third.sinceMs },
    ]);
    expect(drain.status()).toMatchObject({ inDoubt: 0, lastDeliveryMs: null });
    const receiver = await startTestReceiver({ port });
    stops.push(() => receiver.close());
    await until('served', () => drain.cursor.acknowledged === 3);
    expect(drain.status().lastError).toBeNull();
    expect(fleet.of('drain.recovered')).toHaveLength(1);
    expect(fleet.of('drain.recovered')[0].attempts).toBeGreaterThanOrEqual(3);
    expect(drain.cursor.rewinds).toBe(0);
  });

  test('and accepts only to reset: is dialled ever more seldom', async () => {
    const receiver = await startTestReceiver();
    stops.push(() => receiver.close());
    const fleet = deliver({ backoffMsMin: 10, backoffMsMax: 10_000 });
    const drain = fleet.add(`syslog://127.0.0.1:${receiver.port}`);
    drain.cursor.appendMany(1);
    for (let n = 0; n < 5; n++) {
      await until(`connection ${n + 1}`, () => receiver.accepted[n]);
      receiver.accepted[n].socket.resetAndDestroy();
    }
    const fifth = await until('five failures', () => {
      const error = drain.status().lastError;
      return error !== null && error.attempts === 5 ? error : undefined;
    });
    expect(fifth.nextTryMs - Date.now()).toBeLessThan(161); // 10 ms × 2^4
    expect(drain.cursor.acknowledged).toBeLessThanOrEqual(1);
  });
});

describe('a name', () => {
  test('with a dead address first is served at its second one, and goes there at once the next time', async () => {
    const receiver = await startTestReceiver();
    stops.push(() => receiver.close());
    const both: Resolver = { resolve: async () => ['127.0.0.9', '127.0.0.1'] };
    const fleet = deliver({ idleCloseMs: 20 }, both);
    const drain = fleet.add(`syslog://logs.example.com:${receiver.port}`);
    drain.cursor.appendMany(1);
    await until('served and closed', () => drain.cursor.settles === 1);
    expect(fleet.of('drain.failing')).toMatchObject([{ code: 'connection_refused' }]);
    drain.cursor.appendMany(1);
    await until('served again', () => drain.cursor.acknowledged === 2);
    expect(fleet.of('drain.failing')).toHaveLength(1);
    expect(sequenceIdsOf(await receiver.received(2))).toEqual([1, 2]);
  });

  test('that does not resolve is told so, and is asked for again', async () => {
    let asked = 0;
    const nobody: Resolver = {
      resolve: () => {
        asked++;
        return Promise.reject(new Failure('name_unresolved', 'logs.example.com has neither an A nor an AAAA record.'));
      },
    };
    const fleet = deliver({}, nobody);
    const drain = fleet.add('syslog+tls://logs.example.com');
    drain.cursor.appendMany(1);
    await until('asked three times', () => asked >= 3);
    expect(drain.status().lastError).toMatchObject({ code: 'name_unresolved' });
    expect(fleet.fleet.totals().dials).toBe(0);
  });

  test('that has moved to a forbidden address is not dialled', async () => {
    const moved: Resolver = { resolve: async () => ['127.0.0.1', '169.254.169.254'] };
    const fleet = deliver({}, moved);
    const drain = fleet.add('syslog://logs.example.com:80');
    drain.cursor.appendMany(1);
    await until('refused', () => drain.status().lastError);
    expect(drain.status().lastError?.code).toBe('destination_refused');
    expect(drain.status().lastError?.message).not.toContain('169.254.169.254');
    expect(fleet.fleet.totals().dials).toBe(0);
  });
});

test('a thousand drains of one receiver are each served, in no more writes than there were passes', async () => {
  const receiver = await startTestReceiver();
  stops.push(() => receiver.close());
  const fleet = deliver({ dialsPerS: 10_000 });
  const drains = Array.from({ length: 1000 }, () => fleet.add(`syslog://127.0.0.1:${receiver.port}`));
  for (const { cursor } of drains) cursor.appendMany(1);
  await until('all connected', () => fleet.fleet.totals().connections === 1000);
  const { writes } = fleet.fleet.totals();
  const startedMs = Date.now();
  for (let round = 0; round < 20; round++) {
    for (const { cursor } of drains) cursor.appendMany(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until('all acknowledged', () => drains.every(({ cursor }) => cursor.acknowledged === 21));
  // A pass over a thousand drains is followed by a rest of 30 ms.
  const passesMax = 2 + (Date.now() - startedMs) / 30;
  expect(fleet.fleet.totals().writes - writes).toBeLessThan(1000 * passesMax);
  expect(await receiver.received(21_000)).toHaveLength(21_000);
});
