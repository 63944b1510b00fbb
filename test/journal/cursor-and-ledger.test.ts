import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ordinal, tenantNumber, drainNumber } from '../../src/base/ids.js';
import { Filter } from '../../src/event/filter.js';
import type { Cursor } from '../../src/journal/journal.js';
import { TestJournal } from '../support/journal.js';

let at: TestJournal;
beforeEach(async () => {
  at = await TestJournal.open();
});
afterEach(() => at.remove());

const messages = async (cursor: Cursor, max?: number) => (await at.read(cursor, max)).map(({ message }) => message);
async function appendAll(tenant: number, ...all: string[]): Promise<void> {
  for (const message of all) at.append(tenant, message);
  await at.commit();
}

describe('a cursor', () => {
  test('shows an event after its commit and not before', async () => {
    const { cursor } = at.drain(11);
    at.append(1, 'one');
    expect(await messages(cursor)).toEqual([]);
    await at.commit();
    at.append(1, 'two');
    expect(await at.read(cursor)).toEqual([{ ordinal: 1, message: 'one' }]);
  });

  test('is told once per commit that there is something to read', async () => {
    const { cursor } = at.drain(11);
    let told = 0;
    cursor.onReady = () => (told += 1);
    await appendAll(1, 'one', 'two');
    await appendAll(1, 'three');
    expect(told).toBe(2);
  });

  test('starts at the end of the journal when its drain is new', async () => {
    at.drain(11);
    await appendAll(1, 'before');
    const { cursor } = at.drain(12);
    await appendAll(1, 'after');
    expect(await at.read(cursor)).toEqual([{ ordinal: 1, message: 'after' }]);
    expect(await messages(at.drain(11).cursor)).toEqual(['before', 'after']);
  });

  test('numbers what its filter takes at append, and counts the rest as filtered; a new filter is for later events', async () => {
    const { cursor } = at.drain(11, Filter.parse(['a.*'], 7));
    at.append(1, 'a', 'a.b');
    at.append(1, 'x', 'x');
    cursor.filter = Filter.parse(['x'], 7);
    at.append(1, 'y', 'x');
    await at.commit();
    expect(await at.read(cursor)).toEqual([
      { ordinal: 1, message: 'a' },
      { ordinal: 2, message: 'y' },
    ]);
    expect([cursor.accepted, cursor.filtered]).toEqual([2, 1]);
  });

  test('gives a record that was not taken again, and after a rewind everything past resume, counted as resent', async () => {
    const { cursor } = at.drain(11);
    await appendAll(1, 'one', 'two', 'three');
    expect(await messages(cursor, 2)).toEqual(['one', 'two']);
    expect(await messages(cursor)).toEqual(['three']);
    cursor.acknowledge(ordinal(1), true);
    cursor.rewind();
    expect(await messages(cursor)).toEqual(['one', 'two', 'three']);
    expect([cursor.resent, cursor.delivered, cursor.acknowledged]).toEqual([3, 1, 1]);
  });

  test('starts after what was acknowledged when the connection had closed cleanly', async () => {
    const { cursor } = at.drain(11);
    await appendAll(1, 'one', 'two');
    await messages(cursor);
    cursor.acknowledge(ordinal(2), false);
    cursor.settle();
    cursor.rewind();
    expect(await messages(cursor)).toEqual([]);
  });

  test('counts a refused record as too large once everything before it is resolved', async () => {
    const { cursor } = at.drain(11);
    await appendAll(1, 'one', 'two', 'three', 'four');
    await messages(cursor);
    cursor.refuse(ordinal(2));
    cursor.refuse(ordinal(4));
    expect([cursor.delivered, cursor.dropped.too_large]).toEqual([0, 0]);
    cursor.acknowledge(ordinal(1), true);
    expect([cursor.acknowledged, cursor.delivered, cursor.dropped.too_large]).toEqual([2, 1, 1]);
    cursor.acknowledge(ordinal(3), false);
    expect([cursor.acknowledged, cursor.delivered, cursor.dropped.too_large]).toEqual([4, 2, 2]);
  });

  test('throws when more is acknowledged than was read: that is a bug', async () => {
    const { cursor } = at.drain(11);
    await appendAll(1, 'one');
    expect(() => cursor.acknowledge(ordinal(1), false)).toThrow(/only what was read/);
  });

  test('tells its backlog in events, bytes and age', async () => {
    const { cursor } = at.drain(11);
    const startMs = at.clock.now();
    await appendAll(1, 'one', 'two', 'three', 'four');
    const all = cursor.backlog();
    expect([all.events, all.oldestMs]).toEqual([4, startMs]);
    await messages(cursor);
    cursor.acknowledge(ordinal(2), true);
    expect(cursor.backlog().events).toBe(2);
    expect(cursor.backlog().bytes).toBeGreaterThan(all.bytes * 0.4);
    expect(cursor.backlog().bytes).toBeLessThan(all.bytes * 0.6);
    cursor.acknowledge(ordinal(4), false);
    expect(cursor.backlog()).toEqual({ events: 0, bytes: 0, oldestMs: null });
  });
});

