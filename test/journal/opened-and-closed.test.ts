import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { CommitThread } from '../../src/journal/commit-thread.js';
import { Journal } from '../../src/journal/journal.js';
import { journalSchema } from '../../src/journal/schema.js';
import { openDatabase } from '../../src/store/database.js';
import { newDirectory, settingsFor, TestJournal } from '../support/journal.js';

let at: TestJournal;
afterEach(async () => {
  vi.restoreAllMocks();
  await at.remove();
});

const codeOf = (error: unknown): string => (error instanceof Failure ? error.code : String(error));

describe('a journal', () => {
  test('belongs to one agent at a time: the second is refused with state_locked, and may have it after the first', async () => {
    at = await TestJournal.open();
    const second = Journal.open(settingsFor(at.directory), at.clock, () => undefined);
    expect(codeOf(await second.catch((error: unknown) => error))).toBe('state_locked');
    await at.reopen();
  });

  test('that is killed right after the first commit of a new drain knows the drain and its event', async () => {
    at = await TestJournal.open();
    at.drain(11);
    at.append(1, 'one');
    await at.commit();
    const image = newDirectory();
    cpSync(at.directory, image, { recursive: true });
    await at.remove();
    at = await TestJournal.open({}, image);
    expect((await at.read(at.drain(11).cursor)).map(({ message }) => message)).toEqual(['one']);
  });

  test('that is stopping refuses events, commits those it has, and answers for them', async () => {
    at = await TestJournal.open();
    at.drain(11);
    at.append(1, 'last');
    const committed = at.journal.committed();
    const closed = at.close();
    await closed;
    await committed;
    expect(() => at.append(1, 'too late')).toThrow(/stopping/);
    await at.reopen();
    expect(at.drain(11).cursor.accepted).toBe(1);
  });

  test('whose disk failed answers nothing any more, and its run rejects', async () => {
    at = await TestJournal.open();
    at.drain(11);
    vi.spyOn(CommitThread.prototype, 'write').mockRejectedValueOnce(new Failure('journal_failed', 'EIO'));
    at.append(1, 'one');
    const committed = at.journal.committed().catch(codeOf);
    at.clock.advance(10);
    expect(await committed).toBe('journal_failed');
    expect(codeOf(await at.ran)).toBe('journal_failed');
    expect(() => at.append(1, 'two')).toThrow(/EIO/);
    expect(await at.journal.committed().catch(codeOf)).toBe('journal_failed');
    expect(at.happenings.map(({ kind }) => kind)).toEqual(['journal.failing']);
  });

  test('fails what waits when its thread ends', async () => {
    at = await TestJournal.open();
    const options = {
      epochBytesMax: 1000,
      epochMsMax: 1000,
      batchBytesMax: 1000,
      checkpointBytes: 1e6,
      cacheBytes: 1e6,
    };
    const path = join(at.directory, 'other.db');
    const { thread } = await CommitThread.start({ path, durability: 'full', ...options });
    await thread.kill();
    expect(codeOf(await thread.write({ blocks: [] }).catch((error: unknown) => error))).toBe('journal_failed');
    await thread.close();
  });

  test('shuts its gate when too much is uncommitted, and lifts it after the commit', async () => {
    at = await TestJournal.open({ bounds: { uncommittedBytesHigh: 10_000, uncommittedBytesLow: 5000 } });
    at.drain(11);
    while (at.journal.gate.open) at.append(1, 'x'.repeat(1000));
    expect(at.journal.stats().uncommittedBytes).toBeGreaterThan(10_000);
    const lifted = at.journal.gate.wait();
    at.clock.advance(10);
    await lifted;
    expect(at.journal.gate.open).toBe(true);
  });
});

/** Runs one statement on the closed file, and opens it again. */
async function damage(sql: string): Promise<void> {
  await at.close();
  const database = openDatabase(join(at.directory, 'journal.db'), { synchronous: 'NORMAL', schema: journalSchema });
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
  await at.reopen();
}

describe('damage', () => {
  test('of a block is reported at the start; what is left is delivered, what is lost is counted', async () => {
    at = await TestJournal.open();
    at.drain(11);
    for (const message of ['one', 'two', 'three']) {
      at.append(1, message);
      await at.commit();
    }
    await damage('UPDATE block SET records = zeroblob(length(records)) WHERE number = 2');
    expect(at.happenings.map(({ kind }) => kind)).toEqual(['journal.damaged']);
    const { cursor } = at.drain(11);
    expect((await at.read(cursor)).map(({ message }) => message)).toEqual(['one', 'three']);
    expect(cursor.accepted).toBe(3);
    const { ordinal } = { ordinal: cursor.next - 1 };
    cursor.acknowledge(ordinal as never, false);
    expect([cursor.delivered, cursor.dropped.removed, cursor.acknowledged]).toEqual([2, 1, 3]);
  });

  test('of a batch is reported when it is read, and its events are counted as lost', async () => {
    at = await TestJournal.open({ bounds: { epochMsMax: 500, epochSettledMs: 500, batchBytesMax: 500 } });
    at.drain(11);
    for (const message of ['one', 'two', 'three']) {
      at.append(1, message.padEnd(300, '.'));
      await at.commit();
      await at.pass(3000);
    }
    await damage("UPDATE batch_records SET records = x'00ff' WHERE number = 2");
    const { cursor } = at.drain(11);
    expect((await at.read(cursor)).map(({ ordinal }) => ordinal)).toEqual([1, 3]);
    expect(at.happenings.at(-1)).toEqual({ kind: 'journal.damaged', where: 'batch', events: 1 });
    cursor.acknowledge(3 as never, false);
    expect([cursor.delivered, cursor.dropped.removed, cursor.acknowledged]).toEqual([2, 1, 3]);
  });
});
