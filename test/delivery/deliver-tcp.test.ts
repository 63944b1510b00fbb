// Guards: delivery over plain TCP on real sockets: what arrives, what counts as delivered, what is sent again.
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliverySettings } from '../../src/delivery/fleet.js';
import { parseDestination } from '../../src/destination/address.js';
import { FakeCursor } from '../support/fake-cursor.js';
import { TestFleet } from '../support/fleet.js';
import { type ReceiverOptions, sequenceIdsOf, startTestReceiver, type TestReceiver } from '../support/test-receiver.js';
import { until } from '../support/until.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function receive(options: ReceiverOptions = {}): Promise<TestReceiver> {
  const receiver = await startTestReceiver(options);
  stops.push(() => receiver.close());
  return receiver;
}

function deliver(settings: Partial<DeliverySettings> = {}): TestFleet {
  const fleet = new TestFleet(settings);
  stops.push(() => fleet.stop());
  return fleet;
}

const url = (receiver: TestReceiver, host = '127.0.0.1') => `syslog://${host}:${receiver.port}`;

describe('a receiver that reads', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::', '[::ffff:127.0.0.1]'],
  ])('listening on %s gets every event once, in order, and they count as delivered', async (host, dialled) => {
    const receiver = await receive({ host });
    const drain = deliver().add(url(receiver, dialled));
    drain.cursor.appendMany(5000);
    await until('5000 acknowledged', () => drain.cursor.acknowledged === 5000);
    expect(sequenceIdsOf(await receiver.received(5000))).toEqual(upTo(5000));
    expect(drain.status()).toMatchObject({ phase: 'open', inDoubt: 0, lastError: null, stalled: false });
    expect(drain.cursor).toMatchObject({ outstanding: false, resent: 0 });
  });

  test('gets many events in one write', async () => {
    const receiver = await receive();
    const fleet = deliver();
    const drain = fleet.add(url(receiver));
    drain.cursor.appendMany(10_000);
    await until('all acknowledged', () => drain.cursor.acknowledged === 10_000);
    expect(fleet.fleet.totals()).toMatchObject({ frames: 10_000, connections: 1, dials: 1, dialsFailed: 0 });
    expect(fleet.fleet.totals().writes).toBeLessThan(100);
  });

  test('is not dialled before there is something to send', async () => {
    const receiver = await receive();
    const fleet = deliver();
    const quiet = fleet.add(url(receiver));
    const busy = fleet.add(url(receiver));
    busy.cursor.appendMany(1);
    await until('the busy one delivered', () => busy.cursor.acknowledged === 1);
    expect(quiet.status().phase).toBe('idle');
    expect(receiver.accepted).toHaveLength(1);
  });

  test('is closed when idle for long, with a FIN that it answers, and nothing is sent again', async () => {
    const receiver = await receive();
    const drain = deliver({ idleCloseMs: 50 }).add(url(receiver));
    drain.cursor.appendMany(3);
    await until('closed', () => drain.cursor.settles === 1);
    expect(receiver.accepted[0]?.ended).toBe(true);
    expect(drain.cursor).toMatchObject({ acknowledged: 3, resume: 3, rewinds: 0 });
    drain.cursor.appendMany(1);
    await until('the next event', () => drain.cursor.acknowledged === 4);
    expect(sequenceIdsOf(await receiver.received(4))).toEqual(upTo(4));
  });

  test('is connected to anew when the connection is old', async () => {
    const receiver = await receive();
    const drain = deliver({ ageMsMax: 60 }).add(url(receiver));
    drain.cursor.appendMany(1);
    await until('renewed', () => drain.cursor.settles > 0);
    drain.cursor.appendMany(1);
    await until('second connection', () => drain.cursor.acknowledged === 2 && receiver.accepted.length === 2);
    expect(sequenceIdsOf(await receiver.received(2))).toEqual([1, 2]);
  });
});

