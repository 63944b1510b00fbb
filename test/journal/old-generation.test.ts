// Two generations: a stuck drain pins its own bytes only, reads back in sequence, and memory stays within its bounds.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ordinal, tenantNumber } from '../../src/base/ids.js';
import { Filter } from '../../src/event/filter.js';
import { openDatabase } from '../../src/store/database.js';
import { journalSchema } from '../../src/journal/schema.js';
import { TestJournal } from '../support/journal.js';
import { until } from '../support/until.js';

let at: TestJournal;
afterEach(() => at.remove());

const bounds = {
  segmentBytes: 16_384,
  youngBytesMax: 65_536,
  epochBytesMax: 32_768,
  epochMsMax: 1000,
  epochSettledMs: 5000,
  batchBytesMax: 8192,
  coldReadBytesMax: 16_384,
  coldBytesMax: 32_768,
};

/** Lets time pass until nothing is left in shared blocks. */
const compacted = () =>
  until('all shared blocks are rewritten or deleted', async () => {
    await at.pass(1000);
    return at.journal.stats().sharedBytes === 0;
  });

/** Rows of a table of the closed file. */
function rows<Row>(sql: string): Row[] {
  const database = openDatabase(join(at.directory, 'journal.db'), { synchronous: 'NORMAL', schema: journalSchema });
  const found = database.prepare<Row>(sql).all();
  database.close();
  return found;
}

async function trickle(seconds: number, tenants: readonly number[], reader?: () => Promise<void>): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (const tenant of tenants)
      for (let i = 0; i < 3; i++) at.append(tenant, `${tenant}/${second}/${i}`.padEnd(300, '.'));
    await at.commit();
    await reader?.();
    await at.pass(990, 330);
  }
}

