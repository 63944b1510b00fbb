import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { openDatabase } from '../../src/store/database.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-store-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const FIRST = 'CREATE TABLE fruit (name TEXT PRIMARY KEY, pieces INTEGER NOT NULL) STRICT';
const SECOND = 'ALTER TABLE fruit ADD COLUMN colour TEXT';
const open = (options: Partial<Parameters<typeof openDatabase>[1]> = {}) =>
  openDatabase(join(directory, 'state', 'a.db'), { synchronous: 'FULL', schema: [FIRST], ...options });

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a database file', () => {
  test('is made readable by its owner alone, in a directory of the same kind', () => {
    open().close();
    expect(statSync(join(directory, 'state', 'a.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700);
  });

  test('keeps what was committed and loses what was rolled back', () => {
    const first = open();
    first.transaction(() => first.prepare('INSERT INTO fruit VALUES (?, ?)').run('apple', 3));
    expect(() =>
      first.transaction(() => {
        first.prepare('INSERT INTO fruit VALUES (?, ?)').run('pear', 1);
        throw new RangeError('no pears');
      }),
    ).toThrow(RangeError);
    first.close();
    const second = open();
    expect(second.prepare('SELECT name, pieces FROM fruit').all()).toEqual([{ name: 'apple', pieces: 3 }]);
    second.close();
  });

  test('is brought from any older schema version to the newest, once', () => {
    const old = open();
    old.prepare('INSERT INTO fruit VALUES (?, ?)').run('apple', 3);
    old.close();
    for (let opened = 0; opened < 2; opened++) {
      const newer = open({ schema: [FIRST, SECOND] });
      expect(newer.prepare('SELECT name, pieces, colour FROM fruit').all()).toEqual([
        { name: 'apple', pieces: 3, colour: null },
      ]);
      newer.close();
    }
  });

  test('that a newer program wrote is refused and left alone', () => {
    open({ schema: [FIRST, SECOND] }).close();
    expect(failureOf(() => open({ schema: [FIRST] })).code).toBe('state_newer');
    open({ schema: [FIRST, SECOND] }).close();
  });

  test('whose newest schema text fails stays at the version it had', () => {
    open().close();
    expect(() => open({ schema: [FIRST, 'ALTER TABLE fruit ADD COLUMN colour TEXT; nonsense'] })).toThrow(/nonsense/);
    const again = open({ schema: [FIRST, SECOND] });
    expect(again.prepare('SELECT colour FROM fruit').all()).toEqual([]);
    again.close();
  });

  test('held exclusively refuses a second opener with state_locked until it is closed', () => {
    const holder = open({ exclusive: true });
    expect(failureOf(() => open({ exclusive: true })).code).toBe('state_locked');
    expect(failureOf(() => open()).code).toBe('state_locked');
    holder.close();
    open({ exclusive: true }).close();
  });

  test('that may not grow says disk_full, rolls back whole, and works again after something was deleted', () => {
    const small = open({ schema: ['CREATE TABLE heap (bytes BLOB)'] });
    small.limitLength(64 * 1024);
    const insert = small.prepare('INSERT INTO heap VALUES (?)');
    const rows = () => small.prepare<{ n: number }>('SELECT count(*) AS n FROM heap').get()?.n;
    insert.run(Buffer.alloc(30_000));
    const failure = failureOf(() =>
      small.transaction(() => {
        for (let row = 0; row < 10; row++) insert.run(Buffer.alloc(10_000));
      }),
    );
    expect(failure.code).toBe('disk_full');
    expect(failure.cause).toBeInstanceOf(Error);
    expect(rows()).toBe(1);
    small.prepare('DELETE FROM heap').run();
    insert.run(Buffer.alloc(30_000));
    expect(rows()).toBe(1);
    small.close();
  });

  test('full of something else is state_damaged, a directory in its place state_unusable', () => {
    open().close();
    writeFileSync(join(directory, 'state', 'a.db'), 'this is no database, whatever its name says'.repeat(100));
    expect(failureOf(() => open()).code).toBe('state_damaged');
    const path = join(directory, 'state');
    expect(failureOf(() => openDatabase(path, { synchronous: 'FULL', schema: [] })).code).toBe('state_unusable');
    expect(failureOf(() => openDatabase(join(path, 'a.db', 'b.db'), { synchronous: 'FULL', schema: [] })).code).toBe(
      'state_unusable',
    );
  });

  test('passes our own mistakes through as they are', () => {
    const database = open();
    database.prepare('INSERT INTO fruit VALUES (?, ?)').run('apple', 3);
    expect(() => database.prepare('INSERT INTO fruit VALUES (?, ?)').run('apple', 3)).toThrow(/UNIQUE/);
    expect(() => database.prepare('SELECT name FROM nowhere')).toThrow(/nowhere/);
    database.close();
  });
});
