/*
 * The parts of a running agent, joined: what the registry knows of a tenant or a drain is told to the doors, the journal and
 * the delivery here, and nowhere else.
 * Promise: the registry's row is written before the parts hear of it, so that a crash in between is mended by the next start.
 * Owner: agent.ts, which builds it; agent-view.ts calls it for every change.
 */
import type { Chance, Clock } from './base/clock.js';
import { Failure } from './base/failure.js';
import type { Report } from './base/happening.js';
import type { DrainSettings, Fleet } from './delivery/fleet.js';
import { parseDestination } from './destination/address.js';
import type { Vetting } from './destination/vet.js';
import { Filter } from './event/filter.js';
import type { Intake } from './ingest/intake.js';
import { type AdmissionLimits, AdmittedTenant, type Tenants } from './ingest/tenants.js';
import type { Cursor } from './journal/cursor.js';
import type { Journal } from './journal/journal.js';
import type { Settings } from './ops/settings.js';
import type { Drain } from './registry/drain.js';
import { type Ceilings, limitsInForce } from './registry/drain-rules.js';
import type { Registry } from './registry/registry.js';
import type { Tenant } from './registry/tenant.js';

/** Everything that the view needs to answer. Built once by agent.ts. */
export interface Parts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly report: Report;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly tenants: Tenants;
  readonly intake: Intake;
  readonly fleet: Fleet;
  readonly vetting: Vetting;
}

/** The operator's limits, which a drain may stay below. */
export const ceilingsOf = ({ limits, delivery }: Settings): Ceilings => ({
  drainsPerTenant: limits.drains_per_tenant,
  eventsPerS: limits.drain.events_per_s,
  bytesPerS: limits.drain.bytes_per_s,
  messageBytesMax: delivery.message_bytes_max,
});

/** What producers may hand over for `tenant`: its own limits where it has some, the operator's otherwise. */
export function admissionLimits(tenant: Tenant, settings: Settings): AdmissionLimits {
  const ours = settings.limits.tenant;
  return {
    eventsPerS: tenant.limits.events_per_s ?? ours.events_per_s,
    burst: tenant.limits.burst ?? ours.burst,
    bytesPerS: tenant.limits.bytes_per_s ?? ours.bytes_per_s,
  };
}

/** Tells the doors and the journal of a tenant that the registry has; for one that they know, its limits. */
export function openTenant(parts: Parts, tenant: Tenant): AdmittedTenant {
  const limits = admissionLimits(tenant, parts.settings);
  const known = parts.tenants.get(tenant.name);
  if (known !== undefined) {
    known.limits = limits;
    return known;
  }
  const admitted = new AdmittedTenant(tenant.name, tenant.number, parts.journal.tenant(tenant.number), limits);
  parts.tenants.add(admitted);
  return admitted;
}

/** Tells the journal and the delivery of a drain that the registry has: from now on its events are numbered and sent. */
export function openDrain(parts: Parts, drain: Drain): void {
  const log = admittedTenant(parts, drain).log;
  const filter = Filter.parse(drain.filter.types, drain.filter.min_severity);
  const cursor = log.openDrain(drain.number, filter, { tenant: drain.tenant, drain: drain.id });
  parts.fleet.set(deliverySettings(drain, parts.settings), cursor);
}

/** Ends a drain's delivery and forgets its place. @returns events that it had queued */
export async function closeDrain(parts: Parts, drain: Drain): Promise<number> {
  await parts.fleet.remove(drain.id);
  return admittedTenant(parts, drain).log.closeDrain(drain.number);
}

/** A drain's place in its tenant's journal. */
export function cursorOf(parts: Parts, drain: Drain): Cursor {
  const cursor = admittedTenant(parts, drain).log.cursor(drain.number);
  if (cursor === undefined) throw new Failure('drain_unknown', `There is no drain ${drain.id}.`);
  return cursor;
}

function admittedTenant(parts: Parts, drain: Drain): AdmittedTenant {
  const tenant = parts.tenants.get(drain.tenant);
  if (tenant === undefined) throw new Failure('tenant_unknown', `There is no tenant ${drain.tenant}.`);
  return tenant;
}

/** What the delivery needs to know of a drain: its own limits, below the operator's ceilings. */
function deliverySettings(drain: Drain, settings: Settings): DrainSettings {
  const { ca, client_cert, client_key, server_name, fingerprint } = drain.tls;
  const { eventsPerS, bytesPerS, messageBytesMax } = limitsInForce(drain.limits, ceilingsOf(settings));
  return {
    number: drain.number,
    id: drain.id,
    tenant: drain.tenant,
    destination: parseDestination(drain.url),
    framing: drain.framing,
    messageBytesMax,
    rate: { eventsPerS, bytesPerS },
    tls: {
      ...(ca && { ca }),
      ...(client_cert && { cert: client_cert }),
      ...(client_key && { key: client_key }),
      ...(server_name && { serverName: server_name }),
      ...(fingerprint && { fingerprint }),
    },
    ...(drain.structured_data && { structuredData: drain.structured_data }),
    paused: drain.state === 'paused',
  };
}
