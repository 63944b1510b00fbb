// FAULTS F4: a full disk refuses at once, loses nothing that was answered, and heals by itself.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { ordinal } from '../../src/base/ids.js';
import { newDirectory, TestJournal } from '../support/journal.js';
import { until } from '../support/until.js';

let opened: TestJournal | undefined;
afterEach(async () => {
  await opened?.remove();
  opened = undefined;
});

/** Appends and commits until the disk is full. @returns how many were answered */
async function fill(at: TestJournal): Promise<number> {
  for (let answered = 0; ; answered += 10) {
    for (let i = 0; i < 10; i++) at.append(1, `${answered + i}`.padEnd(2000, '.'));
    const outcome = at.journal.committed().then(
      () => 'answered',
      (failure: unknown) => failure,
    );
    at.clock.advance(10);
    const result = await outcome;
    if (result === 'answered') continue;
    expect(result).toBeInstanceOf(Failure);
    expect((result as Failure).code).toBe('disk_full');
    return answered;
  }
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
};

test('a full disk refuses, goes on delivering, frees what was delivered, and is whole again', async () => {
  const at = (opened = await TestJournal.open({ fileBytesMax: 400_000, replayMargin: { bytes: 0, ms: 0 } }));
  const { cursor } = at.drain(11);
  const answered = await fill(at);
  expect(answered).toBeGreaterThan(50);
  expect(codeOf(() => at.append(1, 'refused'))).toBe('disk_full');
  await expect(at.journal.committed()).rejects.toThrow(/full/);
  expect(at.journal.gate.open).toBe(true);
  expect(at.happenings.map(({ kind }) => kind)).toEqual(['journal.failing']);
  // Delivery goes on with what was answered, and that frees space.
  expect((await at.read(cursor)).length).toBe(answered);
  cursor.acknowledge(ordinal(answered), false);
  await until('space is free again', async () => {
    await at.pass(1000);
    return codeOf(() => at.append(1, 'taken')) === 'none';
  });
  await at.commit();
  expect(at.happenings.map(({ kind }) => kind)).toEqual(['journal.failing', 'journal.recovered']);
  // What was refused with its commit may come later, never what was answered twice or out of order.
  const rest = await at.read(cursor);
  expect(rest.map(({ ordinal: n }) => n)).toEqual(Array.from({ length: rest.length }, (_, i) => answered + 1 + i));
  expect(rest.at(-1)?.message).toBe('taken');
  await at.reopen();
  expect(at.drain(11).cursor.accepted).toBe(cursor.accepted);
});

test('a stop while the disk is full keeps what was answered', async () => {
  const at = (opened = await TestJournal.open({ fileBytesMax: 400_000 }));
  at.drain(11);
  const answered = await fill(at);
  expect(await at.close()).toBeUndefined();
  await at.reopen();
  expect(at.drain(11).cursor.accepted).toBeGreaterThanOrEqual(answered);
});

/** Runs a program in a mount namespace of its own, where this user may. */
const unshare = 'unshare';
const mayUnshare = spawnSync(unshare, ['-m', 'true']).status === 0;

test.skipIf(!mayUnshare)(
  'a real disk of 8 MiB fills, frees itself by delivering, and nothing that was answered is lost',
  () => {
    const directory = newDirectory();
    const program = fileURLToPath(new URL('../support/full-disk-child.mjs', import.meta.url));
    const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && exec "$2" "$3" "$1"';
    const child = spawnSync(unshare, ['-m', 'sh', '-c', script, 'sh', directory, process.execPath, program]);
    rmSync(directory, { recursive: true });
    expect(child.stderr.toString()).toBe('');
    const result = JSON.parse(child.stdout.toString());
    expect(result).toMatchObject({ byOther: { code: 'disk_full' }, byItself: { code: 'disk_full' } });
    expect(result).toMatchObject({ afterRoom: null, afterReading: null });
    expect(result.happenings).toEqual(['journal.failing', 'journal.recovered', 'journal.failing', 'journal.recovered']);
    expect(Math.max(result.byOther.ms, result.byItself.ms)).toBeLessThan(1000);
    // Half of it at the least held events, not log.
    expect(result.durable * 3000).toBeGreaterThan(4 * 2 ** 20);
    expect(result.durable).toBeGreaterThanOrEqual(result.byOther.answered + result.byItself.answered);
    // What was refused with its commit was kept all the same: read after the others, and counted.
    expect(result.read).toBeGreaterThanOrEqual(result.durable);
    expect([result.accepted, result.acknowledged, result.delivered]).toEqual([result.read, result.read, result.read]);
  },
);
