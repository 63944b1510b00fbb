/*
 * The precious part of the state: tenants and drains, in a file of its own, so that a lost journal never costs a registration.
 * Promise: a change that returned is on disk (fsync); a reader in the same process sees it at once.
 * Worst case: the file is damaged or newer than this program, and opening says so. Owner: agent.ts.
 */
import { join } from 'node:path';
import type { Chance, Clock } from '../base/clock.js';
import { type Database, openDatabase } from '../store/database.js';
import { DrainRows } from './drain.js';
import type { Ceilings } from './drain-rules.js';
import { TenantRows } from './tenant.js';

/** One text per version, never edited once released. AUTOINCREMENT: a number isn't given again after its row is gone. */
export const registrySchema: readonly string[] = [
  // 1: tenants with limits, drains with their choices
  `CREATE TABLE tenant (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL UNIQUE,
     events_per_s INTEGER, burst INTEGER, bytes_per_s INTEGER, drains INTEGER,
     created TEXT NOT NULL
   ) STRICT;
   CREATE TABLE drain (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     tenant INTEGER NOT NULL REFERENCES tenant (number),
     state TEXT NOT NULL,
     name TEXT NOT NULL, url TEXT NOT NULL,
     types TEXT NOT NULL, min_severity INTEGER NOT NULL,
     framing TEXT NOT NULL,
     events_per_s INTEGER, bytes_per_s INTEGER, message_bytes_max INTEGER,
     ca TEXT, client_cert TEXT, client_key TEXT, server_name TEXT, fingerprint TEXT,
     structured_data TEXT,
     created TEXT NOT NULL,
     UNIQUE (tenant, url)
   ) STRICT;`,
];

export class Registry {
  readonly tenants: TenantRows;
  readonly drains: DrainRows;
  readonly #database: Database;

  private constructor(database: Database, clock: Clock, chance: Chance, ceilings: Ceilings) {
    this.#database = database;
    this.tenants = new TenantRows(database, clock);
    this.drains = new DrainRows(database, this.tenants, ceilings, clock, chance);
  }

  /**
   * Opens `registry.db` in `directory`, or makes it, for this process alone.
   * @param ceilings the operator's limits that a drain may not exceed
   * @throws Failure state_locked, state_newer, state_damaged, state_unusable, disk_full
   */
  static open(directory: string, clock: Clock, chance: Chance, ceilings: Ceilings): Registry {
    const path = join(directory, 'registry.db');
    const database = openDatabase(path, { synchronous: 'FULL', schema: registrySchema, exclusive: true });
    return new Registry(database, clock, chance, ceilings);
  }

  /** Folds the write-ahead log in and lets the file go. */
  close(): void {
    this.#database.close();
  }
}
