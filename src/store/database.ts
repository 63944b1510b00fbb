/*
 * One SQLite file: opened safely, brought to its schema version, closed with its write-ahead log folded in. The only importer of the driver.
 * Promise: a transaction is on disk whole or not at all; what the disk or another process did arrives as a Failure (disk_full, state_locked,
 * state_newer, state_damaged, state_unusable, journal_failed), our own mistakes (SQL, constraints) as they are.
 * Worst case: a call blocks its thread for one fsync, or for `busyMsMax` while another process holds the file. Owner: registry/, journal/worker.ts.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';

export interface DatabaseOptions {
  /** FULL: a commit returns after fsync and survives power loss. NORMAL: it survives the end of the process. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** One SQL text per schema version, oldest first; never edited once released, only added to. */
  readonly schema: readonly string[];
  /** Holds the file for this connection alone until it is closed or its process ends; a second opener gets `state_locked`. */
  readonly exclusive?: boolean;
  /** Size of a page, bytes, when the file is made: a power of two, 512 to 65536. Default: SQLite's 4096. */
  readonly pageBytes?: number;
  /** Memory for pages, bytes. Default: SQLite's 2 MB. */
  readonly cacheBytes?: number;
  /** The write-ahead log is folded into the file beyond this length, bytes. Default: SQLite's 1000 pages. */
  readonly checkpointBytes?: number;
}

/** What SQLite stores and gives back: REAL and INTEGER as numbers (exact up to 2^53), BLOB as bytes. */
export type SqlValue = number | string | Uint8Array | null;

/** One prepared statement. `Row` is what its columns make; nothing checks it but the SQL beside it. */
export interface Statement<Row> {
  /** Runs it; the number of rows changed and the last ROWID. */
  run(...values: SqlValue[]): { readonly changes: number; readonly lastId: number };
  /** The first row, if there is one. */
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  /** Row by row, for results that may not fit into memory; no other statement may run meanwhile. */
  each(values: readonly SqlValue[], visit: (row: Row) => void): void;
}

/** SQLite's own bound. */
const PAGES_MAX = 2 ** 32 - 2;

const require = createRequire(import.meta.url);

/** Loads the driver. Version 13 needs Node-API 10 and ends the process without it, so this is asked first. */
function driver(): typeof BetterSqlite3 {
  const { version } = require('better-sqlite3/package.json') as { version: string };
  if (Number.parseInt(version, 10) >= 13 && Number(process.versions['napi']) < 10) {
    throw new Failure('state_unusable', `better-sqlite3 ${version} does not run on Node ${process.versions.node}.`, {
      hint: 'Run Node 22.14 or newer, or install better-sqlite3 12.',
    });
  }
  return require('better-sqlite3') as typeof BetterSqlite3;
}

/**
 * Opens the file, makes it (mode 0600, its directory 0700) if it isn't there, and brings it to the newest schema version.
 * @param path absolute path of the database file
 * @throws Failure state_locked, state_newer, state_damaged, state_unusable, disk_full
 */
export function openDatabase(path: string, options: DatabaseOptions): Database {
  const Driver = driver();
  makeFile(path);
  let handle: BetterSqlite3.Database | undefined;
  try {
    handle = new Driver(path, { timeout: limits.databaseBusyMsMax });
    setPragmas(handle, options);
    migrate(handle, path, options.schema);
    return new Database(handle);
  } catch (error) {
    handle?.close();
    throw translated(error, 'opening');
  }
}

/** An open file. Statements and transactions of one Database belong to one thread. */
export class Database {
  readonly #handle: BetterSqlite3.Database;

  constructor(handle: BetterSqlite3.Database) {
    this.#handle = handle;
  }

