/*
 * The running agent as its doors see it: what they show, and the changes that they ask for.
 * Promise: a change is vetted, then written to the registry, then told to the parts; every figure shown comes from the part
 * that counts it. Worst case: the Failure that the person is told. Owner: agent.ts.
 */
import { ceilingsOf, closeDrain, cursorOf, openDrain, openTenant, type Parts } from './agent-parts.js';
import { drainJson, timeJson } from './api/drain-json.js';
import type { AgentView, BacklogJson, DrainJson, Health, StatusJson, TenantJson } from './api/view.js';
import { Failure } from './base/failure.js';
import { isDrainId } from './base/ids.js';
import { parseDestination } from './destination/address.js';
import type { Cursor } from './journal/cursor.js';
import type { Drain } from './registry/drain.js';
import type { NewDrain, NewTenant, PatchDrain, PatchTenant } from './registry/input.js';
import type { Tenant } from './registry/tenant.js';

export class View implements AgentView {
  readonly #parts: Parts;
  readonly #version: string;
  readonly #startedMs: number;
  /** `door` and printable address, in the order in which they opened. */
  readonly doors: { readonly door: string; readonly address: string }[] = [];
  /** Of drains that were removed since the start. */
  readonly #gone = noFigures();
  #ready: Health = { ok: false, why: 'The agent is starting.' };

  constructor(parts: Parts, version: string) {
    this.#parts = parts;
    this.#version = version;
    this.#startedMs = parts.clock.now();
  }

  /** Says whether events are taken from now on, and why not. */
  set readiness(health: Health) {
    this.#ready = health;
  }

  ready(): Health {
    return this.#ready.ok ? this.health() : this.#ready;
  }

  health(): Health {
    const { failing } = this.#parts.journal;
    return failing === null ? { ok: true } : { ok: false, why: `The journal can't commit: ${failing}.` };
  }

