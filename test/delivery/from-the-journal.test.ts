// Guards: the journal's own cursors, behind delivery's view of them: nothing lost, nothing counted twice, over real sockets.
import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { drainNumber, tenantNumber } from '../../src/base/ids.js';
import { Filter } from '../../src/event/filter.js';
import { type Cursor, Journal } from '../../src/journal/journal.js';
import { TestFleet } from '../support/fleet.js';
import { encoded, newDirectory, settingsFor } from '../support/journal.js';
import { sequenceIdsOf, startTestReceiver, type TestReceiver } from '../support/test-receiver.js';
import { until } from '../support/until.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function started(settings: Parameters<typeof settingsFor>[1] = {}) {
  const directory = newDirectory();
  stops.push(() => rmSync(directory, { recursive: true }));
  const journal = await Journal.open(settingsFor(directory, settings), systemClock, () => {});
  const abort = new AbortController();
  const ran = journal.run(abort.signal);
  stops.push(() => {
    abort.abort();
    return ran;
  });
  const log = journal.tenant(tenantNumber(1));
  const fleet = new TestFleet();
  stops.push(() => fleet.stop());
  const append = async (count: number, message = 'x'.repeat(200)) => {
    for (let n = 0; n < count; n++) {
      journal.append(log, encoded(message));
      if (n % 5000 === 4999) await journal.committed();
    }
    await journal.committed();
  };
  return { log, fleet, append };
}

async function receive(): Promise<TestReceiver> {
  const receiver = await startTestReceiver();
  stops.push(() => receiver.close());
  return receiver;
}

const ledger = ({ accepted, acknowledged, delivered, resent }: Cursor) => ({
  accepted,
  acknowledged,
  delivered,
  resent,
});

test('two drains of a tenant get all of its events, and the ledger says so', async () => {
  const { log, fleet, append } = await started();
  const receivers = [await receive(), await receive()];
  const cursors = receivers.map(({ port }, index) => {
    const cursor = log.openDrain(drainNumber(index + 1), Filter.all);
    fleet.addWith(cursor, `syslog://127.0.0.1:${port}`);
    return cursor;
  });
  await append(20_000);
  await until('all acknowledged', () => cursors.every(({ acknowledged }) => acknowledged === 20_000));
  for (const receiver of receivers) expect(sequenceIdsOf(await receiver.received(20_000))).toEqual(upTo(20_000));
  for (const cursor of cursors) {
    expect(ledger(cursor)).toEqual({ accepted: 20_000, acknowledged: 20_000, delivered: 20_000, resent: 0 });
  }
});

test('a receiver that is reset in the middle gets everything since resume again, and each event counts once', async () => {
  const { log, fleet, append } = await started();
  const receiver = await receive();
  const cursor = log.openDrain(drainNumber(1), Filter.all);
  fleet.addWith(cursor, `syslog://127.0.0.1:${receiver.port}`);
  const appended = append(30_000);
  await until('some came', () => (receiver.accepted[0]?.messages.length ?? 0) > 1000);
  receiver.accepted[0]?.socket.resetAndDestroy();
  await appended;
  await until('all acknowledged', () => cursor.acknowledged === 30_000);
  await until('all came', () => receiver.accepted[1]?.messages.length === 30_000);
  expect(sequenceIdsOf(receiver.accepted[1].messages)).toEqual(upTo(30_000)); // 30 s of margin: from the start
  expect(ledger(cursor)).toMatchObject({ accepted: 30_000, acknowledged: 30_000, delivered: 30_000 });
  expect(cursor.resent).toBeGreaterThanOrEqual(sequenceIdsOf(receiver.accepted[0].messages).length);
});

test('a drain that was closed in peace goes on after what it had', async () => {
  const { log, fleet, append } = await started();
  const receiver = await receive();
  const cursor = log.openDrain(drainNumber(1), Filter.all);
  const drain = fleet.addWith(cursor, `syslog://127.0.0.1:${receiver.port}`);
  await append(1000);
  await until('acknowledged', () => cursor.acknowledged === 1000);
  drain.change({ paused: true });
  await until('closed', () => drain.status().phase === 'paused');
  expect(cursor.resume).toBe(1000);
  await append(1000);
  expect(drain.status().inDoubt).toBe(0);
  drain.change({ paused: false });
  await until('the rest', () => cursor.acknowledged === 2000);
  expect(sequenceIdsOf(await receiver.received(2000))).toEqual(upTo(2000));
  expect(cursor.resent).toBe(0);
});