  /** Prepares `sql`, which holds one statement; values are bound to its `?`. */
  prepare<Row = unknown>(sql: string): Statement<Row> {
    const statement = guarded(() => this.#handle.prepare<SqlValue[], Row>(sql));
    return {
      run: (...values) =>
        guarded(() => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes, lastId: Number(lastInsertRowid) };
        }),
      get: (...values) => guarded(() => statement.get(...values)),
      all: (...values) => guarded(() => statement.all(...values)),
      each: (values, visit) =>
        guarded(() => {
          for (const row of statement.iterate(...values)) visit(row);
        }),
    };
  }

  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; whatever it throws rolls everything back and is thrown on. Not nestable. */
  transaction<Result>(work: () => Result): Result {
    return guarded(() => {
      this.#handle.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#handle.exec('COMMIT');
        return result;
      } catch (error) {
        // After some errors SQLite has rolled back by itself.
        if (this.#handle.inTransaction) this.#handle.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** From now on a transaction that makes the file longer than `bytes`, and than it is, fails with `disk_full`. */
  limitLength(bytes: number): void {
    guarded(() => {
      const pageBytes = Number(this.#handle.pragma('page_size', { simple: true }));
      this.#handle.pragma(`max_page_count = ${Math.max(1, Math.floor(Math.min(bytes / pageBytes, PAGES_MAX)))}`);
    });
  }

  /** Folds the write-ahead log into the file and starts it anew; `truncate` gives its disk space back too. */
  checkpoint(mode: 'restart' | 'truncate'): void {
    guarded(() => this.#handle.pragma(`wal_checkpoint(${mode})`));
  }

  /** Folds the write-ahead log in and lets the file go. Later calls throw. */
  close(): void {
    guarded(() => this.#handle.close());
  }
}

function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // 'wx' never opens a file that is there: closing a second descriptor of it would drop this process's POSIX locks.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure('disk_full', 'No space to make the database.', { cause: error });
    }
    throw new Failure('state_unusable', `Can't make ${path}: ${code ?? 'unknown error'}.`, { cause: error });
  }
}

function setPragmas(handle: BetterSqlite3.Database, options: DatabaseOptions): void {
  if (options.pageBytes !== undefined) handle.pragma(`page_size = ${options.pageBytes}`);
  // Before journal_mode: so WAL keeps its index in memory and the lock is taken with the first read.
  if (options.exclusive === true) handle.pragma('locking_mode = EXCLUSIVE');
  handle.pragma('journal_mode = WAL');
  handle.pragma(`synchronous = ${options.synchronous}`);
  handle.pragma('foreign_keys = ON');
  const pageBytes = Number(handle.pragma('page_size', { simple: true }));
  if (options.cacheBytes !== undefined) handle.pragma(`cache_size = ${-Math.ceil(options.cacheBytes / 1024)}`);
  if (options.checkpointBytes !== undefined) {
    handle.pragma(`wal_autocheckpoint = ${Math.ceil(options.checkpointBytes / pageBytes)}`);
    handle.pragma(`journal_size_limit = ${2 * options.checkpointBytes}`);
  }
}

/** Runs the schema texts that `user_version` says are missing, all in one transaction, which also takes an exclusive lock. */
function migrate(handle: BetterSqlite3.Database, path: string, schema: readonly string[]): void {
  handle.exec('BEGIN IMMEDIATE');
  const version = Number(handle.pragma('user_version', { simple: true }));
  if (version > schema.length) {
    throw new Failure('state_newer', `${path} has schema version ${version}; this Sluice knows ${schema.length}.`);
  }
  for (const sql of schema.slice(version)) handle.exec(sql);
  if (version < schema.length) handle.pragma(`user_version = ${schema.length}`);
  handle.exec('COMMIT');
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw translated(error, 'using');
  }
}

/** The one place that reads SQLite's error codes. What isn't the world's doing (SQL, constraints, misuse) comes back as it is. */
function translated(error: unknown, doing: 'opening' | 'using'): unknown {
  if (!(error instanceof Error) || error.name !== 'SqliteError') return error;
  const { code } = error as Error & { readonly code: string };
  const failure = (kind: Failure['code'], message: string) =>
    new Failure(kind, `${message} (${code}).`, { cause: error });
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') return failure('disk_full', 'The disk is full');
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return failure('state_locked', 'Another process holds this state');
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return failure('state_damaged', 'The database is damaged');
  }
  const world = /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|AUTH|NOLFS|PROTOCOL|NOMEM)/.test(code);
  if (!world) return error;
  return doing === 'opening'
    ? failure('state_unusable', "The database can't be opened")
    : failure('journal_failed', 'The disk failed under the database');
}