describe('a receiver that closes', () => {
  test('in peace while nothing is outstanding: the next event is delivered once', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver));
    drain.cursor.appendMany(10);
    await until('delivered', () => drain.cursor.acknowledged === 10);
    receiver.accepted[0]?.socket.end();
    await until('our side closed', () => drain.cursor.settles === 1);
    expect(drain.status().lastError).toBeNull();
    drain.cursor.appendMany(1);
    await until('the next one', () => drain.cursor.acknowledged === 11);
    expect(sequenceIdsOf(await receiver.received(11))).toEqual(upTo(11));
  });

  test('after it has talked back: what it said is thrown away, its end is seen', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver));
    drain.cursor.appendMany(1);
    await until('delivered', () => drain.cursor.acknowledged === 1);
    receiver.accepted[0]?.socket.end('thank you\r\n'.repeat(1000));
    await until('our side closed', () => drain.cursor.settles === 1);
    await until('seen by the receiver', () => receiver.accepted[0]?.closed);
    expect(drain.status()).toMatchObject({ lastError: null, inDoubt: 0 });
  });

  test('by RST mid-stream: all is sent again after resume, with the same numbers', async () => {
    const receiver = await receive();
    const fleet = deliver();
    const drain = fleet.add(url(receiver));
    drain.cursor.appendMany(3000);
    await until('some came', () => receiver.accepted[0] && receiver.accepted[0].messages.length > 100);
    receiver.accepted[0]?.socket.resetAndDestroy();
    await until('all of them acknowledged', () => drain.cursor.acknowledged === 3000 && receiver.accepted.length > 1);
    await until('all on the second connection', () => receiver.accepted[1]?.messages.length === 3000);
    expect(sequenceIdsOf(receiver.accepted[1].messages)).toEqual(upTo(3000));
    await until('recovered', () => drain.status().lastError === null);
    expect(fleet.of('drain.failing')).toMatchObject([{ code: 'connection_reset', attempts: 1 }]);
    expect(fleet.of('drain.recovered')).toMatchObject([{ attempts: 1 }]);
    expect(drain.cursor.rewinds).toBe(1);
  });

  test('by RST after everything was acknowledged: what the margin holds is sent again', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver));
    drain.cursor.appendMany(5);
    await until('acknowledged', () => drain.cursor.acknowledged === 5);
    receiver.accepted[0]?.socket.resetAndDestroy();
    await until('sent again', () => receiver.accepted[1]?.messages.length === 5);
    expect(drain.cursor).toMatchObject({ acknowledged: 5, resent: 5 });
    expect(drain.status().inDoubt).toBe(0);
  });

  test('in peace, each time, although more is to come: dialled ever more seldom', async () => {
    const receiver = await receive();
    const fleet = deliver({ backoffMsMin: 20, backoffMsMax: 40 });
    const drain = fleet.add(url(receiver), { rate: { eventsPerS: 10, bytesPerS: Infinity } });
    drain.cursor.appendMany(40);
    for (let n = 0; n < 3; n++) {
      await until(
        'a connection with a message',
        () => receiver.accepted[n] && receiver.accepted[n].messages.length > 0,
      );
      receiver.accepted[n]?.socket.end();
    }
    await until('three failures', () => fleet.of('drain.failing').length >= 3);
    expect(fleet.of('drain.failing').map(({ code }) => code)).toEqual(Array(3).fill('connection_closed'));
  });
});

