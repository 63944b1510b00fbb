// FAULTS F1, short form: a real process is killed while it appends, compacts and trims; every event that it answered is there.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { newDirectory, TestJournal } from '../support/journal.js';

const KILLS = Number(process.env['KILLS'] ?? 12);
const program = fileURLToPath(new URL('../support/journal-child.mjs', import.meta.url));
const directory = newDirectory();
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Numbers that the process had answered when it was killed, `ms` after it was ready. */
async function appendAndKill(first: number, ms: number): Promise<number[]> {
  const child = spawn(process.execPath, [program, directory, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), ms);
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  // A line that isn't ended was cut by the kill.
  return output.split('\n').slice(1, -1).map(Number);
}

test('every answered event is there after each of many kills, in order and with the number it had', async () => {
  const answered = new Set<number>();
  const numbers = new Map<string, number>();
  let next = 1;
  let clock: TestJournal['clock'] | undefined;
  for (let kill = 0; kill < KILLS; kill++) {
    const batch = await appendAndKill(next, 20 + ((kill * 67) % 400));
    for (const number of batch) answered.add(number);
    const at = await TestJournal.open({}, directory, clock);
    clock = at.clock;
    const { cursor } = at.drain(11);
    const found = await at.read(cursor);
    expect(found.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: cursor.accepted }, (_, i) => i + 1));
    const names = found.map(({ message }) => Number.parseInt(message, 10));
    expect(names).toEqual(names.toSorted((one, other) => one - other));
    expect([...answered].filter((number) => !names.includes(number))).toEqual([]);
    for (const { ordinal, message } of found) {
      expect(numbers.get(message) ?? ordinal).toBe(ordinal);
      numbers.set(message, ordinal);
    }
    const reading = at.drain(12).cursor;
    expect(reading.delivered).toBe(reading.acknowledged);
    expect((await at.read(reading)).map(({ ordinal }) => ordinal)).toEqual(
      Array.from({ length: reading.accepted - reading.resume }, (_, i) => reading.resume + i + 1),
    );
    expect(at.happenings).toEqual([]);
    await at.close();
    next = Math.max(0, ...names) + 1;
  }
  expect(answered.size).toBeGreaterThan(KILLS * 10);
}, 120_000);
