/*
 * The tenants that the operator added, each with limits of its own where it has some.
 * Promise: a number is never used twice, so that what the journal holds for a removed tenant never becomes another's.
 * Worst case: one fsync per change. Owner: registry.ts.
 */
import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import { type TenantName, type TenantNumber, tenantNumber } from '../base/ids.js';
import type { Database } from '../store/database.js';
import type { NewTenant, PatchTenant } from './input.js';

export interface Tenant {
  readonly number: TenantNumber;
  readonly name: TenantName;
  /** Its own; null: the operator's default. Events/s, events at once, bytes/s, number of drains. */
  readonly limits: {
    readonly events_per_s: number | null;
    readonly burst: number | null;
    readonly bytes_per_s: number | null;
    readonly drains: number | null;
  };
  /** RFC 3339, UTC. */
  readonly created: string;
}

interface Row {
  readonly number: number;
  readonly name: TenantName;
  readonly events_per_s: number | null;
  readonly burst: number | null;
  readonly bytes_per_s: number | null;
  readonly drains: number | null;
  readonly created: string;
}

const columns = 'number, name, events_per_s, burst, bytes_per_s, drains, created';

const tenantOf = ({ number, name, created, ...limits }: Row): Tenant => ({
  number: tenantNumber(number),
  name,
  limits,
  created,
});

/** The journal's records have 32 bits for a tenant's and a drain's number. */
export const rowNumberMax = 2 ** 32 - 1;

export class TenantRows {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** All, by name. */
  list(): Tenant[] {
    return this.#database.prepare<Row>(`SELECT ${columns} FROM tenant ORDER BY name`).all().map(tenantOf);
  }

  /** @throws Failure tenant_unknown */
  get(name: string): Tenant {
    const row = this.#database.prepare<Row>(`SELECT ${columns} FROM tenant WHERE name = ?`).get(name);
    // Not quoted: what was asked for may be anything.
    if (row === undefined) throw new Failure('tenant_unknown', 'There is no tenant with this name.');
    return tenantOf(row);
  }

  /** @throws Failure tenant_exists */
  add(input: NewTenant): Tenant {
    const { name, events_per_s = null, burst = null, bytes_per_s = null, drains = null } = input;
    const created = new Date(this.#clock.wall()).toISOString();
    const { changes, lastId } = this.#database
      .prepare(
        `INSERT INTO tenant (name, events_per_s, burst, bytes_per_s, drains, created) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (name) DO NOTHING`,
      )
      .run(name, events_per_s, burst, bytes_per_s, drains, created);
    if (changes === 0) throw new Failure('tenant_exists', `There is a tenant ${name} already.`);
    assert(lastId <= rowNumberMax, 'a tenant number has 32 bits');
    return this.get(name);
  }

  /** Changes limits; null gives one back to the operator's default. @throws Failure tenant_unknown */
  update(name: string, patch: PatchTenant): Tenant {
    const { number, limits } = this.get(name);
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const { events_per_s, burst, bytes_per_s, drains } = { ...limits, ...given };
    this.#database
      .prepare('UPDATE tenant SET events_per_s = ?, burst = ?, bytes_per_s = ?, drains = ? WHERE number = ?')
      .run(events_per_s, burst, bytes_per_s, drains, number);
    return this.get(name);
  }

  /** @throws Failure tenant_unknown, or tenant_has_drains */
  remove(name: string): void {
    const { number } = this.get(name);
    const { changes } = this.#database
      .prepare(
        'DELETE FROM tenant WHERE number = ? AND NOT EXISTS (SELECT 1 FROM drain WHERE drain.tenant = tenant.number)',
      )
      .run(number);
    if (changes === 0) throw new Failure('tenant_has_drains', `Tenant ${name} still has drains.`);
  }
}