  status(): StatusJson {
    const { registry, journal, intake, fleet } = this.#parts;
    const drains = registry.drains.list();
    const stats = journal.stats();
    const totals = fleet.totals();
    const { figures, backlog } = this.#sums(drains);
    return {
      version: this.#version,
      ready: this.ready().ok,
      started: timeJson(this.#startedMs),
      tenants: registry.tenants.list().length,
      drains: {
        active: drains.filter((drain) => drain.state === 'active').length,
        paused: drains.filter((drain) => drain.state === 'paused').length,
        failing: drains.filter((drain) => fleet.status(drain.id)?.lastError).length,
      },
      journal: {
        events: stats.events,
        bytes: stats.bytes,
        oldest: stats.oldestMs === null ? null : timeJson(stats.oldestMs),
        uncommitted_bytes: stats.uncommittedBytes,
        failing: journal.failing,
      },
      events: {
        accepted: Object.fromEntries([...intake.counts.accepted].map(([source, count]) => [source, count.events])),
        unrouted: intake.counts.unrouted,
        limited: intake.counts.limited,
        rejected: Object.fromEntries(intake.counts.rejected),
      },
      backlog,
      delivery: { ...figures, connections: totals.connections, dials: totals.dials },
      doors: this.doors,
    };
  }

  tenants(): TenantJson[] {
    return this.#parts.registry.tenants.list().map((tenant) => this.#tenantJson(tenant));
  }

  tenant(name: string): TenantJson {
    return this.#tenantJson(this.#parts.registry.tenants.get(name));
  }

  async addTenant(input: NewTenant): Promise<TenantJson> {
    const tenant = this.#parts.registry.tenants.add(input);
    openTenant(this.#parts, tenant);
    this.#tell('tenant added', tenant.name, tenant.name);
    return this.#tenantJson(tenant);
  }

  async updateTenant(name: string, patch: PatchTenant): Promise<TenantJson> {
    const tenant = this.#parts.registry.tenants.update(name, patch);
    openTenant(this.#parts, tenant);
    this.#tell('tenant changed', tenant.name, tenant.name);
    return this.#tenantJson(tenant);
  }

  async removeTenant(name: string, force: boolean): Promise<void> {
    const { registry, tenants, journal } = this.#parts;
    const tenant = registry.tenants.get(name);
    const drains = registry.drains.list(tenant.name);
    if (drains.length > 0 && !force) {
      throw new Failure(
        'tenant_has_drains',
        `Tenant ${tenant.name} has ${drains.length === 1 ? 'a drain' : `${drains.length} drains`}.`,
      );
    }
    for (const drain of drains) await this.removeDrain(drain.id, true);
    registry.tenants.remove(tenant.name);
    tenants.remove(tenant.name);
    journal.forgetTenant(tenant.number);
    this.#tell('tenant removed', tenant.name, tenant.name);
  }

  drains(tenant?: string): DrainJson[] {
    const { registry } = this.#parts;
    const owner = tenant === undefined ? undefined : registry.tenants.get(tenant).name;
    return registry.drains.list(owner).map((drain) => this.#drainJson(drain));
  }

  drain(id: string): DrainJson {
    return this.#drainJson(this.#find(id));
  }

  async addDrain(tenant: string, input: NewDrain): Promise<DrainJson> {
    const { registry, vetting } = this.#parts;
    const owner = registry.tenants.get(tenant);
    await vetting.vet(parseDestination(input.url));
    const drain = registry.drains.add(owner.name, input);
    openDrain(this.#parts, drain);
    this.#tell('drain added', drain.tenant, drain.id);
    return this.#drainJson(drain);
  }

  async updateDrain(id: string, patch: PatchDrain): Promise<DrainJson> {
    const { registry, vetting } = this.#parts;
    const before = this.#find(id);
    if (patch.url !== undefined) await vetting.vet(parseDestination(patch.url));
    const drain = registry.drains.update(before.id, patch);
    openDrain(this.#parts, drain);
    this.#tell('drain changed', drain.tenant, drain.id);
    return this.#drainJson(drain);
  }

  async pauseDrain(id: string): Promise<DrainJson> {
    return this.#setState(id, 'paused');
  }

  async resumeDrain(id: string): Promise<DrainJson> {
    return this.#setState(id, 'active');
  }

  async removeDrain(id: string, force: boolean): Promise<void> {
    const { registry, report } = this.#parts;
    const drain = this.#find(id);
    const { events } = cursorOf(this.#parts, drain).backlog();
    if (events > 0 && !force) {
      throw new Failure(
        'drain_has_backlog',
        `Drain ${drain.id} has ${events === 1 ? '1 event that was' : `${events} events that were`} not delivered.`,
      );
    }
    registry.drains.remove(drain.id);
    const cursor = cursorOf(this.#parts, drain);
    const removed = await closeDrain(this.#parts, drain);
    addFigures(this.#gone, cursor);
    this.#tell('drain removed', drain.tenant, drain.id);
    if (removed > 0) {
      report({ kind: 'journal.dropped', tenant: drain.tenant, drain: drain.id, reason: 'removed', events: removed });
    }
  }

  #setState(id: string, state: Drain['state']): DrainJson {
    const drain = this.#parts.registry.drains.setState(this.#find(id).id, state);
    openDrain(this.#parts, drain);
    this.#tell(state === 'paused' ? 'drain paused' : 'drain resumed', drain.tenant, drain.id);
    return this.#drainJson(drain);
  }

  /** What a person changed, for the log. */
  #tell(what: string, tenant: string, subject: string): void {
    this.#parts.report({ kind: 'registry.changed', what, tenant, subject });
  }

  #find(id: string): Drain {
    if (!isDrainId(id)) throw new Failure('drain_unknown', 'There is no drain with this id.');
    return this.#parts.registry.drains.get(id);
  }

  #tenantJson(tenant: Tenant): TenantJson {
    const { settings, registry, tenants } = this.#parts;
    const ours = settings.limits;
    return {
      name: tenant.name,
      limits: {
        events_per_s: tenant.limits.events_per_s ?? ours.tenant.events_per_s,
        burst: tenant.limits.burst ?? ours.tenant.burst,
        bytes_per_s: tenant.limits.bytes_per_s ?? ours.tenant.bytes_per_s,
        drains: tenant.limits.drains ?? ours.drains_per_tenant,
      },
      drains: registry.drains.list(tenant.name).length,
      events: tenants.get(tenant.name)?.counts ?? { accepted: 0, unrouted: 0, limited: 0 },
      created: tenant.created,
    };
  }

  #drainJson(drain: Drain): DrainJson {
    const { fleet, settings } = this.#parts;
    return drainJson(drain, cursorOf(this.#parts, drain), fleet.status(drain.id), ceilingsOf(settings));
  }

  /** What all drains delivered, sent again and lost, and what they still have to send. */
  #sums(drains: readonly Drain[]): { readonly figures: Figures; readonly backlog: BacklogJson } {
    const figures: Figures = { ...this.#gone, dropped: { ...this.#gone.dropped } };
    let [events, bytes, oldestMs] = [0, 0, Infinity];
    for (const drain of drains) {
      const cursor = cursorOf(this.#parts, drain);
      addFigures(figures, cursor);
      const backlog = cursor.backlog();
      events += backlog.events;
      bytes += backlog.bytes;
      oldestMs = Math.min(oldestMs, backlog.oldestMs ?? Infinity);
    }
    return { figures, backlog: { events, bytes, oldest: oldestMs === Infinity ? null : timeJson(oldestMs) } };
  }
}

/** What a drain, or several, came to. */
interface Figures {
  delivered: number;
  resent: number;
  readonly dropped: Record<keyof Cursor['dropped'], number>;
}

const noFigures = (): Figures => ({
  delivered: 0,
  resent: 0,
  dropped: { expired: 0, journal_full: 0, too_large: 0, removed: 0 },
});

function addFigures(sum: Figures, cursor: Cursor): void {
  sum.delivered += cursor.delivered;
  sum.resent += cursor.resent;
  for (const reason of Object.keys(sum.dropped) as (keyof Figures['dropped'])[]) {
    sum.dropped[reason] += cursor.dropped[reason];
  }
}
