/*
 * The drains that tenants registered: what they chose, and the state that they are in.
 * Promise: a URL stands once per tenant in its one spelling; a number is never used twice; a row is valid as it stands
 * (drain-rules.ts). Worst case: one fsync per change. Owner: registry.ts.
 */
import { assert } from '../base/assert.js';
import type { Chance, Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import {
  type DrainId,
  type DrainNumber,
  drainNumber,
  isDrainId,
  type TenantName,
  type TenantNumber,
} from '../base/ids.js';
import type { Database, SqlValue } from '../store/database.js';
import { type Ceilings, type DrainChoices, newChoices, patchedChoices } from './drain-rules.js';
import type { NewDrain, PatchDrain } from './input.js';
import { rowNumberMax, type TenantRows } from './tenant.js';

export interface Drain extends DrainChoices {
  readonly number: DrainNumber;
  readonly id: DrainId;
  readonly tenant: TenantName;
  readonly state: 'active' | 'paused';
  /** RFC 3339, UTC. */
  readonly created: string;
}

/** `drain.*` and the tenant's name. */
interface Row extends Omit<DrainChoices, 'filter' | 'limits' | 'tls'> {
  readonly number: number;
  readonly id: DrainId;
  readonly owner: TenantName;
  readonly state: Drain['state'];
  /** JSON. */
  readonly types: string;
  readonly min_severity: number;
  readonly events_per_s: number | null;
  readonly bytes_per_s: number | null;
  readonly message_bytes_max: number | null;
  readonly ca: string | null;
  readonly client_cert: string | null;
  readonly client_key: string | null;
  readonly server_name: string | null;
  readonly fingerprint: string | null;
  readonly created: string;
}

const select = 'SELECT drain.*, tenant.name AS owner FROM drain JOIN tenant ON tenant.number = drain.tenant';

function drainOf(row: Row): Drain {
  const { id, owner, state, name, url, framing, structured_data, created } = row;
  const { events_per_s, bytes_per_s, message_bytes_max } = row;
  const { ca, client_cert, client_key, server_name, fingerprint } = row;
  return {
    number: drainNumber(row.number),
    id,
    tenant: owner,
    state,
    name,
    url,
    filter: { types: JSON.parse(row.types) as string[], min_severity: row.min_severity },
    framing,
    limits: { events_per_s, bytes_per_s, message_bytes_max },
    tls: { ca, client_cert, client_key, server_name, fingerprint },
    structured_data,
    created,
  };
}

/** Values by the names of their columns. */
type Columns = Readonly<Record<string, SqlValue>>;

const chosenColumns = ({ name, url, filter, framing, limits, tls, structured_data }: DrainChoices): Columns => ({
  name,
  url,
  framing,
  structured_data,
  types: JSON.stringify(filter.types),
  min_severity: filter.min_severity,
  ...limits,
  ...tls,
});

export class DrainRows {
  readonly #database: Database;
  readonly #tenants: TenantRows;
  readonly #ceilings: Ceilings;
  readonly #clock: Clock;
  readonly #chance: Chance;

  constructor(database: Database, tenants: TenantRows, ceilings: Ceilings, clock: Clock, chance: Chance) {
    this.#database = database;
    this.#tenants = tenants;
    this.#ceilings = ceilings;
    this.#clock = clock;
    this.#chance = chance;
  }

  /** All, or those of one tenant, in the order in which they were added. */
  list(tenant?: TenantName): Drain[] {
    const where = tenant === undefined ? '' : 'WHERE tenant.name = ?';
    const rows = this.#database.prepare<Row>(`${select} ${where} ORDER BY drain.number`);
    return rows.all(...(tenant === undefined ? [] : [tenant])).map(drainOf);
  }

  /** @throws Failure drain_unknown */
  get(id: string): Drain {
    const row = isDrainId(id) ? this.#database.prepare<Row>(`${select} WHERE drain.id = ?`).get(id) : undefined;
    if (row === undefined) throw new Failure('drain_unknown', 'There is no drain with this id.');
    return drainOf(row);
  }

  /**
   * Adds an active drain.
   * @throws Failure tenant_unknown, drains_too_many, drain_duplicate, or what newChoices finds
   */
  add(tenant: string, input: NewDrain): Drain {
    const owner = this.#tenants.get(tenant);
    const wallMs = this.#clock.wall();
    const choices = newChoices(input, this.#ceilings, wallMs);
    const id = `d-${this.#chance.letters(16)}`;
    const created = new Date(wallMs).toISOString();
    const columns: Columns = { id, tenant: owner.number, state: 'active', created, ...chosenColumns(choices) };
    this.#database.transaction(() => {
      const drainsMax = owner.limits.drains ?? this.#ceilings.drainsPerTenant;
      const count = this.#countOf(owner.number);
      if (count >= drainsMax) {
        throw new Failure('drains_too_many', `Tenant ${owner.name} has ${count} drains, and may have ${drainsMax}.`);
      }
      this.#refuseDuplicate(owner.name, choices.url);
      const names = Object.keys(columns);
      const { lastId } = this.#database
        .prepare(`INSERT INTO drain (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...Object.values(columns));
      assert(lastId <= rowNumberMax, 'a drain number has 32 bits');
    });
    return this.get(id);
  }

  /** @throws Failure drain_unknown, drain_duplicate, or what patchedChoices finds */
  update(id: string, patch: PatchDrain): Drain {
    const before = this.get(id);
    const choices = patchedChoices(before, patch, this.#ceilings, this.#clock.wall());
    this.#database.transaction(() => {
      if (choices.url !== before.url) this.#refuseDuplicate(before.tenant, choices.url);
      const columns = chosenColumns(choices);
      const settings = Object.keys(columns).map((column) => `${column} = ?`);
      this.#database
        .prepare(`UPDATE drain SET ${settings.join(', ')} WHERE number = ?`)
        .run(...Object.values(columns), before.number);
    });
    return this.get(id);
  }

  /** @throws Failure drain_unknown */
  setState(id: string, state: Drain['state']): Drain {
    const { number } = this.get(id);
    this.#database.prepare('UPDATE drain SET state = ? WHERE number = ?').run(state, number);
    return this.get(id);
  }

  /** @throws Failure drain_unknown */
  remove(id: string): void {
    const { number } = this.get(id);
    this.#database.prepare('DELETE FROM drain WHERE number = ?').run(number);
  }

  #countOf(tenant: TenantNumber): number {
    const row = this.#database.prepare<{ n: number }>('SELECT count(*) AS n FROM drain WHERE tenant = ?').get(tenant);
    return row?.n ?? 0;
  }

  #refuseDuplicate(tenant: TenantName, url: string): void {
    const twin = this.#database
      .prepare<Pick<Row, 'id'>>(`${select} WHERE tenant.name = ? AND drain.url = ?`)
      .get(tenant, url);
    if (twin !== undefined)
      throw new Failure('drain_duplicate', `Drain ${twin.id} of this tenant leads to ${url} already.`);
  }
}