describe('a receiver that never reads', () => {
  test('is shown as stalled and keeps its events in doubt, within bounded memory; when it is killed all of it comes again', async () => {
    const receiver = await receive({ begin: 'stall' });
    const drain = deliver({ stallTimeoutMs: 300 }).add(url(receiver));
    drain.cursor.appendMany(100_000, 'y'.repeat(200));
    await until('stalled', () => drain.status().stalled);
    const { inDoubt, phase, lastError } = drain.status();
    expect({ phase, lastError }).toEqual({ phase: 'open', lastError: null });
    expect(inDoubt).toBeGreaterThan(0);
    const { acknowledged } = drain.cursor;
    expect(acknowledged).toBeLessThan(100_000);
    expect(inDoubt + acknowledged).toBeLessThan(100_000); // the reader pulls: the rest stays in the journal
    receiver.accepted[0]?.socket.resetAndDestroy();
    await until('a second connection', () => receiver.accepted.length === 2);
    receiver.accepted[1]?.socket.resume();
    await until('everything', () => drain.cursor.acknowledged === 100_000);
    await until('everything came', () => receiver.accepted[1]?.bytes.length === frameBytesOf(100_000));
    expect(receiver.accepted[1]?.messages).toHaveLength(100_000);
  });

  test('is closed once its window was shut for zeroWindowTimeout, with the reason', async () => {
    const receiver = await receive({ begin: 'stall' });
    const fleet = deliver({
      stallTimeoutMs: 100,
      zeroWindowTimeoutMs: 1500,
      backoffMsMin: 10_000,
      backoffMsMax: 10_000,
    });
    const drain = fleet.add(url(receiver));
    drain.cursor.appendMany(100_000, 'y'.repeat(200));
    await until('closed', () => drain.status().lastError !== null);
    expect(drain.status().lastError).toMatchObject({ code: 'stalled', attempts: 1 });
    expect(drain.status().lastError?.message).toMatch(/^The receiver has read nothing for \d+ s\.$/);
    expect(drain.status()).toMatchObject({ phase: 'waiting', inDoubt: 0 });
  });
});

/** Length of `count` frames of 200 characters each, from 1, as they go over the wire. */
function frameBytesOf(count: number): number {
  const cursor = new FakeCursor();
  cursor.append({ message: 'y'.repeat(200) });
  const fixed = '<14>1 2026-11-22T10:00:00.000Z - orchestration - orchestration.stack.create '.length;
  let bytes = 0;
  for (let n = 1; n <= count; n++) {
    const length = fixed + `[meta sequenceId="${n}"][sluice@32473 tenant="acme" id="e${n}" type="a.b"] `.length + 200;
    bytes += length + `${length} `.length;
  }
  return bytes;
}