describe('the ledger', () => {
  test('is exact across a clean restart, and reading goes on where resume is', async () => {
    const { cursor } = at.drain(11, Filter.parse(['a.*'], 7));
    at.append(1, 'left out', 'x');
    await appendAll(1, 'one', 'two', 'three');
    await messages(cursor);
    cursor.refuse(ordinal(3));
    cursor.acknowledge(ordinal(2), false);
    cursor.settle();
    await appendAll(1, 'four');
    await at.reopen();
    const { cursor: again } = at.drain(11);
    const { accepted, acknowledged, delivered, resume, filtered, dropped } = again;
    expect({ accepted, acknowledged, delivered, resume, filtered, dropped }).toEqual({
      accepted: 4,
      acknowledged: 3,
      delivered: 2,
      resume: 3,
      filtered: 1,
      dropped: { expired: 0, journal_full: 0, too_large: 1, removed: 0 },
    });
    expect(await at.read(again)).toEqual([{ ordinal: 4, message: 'four' }]);
  });

  test('goes on counting positions and ordinals after a restart with an empty journal', async () => {
    const { cursor } = at.drain(11);
    await appendAll(1, 'one', 'two');
    await messages(cursor);
    cursor.acknowledge(ordinal(2), false);
    cursor.settle();
    await at.pass(40_000);
    expect(at.journal.stats().bytes).toBe(0);
    await at.reopen();
    const { cursor: again } = at.drain(11);
    await appendAll(1, 'three');
    expect(await at.read(again)).toEqual([{ ordinal: 3, message: 'three' }]);
  });

  test('counts what a removed drain had not delivered, and lets go of it', async () => {
    const { log, cursor } = at.drain(11);
    const other = at.drain(12).cursor;
    await appendAll(1, 'one', 'two', 'three');
    await messages(cursor);
    await messages(other);
    cursor.acknowledge(ordinal(1), false);
    other.acknowledge(ordinal(3), false);
    other.settle();
    expect(log.closeDrain(drainNumber(11))).toBe(2);
    expect(log.closeDrain(drainNumber(11))).toBe(0);
    expect(at.journal.stats().events).toBe(0);
    await at.reopen();
    expect(at.journal.tenant(tenantNumber(1)).cursors.map((left) => left.drain)).toEqual([12]);
  });

  test('of a forgotten tenant is gone, also after a restart', async () => {
    at.drain(11);
    at.drain(21);
    await appendAll(1, 'one');
    at.journal.forgetTenant(tenantNumber(1));
    expect(at.append(1, 'two')).toBe('unrouted');
    await at.pass(1000);
    await at.reopen();
    expect([...at.journal.tenants()].map((log) => log.number)).toEqual([2]);
  });
});

describe('append', () => {
  test('says what became of an event', () => {
    expect(at.append(1, 'nobody')).toBe('unrouted');
    at.drain(11, Filter.parse(['a.*'], 7));
    expect(at.append(1, 'not wanted', 'x')).toBe('unmatched');
    expect(at.append(1, 'wanted', 'a.b')).toBe('kept');
    expect(at.journal.stats().events).toBe(1);
  });

  test('takes a record that is longer than a segment', async () => {
    const { cursor } = at.drain(11);
    const long = 'm'.repeat(3 * 2 ** 20);
    await appendAll(1, 'before', long, 'after');
    expect((await messages(cursor)).map((message) => message.length)).toEqual([6, long.length, 5]);
  });
});