describe('the old generation', () => {
  test('holds what a stuck drain still wants, and nothing of drains that keep up', async () => {
    at = await TestJournal.open({ bounds, replayMargin: { bytes: 4096, ms: 2000 } });
    const stuck = at.drain(11).cursor;
    const healthy = at.drain(21).cursor;
    await trickle(40, [1, 2], async () => {
      await at.read(healthy);
      healthy.acknowledge(ordinal(healthy.accepted), false);
    });
    await compacted();
    await at.close();
    expect(rows('SELECT number FROM block')).toEqual([]);
    const batches = rows<{ tenant: number; bytes: number; events: number }>('SELECT tenant, bytes, events FROM batch');
    expect(new Set(batches.map(({ tenant }) => tenant))).toEqual(new Set([1]));
    expect(batches.reduce((sum, { events }) => sum + events, 0)).toBe(stuck.accepted);
    // Small neighbours are merged: 40 seconds of about 1.3 KB each in 8 KiB batches, not 40 of them.
    expect(batches.length).toBeLessThan(20);
    expect(Math.max(...batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(8192);
  });

  test('leaves out the records that only drains which are past them had wanted', async () => {
    at = await TestJournal.open({ bounds, replayMargin: { bytes: 0, ms: 0 } });
    at.drain(11, Filter.parse(['rare'], 7));
    const healthy = at.drain(12).cursor;
    for (let i = 0; i < 60; i++) at.append(1, String(i), i % 20 === 0 ? 'rare' : 'often');
    await at.commit();
    await at.read(healthy);
    healthy.acknowledge(ordinal(60), false);
    await compacted();
    expect(at.journal.stats().events).toBe(3);
  });

  test('is read back in order by a drain that comes back late, while another goes on live', async () => {
    at = await TestJournal.open({ bounds });
    const late = at.drain(11).cursor;
    const live = at.drain(12).cursor;
    const seen: number[] = [];
    await trickle(30, [1], async () => {
      seen.push(...(await at.read(live)).map(({ ordinal: n }) => n));
    });
    const all = Array.from({ length: 90 }, (_, i) => i + 1);
    expect(seen).toEqual(all);
    expect((await at.read(late)).map(({ ordinal: n }) => n)).toEqual(all);
    late.rewind();
    expect((await at.read(late)).map(({ message }) => message)[89]).toMatch(/^1\/29\/2/);
    expect(late.resent).toBe(90);
  });

  test('is written at once for a drain that wants to read what has left memory', async () => {
    at = await TestJournal.open({ bounds });
    const { cursor } = at.drain(11);
    const other = at.drain(21).cursor;
    for (let i = 0; i < 400; i++) at.append(1 + (i % 2), String(i).padEnd(700, '.'));
    await at.commit();
    expect(at.journal.stats().memoryBytes).toBeLessThanOrEqual(bounds.youngBytesMax + 400 * 900);
    for (let i = 0; i < 100; i++) at.append(1 + (i % 2), 'more'.padEnd(700, '.'));
    await at.commit();
    expect(at.journal.stats().memoryBytes).toBeLessThanOrEqual(bounds.youngBytesMax + bounds.segmentBytes);
    expect((await at.read(cursor)).length).toBe(250);
    // One tenant's records lie in batches and in blocks now: they count once, also after a restart.
    expect(at.journal.stats().events).toBe(500);
    expect((await at.read(other)).length).toBe(250);
  });

  test('is not counted again at a restart, while the blocks that it was written from are still there', async () => {
    at = await TestJournal.open({ bounds: { ...bounds, epochSettledMs: 1_000_000 } });
    const { cursor } = at.drain(11);
    at.drain(21);
    for (let i = 0; i < 400; i++) at.append(1 + (i % 2), String(i).padEnd(700, '.'));
    await at.commit();
    for (let i = 0; i < 100; i++) at.append(1 + (i % 2), 'more'.padEnd(700, '.'));
    await at.commit();
    await at.read(cursor);
    expect(at.journal.stats().sharedBytes).toBeGreaterThan(100_000);
    await at.reopen();
    expect(at.journal.stats().events).toBe(500);
    expect((await at.read(at.drain(11).cursor)).length).toBe(250);
    expect((await at.read(at.drain(21).cursor)).length).toBe(250);
  });

  test('takes over at a restart: everything that waits is there, whatever generation it was in', async () => {
    at = await TestJournal.open({ bounds });
    at.drain(11);
    await trickle(20, [1]);
    await at.reopen();
    expect(at.drain(11).cursor.backlog().events).toBe(60);
    await trickle(3, [1]);
    expect((await at.read(at.drain(11).cursor)).map(({ ordinal: n }) => n)).toEqual(
      Array.from({ length: 69 }, (_, i) => i + 1),
    );
  });

  test('keeps the margin on disk, not in memory', async () => {
    at = await TestJournal.open({ bounds });
    const { cursor } = at.drain(11);
    for (let burst = 0; burst < 20; burst++) {
      for (let i = 0; i < 30; i++) at.append(1, 'm'.repeat(700));
      await at.commit();
      await at.read(cursor);
      cursor.acknowledge(ordinal(cursor.accepted), false);
    }
    expect(cursor.resume).toBe(0);
    expect(at.journal.stats().memoryBytes).toBeLessThanOrEqual(bounds.youngBytesMax + bounds.segmentBytes);
    cursor.rewind();
    expect((await at.read(cursor)).length).toBe(600);
    await at.pass(32_000);
    await at.close();
    expect(statSync(join(at.directory, 'journal.db')).size).toBeGreaterThan(0);
  });

  test('holds ten thousand stuck drains in little memory', async () => {
    at = await TestJournal.open({});
    for (let tenant = 1; tenant <= 10_000; tenant++) at.drain(tenant * 10 + 1);
    const before = process.memoryUsage().heapUsed;
    for (let second = 0; second < 20; second++) {
      for (let tenant = 1; tenant <= 10_000; tenant++) at.append(tenant, 'x'.repeat(100));
      await at.commit();
      await at.pass(10_000, 1000);
    }
    await at.pass(60_000, 1000);
    const { events, memoryBytes } = at.journal.stats();
    expect(events).toBe(200_000);
    expect(memoryBytes).toBeLessThan(70 * 2 ** 20);
    expect((process.memoryUsage().heapUsed - before) / 10_000).toBeLessThan(20_000);
    expect((await at.read(at.drain(77_771).cursor)).length).toBe(20);
  });

  test('takes nothing more of a tenant once its drain has caught up with what is in memory', async () => {
    at = await TestJournal.open({ bounds: { ...bounds, epochSettledMs: 500_000 } });
    const { cursor, log } = at.drain(11);
    for (let i = 0; i < 300; i++) {
      at.append(1, String(i).padEnd(500, '.'));
      if (i % 20 === 19) await at.commit();
    }
    expect((await at.read(cursor)).length).toBe(300);
    const before = log.extents.filter(({ batch }) => batch !== 0).length;
    for (let i = 0; i < 50; i++) {
      at.append(1, 'live');
      await at.commit();
      expect((await at.read(cursor)).length).toBe(1);
    }
    expect(log.extents.filter(({ batch }) => batch !== 0).length).toBe(before);
  });

  test('of a tenant that is forgotten while it is written is let go of', async () => {
    at = await TestJournal.open({ bounds });
    const { cursor } = at.drain(11);
    for (let i = 0; i < 300; i++) {
      at.append(1, String(i).padEnd(500, '.'));
      if (i % 20 === 19) await at.commit();
    }
    await at.pass(10);
    // It has left memory, so its rewriting begins at once.
    expect(cursor.read(() => true)).toBe('loading');
    at.journal.forgetTenant(tenantNumber(1));
    await at.pass(5000);
    expect(at.journal.stats()).toMatchObject({ bytes: 0, events: 0, sharedBytes: 0 });
    await at.close();
    expect(rows('SELECT number FROM batch')).toEqual([]);
  });
});