describe('an operator or tenant', () => {
  test('pauses and resumes a drain: closed in peace, then sent on', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver));
    drain.cursor.appendMany(2);
    await until('delivered', () => drain.cursor.acknowledged === 2);
    drain.change({ paused: true });
    await until('closed', () => drain.status().phase === 'paused');
    expect(drain.cursor.settles).toBe(1);
    drain.cursor.appendMany(2);
    drain.change({ paused: false });
    await until('the rest', () => drain.cursor.acknowledged === 4);
    expect(sequenceIdsOf(await receiver.received(4))).toEqual([1, 2, 3, 4]);
  });

  test('changes the size and the elements of a live drain on the same connection', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver));
    drain.cursor.append({ message: 'before' });
    await until('delivered', () => drain.cursor.acknowledged === 1);
    drain.change({ structuredData: '[token@41058 key="abc"]', messageBytesMax: 200 });
    drain.cursor.append({ message: 'z'.repeat(400) });
    await until('delivered', () => drain.cursor.acknowledged === 2);
    const messages = await receiver.received(2);
    expect(receiver.accepted).toHaveLength(1);
    expect(messages[1]).toContain('[meta sequenceId="2"][token@41058 key="abc"][sluice@32473');
    expect(Buffer.byteLength(messages[1])).toBeLessThanOrEqual(200);
  });

  test('moves a drain to another receiver: the first is closed in peace, nothing is lost or sent twice', async () => {
    const first = await receive();
    const second = await receive();
    const fleet = deliver();
    const drain = fleet.add(url(first));
    drain.cursor.appendMany(2);
    await until('delivered', () => drain.cursor.acknowledged === 2);
    drain.change({ destination: parseDestination(url(second)) });
    drain.cursor.appendMany(2);
    await until('the rest', () => drain.cursor.acknowledged === 4);
    expect(sequenceIdsOf(await first.received(2))).toEqual([1, 2]);
    expect(sequenceIdsOf(await second.received(2))).toEqual([3, 4]);
  });

  test('removes a drain: its connection is closed and its cursor let go', async () => {
    const receiver = await receive();
    const fleet = deliver();
    const drain = fleet.add(url(receiver));
    drain.cursor.appendMany(2);
    await until('delivered', () => drain.cursor.acknowledged === 2);
    await fleet.fleet.remove(drain.id);
    expect(fleet.fleet.status(drain.id)).toBeUndefined();
    await until('the receiver saw the end', () => receiver.accepted[0]?.closed);
    drain.cursor.appendMany(2);
    expect(fleet.fleet.totals()).toMatchObject({ frames: 2, connections: 0 });
  });

  test('has limits paced, not dropped, and sees what waited', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver), { rate: { eventsPerS: 200, bytesPerS: Infinity } });
    drain.cursor.appendMany(300);
    await until('all of it', () => drain.cursor.acknowledged === 300);
    expect(sequenceIdsOf(await receiver.received(300))).toEqual(upTo(300));
    expect(drain.status().paced.events).toBeGreaterThanOrEqual(90);
    expect(drain.status().paced.ms).toBeGreaterThan(300);
  });

  test('has an event whose headers alone are too long refused, and the others sent', async () => {
    const receiver = await receive();
    const drain = deliver().add(url(receiver), { messageBytesMax: 480 });
    drain.cursor.append({}, { data: `[data@32473 k="${'v'.repeat(480)}"]` }, {});
    await until('acknowledged', () => drain.cursor.acknowledged === 3);
    expect(drain.cursor.refused).toEqual([2]);
    expect(sequenceIdsOf(await receiver.received(2))).toEqual([1, 3]);
    drain.cursor.append({ data: `[data@32473 k="${'v'.repeat(480)}"]` });
    await until('the refused one is passed', () => drain.cursor.acknowledged === 4);
  });
});

describe('the end of the agent', () => {
  test('waits for the last acknowledgements and the peers’ FINs', async () => {
    const receiver = await receive();
    const fleet = new TestFleet();
    const drains = upTo(20).map(() => fleet.add(url(receiver)));
    for (const { cursor } of drains) cursor.appendMany(100);
    await until('all are connected', () => fleet.fleet.totals().connections === 20);
    await fleet.stop();
    for (const { cursor } of drains) {
      expect(cursor.settles).toBe(1);
      expect(cursor.outstanding).toBe(false);
    }
    expect(drains.reduce((sum, { cursor }) => sum + cursor.acknowledged, 0)).toBe(fleet.fleet.totals().frames);
    await until('the receiver saw all ends', () => receiver.accepted.every(({ closed }) => closed));
  });

  test('does not wait longer than stopMsMax for a receiver that does not read', async () => {
    const receiver = await receive({ begin: 'stall' });
    const fleet = new TestFleet({ stopMsMax: 200 });
    const drain = fleet.add(url(receiver));
    drain.cursor.appendMany(100_000, 'y'.repeat(200));
    await until('something is in doubt', () => drain.status().inDoubt > 0);
    await fleet.stop();
    expect(drain.cursor).toMatchObject({ settles: 0, rewinds: 1 });
  });

  test('does not wait for a dial', async () => {
    const fleet = new TestFleet({ dialTimeoutMs: 60_000 });
    const drain = fleet.add('syslog://127.0.0.1:1');
    drain.cursor.appendMany(1);
    await until('dialled', () => fleet.fleet.totals().dials > 0);
    await fleet.stop();
    expect(drain.cursor.settles).toBe(0);
  });
});
