// FAULTS F7 while the journal runs: what the disk can't give back is lost, counted and told; the drain and the agent go on.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { ordinal } from '../../src/base/ids.js';
import { journalSchema } from '../../src/journal/schema.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { TestJournal } from '../support/journal.js';
import { until } from '../support/until.js';

const PAGE_BYTES = 4096;
const BATCH_BYTES = 16_000;

let at: TestJournal;
afterEach(() => at.remove());

/** 300 events in batches of several pages each, and the journal closed. */
async function closedWithBatches(ttlMs = 3_600_000): Promise<void> {
  const bounds = { epochMsMax: 1000, epochSettledMs: 2000, batchBytesMax: BATCH_BYTES, segmentBytes: 16_384 };
  const margin = { bytes: 0, ms: 0 };
  at = await TestJournal.open({ ttlMs, bounds: { ...bounds, youngBytesMax: 65_536 }, replayMargin: margin });
  at.drain(11);
  for (let i = 0; i < 300; i++) at.append(1, `${i}`.padEnd(500, 'Q'));
  await at.commit();
  await until('all is in batches', async () => {
    await at.pass(1000);
    return at.journal.stats().sharedBytes === 0;
  });
  await at.close();
}

function withFile(work: (database: Database) => void): void {
  const database = openDatabase(join(at.directory, 'journal.db'), { synchronous: 'NORMAL', schema: journalSchema });
  work(database);
  database.close();
}

/** Points every page that continues a row to a page that isn't there. */
function breakPages(): void {
  const path = join(at.directory, 'journal.db');
  const file = readFileSync(path);
  for (let from = PAGE_BYTES; from < file.length; from += PAGE_BYTES) {
    const page = file.subarray(from, from + PAGE_BYTES);
    // First a pointer to the next page of the row, or in a table's own page its kind, which is never 0.
    if (page[0] === 0 && page.toString('latin1').includes('QQQQ')) page.writeUInt32BE(0x7f_ff_ff_ff);
  }
  writeFileSync(path, file);
}

/** Reads what can be read, acknowledges it, and expects everything else to be counted. */
async function readsWhatIsLeft(): Promise<number> {
  const { cursor } = at.drain(11);
  const found = await at.read(cursor);
  if (found.length > 0) cursor.acknowledge(ordinal(found.at(-1)?.ordinal ?? 0), false);
  expect(cursor.acknowledged).toBe(300);
  expect(cursor.delivered).toBe(found.length);
  expect(cursor.dropped.removed).toBe(300 - found.length);
  return found.length;
}

async function goesOn(): Promise<void> {
  at.append(1, 'next');
  await at.commit();
  await at.pass(3000);
  expect(at.journal.failing).toBe(null);
  expect((await at.read(at.drain(11).cursor)).map(({ message }) => message)).toEqual(['next']);
}

describe('a batch whose pages are damaged', () => {
  test('is told and counted when a drain wants it, and the drain reads on', async () => {
    await closedWithBatches();
    breakPages();
    await at.reopen();
    expect(await readsWhatIsLeft()).toBeLessThan(100);
    expect(new Set(at.happenings.map(({ kind }) => kind))).toEqual(new Set(['journal.damaged']));
    await goesOn();
    // Its records were left in the file: no new batch takes their numbers.
    await at.reopen();
    await goesOnAfterRestart();
  });

  test('expires like any other', async () => {
    await closedWithBatches(60_000);
    breakPages();
    await at.reopen();
    at.drain(11);
    await at.pass(70_000, 1000);
    expect(at.journal.failing).toBe(null);
    expect(at.journal.stats().events).toBe(0);
    expect(at.drain(11).cursor.dropped.expired).toBe(300);
  });
});

async function goesOnAfterRestart(): Promise<void> {
  const { cursor } = at.drain(11);
  for (let i = 0; i < 100; i++) at.append(1, `after ${i}`.padEnd(500, '.'));
  await at.commit();
  await until('all is in batches', async () => {
    await at.pass(1000);
    return at.journal.stats().sharedBytes === 0;
  });
  expect(at.journal.failing).toBe(null);
  expect((await at.read(cursor)).filter(({ message }) => message.startsWith('after')).length).toBe(100);
}

test('an ordinal with a flipped byte is taken for what it is, not counted up to', async () => {
  await closedWithBatches();
  withFile((database) => {
    const [row] = database.prepare<{ number: number; records: Buffer }>('SELECT * FROM batch_records').all();
    // The high half of the first record's ordinal.
    row.records[36 + 8] ^= 0x10;
    database.prepare('UPDATE batch_records SET records = ? WHERE number = ?').run(row.records, row.number);
  });
  await at.reopen();
  expect(await readsWhatIsLeft()).toBeGreaterThan(250);
  expect(at.happenings.map(({ kind }) => kind)).toEqual(['journal.damaged']);
  await goesOn();
});

test.each(['[[11,1,99999999,5]]', '[[11,1,', '"x"'])(
  'a summary that can’t be true, %s, is refused at the start',
  async (shares) => {
    await closedWithBatches();
    withFile((database) => database.prepare('UPDATE batch SET shares = ? WHERE number = 1').run(shares));
    const refusal = await at.reopen().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(Failure);
    expect((refusal as Failure).code).toBe('state_damaged');
  },
);
