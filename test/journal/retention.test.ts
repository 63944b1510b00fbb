import { afterEach, describe, expect, test } from 'vitest';
import { ordinal } from '../../src/base/ids.js';
import { HOUR_MS, TestJournal } from '../support/journal.js';

let at: TestJournal;
afterEach(() => at.remove());

const losses = () => at.happenings.filter((happening) => happening.kind === 'journal.dropped');
const bounds = { batchBytesMax: 2000, epochMsMax: 1000 };

async function fill(tenant: number, count: number, bytes = 900): Promise<void> {
  for (let i = 0; i < count; i++) at.append(tenant, `${tenant}/${i}`.padEnd(bytes, '.'));
  await at.commit();
}

describe('expiry', () => {
  test('drops what is older than the ttl, oldest first, counted and told once', async () => {
    at = await TestJournal.open({ ttlMs: HOUR_MS, bounds });
    const { cursor } = at.drain(11);
    await fill(1, 5);
    await at.pass(HOUR_MS / 2, 10_000);
    await fill(1, 3);
    await at.pass(HOUR_MS / 2 - 2000, 10_000);
    expect(cursor.dropped.expired).toBe(0);
    await at.pass(4000);
    expect([cursor.dropped.expired, cursor.acknowledged, cursor.accepted]).toEqual([5, 5, 8]);
    expect(losses()).toEqual([{ kind: 'journal.dropped', tenant: '1', drain: '11', reason: 'expired', events: 5 }]);
    expect((await at.read(cursor)).map(({ ordinal: n }) => n)).toEqual([6, 7, 8]);
  });

  test('does not count what the receiver had acknowledged', async () => {
    at = await TestJournal.open({ ttlMs: HOUR_MS, bounds });
    const { cursor } = at.drain(11);
    await fill(1, 5);
    await at.read(cursor);
    cursor.acknowledge(ordinal(3), true);
    await at.pass(HOUR_MS + 5000, 10_000);
    expect([cursor.delivered, cursor.dropped.expired]).toEqual([3, 2]);
    cursor.acknowledge(ordinal(5), false);
    expect([cursor.delivered, cursor.dropped.expired]).toEqual([3, 2]);
  });

  test('goes on after a restart, with the losses kept', async () => {
    at = await TestJournal.open({ ttlMs: HOUR_MS, bounds });
    at.drain(11);
    await fill(1, 5);
    await at.pass(HOUR_MS + 5000, 10_000);
    await fill(1, 2);
    await at.reopen();
    expect(at.drain(11).cursor.dropped.expired).toBe(5);
    await at.pass(HOUR_MS + 5000, 10_000);
    expect(at.drain(11).cursor.dropped.expired).toBe(7);
  });
});

describe('the byte bounds', () => {
  test('of a tenant take its oldest events and nobody else’s', async () => {
    at = await TestJournal.open({ tenantBytesMax: 20_000, bounds });
    const flooder = at.drain(11).cursor;
    const quiet = at.drain(21).cursor;
    await fill(2, 10);
    await fill(1, 60);
    await at.pass(1000);
    const lost = flooder.dropped.journal_full;
    expect(lost).toBeGreaterThan(30);
    expect(quiet.dropped.journal_full).toBe(0);
    expect(flooder.backlog().bytes).toBeLessThanOrEqual(20_000);
    const left = await at.read(flooder);
    expect(left.map(({ ordinal: n }) => n)).toEqual(Array.from({ length: 60 - lost }, (_, i) => lost + i + 1));
    expect(losses().reduce((sum, { events }) => sum + events, 0)).toBe(lost);
  });

  test('of the journal take from the tenant with the most bytes first', async () => {
    at = await TestJournal.open({ bytesMax: 40_000, bounds });
    const [large, middle, small] = [11, 21, 31].map((drain) => at.drain(drain).cursor);
    await fill(3, 5);
    await fill(2, 12);
    await fill(1, 60);
    await at.pass(1000);
    expect(large.dropped.journal_full).toBeGreaterThan(30);
    expect([middle.dropped.journal_full, small.dropped.journal_full]).toEqual([0, 0]);
    expect(at.journal.stats().bytes).toBeLessThanOrEqual(40_000);
    expect(large.backlog().bytes).toBeGreaterThan(middle.backlog().bytes);
  });
});
