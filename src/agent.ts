/*
 * The agent: draws the pipe, builds its parts, starts it from the far end and stops it from the near end. With agent-parts.ts
 * and agent-view.ts the only code that knows every part.
 * Promise: when `startAgent` resolves, every registered drain is served and every door is open; after `stop` everything that
 * was answered is on disk, what was in flight is settled, and the log says what is left. Worst case: limits.stopMsMax.
 *
 *   producers           ingest                        journal                      delivery              receivers
 *   ingest.sock ──▶ Requests ───┐                ┌─▶ TenantLog ─▶ Cursor ──┐
 *   control.sock ─▶ Requests ───┼─▶ Intake ──────┤                         ├─▶ Fleet ─▶ drain ─▶ TCP/TLS ─▶ rsyslog …
 *   syslog.sock ──▶ SyslogDoor ─┘   (Tenants,    └─▶ commits (SQLite) ◀────┘     ▲      acknowledged ◀──── tx_queue
 *                                    Admission)                                  │
 *   control.sock ─▶ AgentView ─▶ Registry (SQLite) ─▶ agent-parts ───────────────┘   Vetting: may we dial this?
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ceilingsOf, openDrain, openTenant, type Parts } from './agent-parts.js';
import { View } from './agent-view.js';
import { buildControl } from './api/control.js';
import { buildIngest } from './api/ingest.js';
import { HttpDoor } from './api/http-door.js';
import { listen, type Place } from './api/listen.js';
import type { AgentView } from './api/view.js';
import type { Chance, Clock } from './base/clock.js';
import { asFailure, type Failure } from './base/failure.js';
import type { Report } from './base/happening.js';
import { limits } from './base/limits.js';
import type { Service } from './base/service.js';
import { Fleet } from './delivery/fleet.js';
import { Policy } from './destination/policy.js';
import { DnsResolver } from './destination/resolve.js';
import { Vetting } from './destination/vet.js';
import { Admission, type SyslogDoor as DoorRules } from './event/admit.js';
import { Intake } from './ingest/intake.js';
import { Requests } from './ingest/requests.js';
import { SyslogDoor } from './ingest/syslog-door.js';
import { Tenants } from './ingest/tenants.js';
import { Journal, type JournalSettings } from './journal/journal.js';
import type { Settings, SyslogListener } from './ops/settings.js';
import { refuseUnbuilt } from './ops/settings-relations.js';
import { Registry } from './registry/registry.js';

export interface AgentOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly report: Report;
  /** Of the package, for the status. */
  readonly version: string;
}

export interface RunningAgent {
  readonly view: AgentView;
  /** Path of the control socket; null if the door is off. */
  readonly controlPath: string | null;
  readonly ingestPath: string | null;
  /** Where syslog is spoken: a path, or `address:port`. */
  readonly syslogAddresses: readonly string[];
  /** Settles when the agent has stopped; rejects with what ended it if that was not `stop`. */
  readonly stopped: Promise<void>;
  /** Stops from the near end; safe to call twice. `reason` is for the log. */
  stop(reason: string): Promise<void>;
}

/** A part that runs, and how to end it. */
interface Running {
  readonly service: Service;
  readonly abort: AbortController;
  /** Never rejects: a failure ends the agent by itself. */
  readonly ended: Promise<void>;
}

/**
 * Builds the agent and starts it.
 * @throws Failure config_invalid, state_locked, state_newer, door_unavailable, …: nothing is left running then
 */
export async function startAgent(settings: Settings, options: AgentOptions): Promise<RunningAgent> {
  const { report, clock } = options;
  refuseUnbuilt(settings);
  const startedMs = clock.now();
  await makeDirectories(settings);
  const parts = await buildParts(settings, options);
  const agent = new Agent(parts, new View(parts, options.version));
  try {
    await agent.start();
  } catch (error) {
    await agent.stop('the start failed');
    throw error;
  }
  for (const opened of settings.destinations.unsafe_allow) {
    report({ kind: 'agent.unsafe', setting: 'destinations.unsafe_allow', opens: opened });
  }
  const { tenants, drains, journal } = agent.view.status();
  report({
    kind: 'agent.ready',
    version: options.version,
    startedInMs: Math.round(clock.now() - startedMs),
    tenants,
    drains: drains.active + drains.paused,
    backlogEvents: journal.events,
  });
  return agent;
}

async function makeDirectories(settings: Settings): Promise<void> {
  await mkdir(settings.state_dir, { recursive: true, mode: 0o700 });
  await mkdir(settings.run_dir, { recursive: true, mode: 0o755 });
}

/** The parts, from the far end: stores first, then what reads them, then what feeds them. */
async function buildParts(settings: Settings, { clock, chance, report }: AgentOptions): Promise<Parts> {
  const { delivery, destinations, dns } = settings;
  const policy = new Policy({
    allow: destinations.allow,
    deny: destinations.deny,
    unsafeAllow: destinations.unsafe_allow,
  });
  const vetting = new Vetting(
    policy,
    new DnsResolver({ servers: dns.servers, timeoutMs: dns.timeout, tries: dns.tries }),
  );
  const journal = await Journal.open(journalSettings(settings), clock, report);
  const registry = await orClose(journal, () => Registry.open(settings.state_dir, clock, chance, ceilingsOf(settings)));
  const tenants = new Tenants();
  const fleet = new Fleet(
    {
      dialTimeoutMs: delivery.dial_timeout,
      handshakeTimeoutMs: delivery.handshake_timeout,
      stallTimeoutMs: delivery.stall_timeout,
      zeroWindowTimeoutMs: delivery.zero_window_timeout,
      idleCloseMs: delivery.idle_close,
      ageMsMax: delivery.age_max,
      backoffMsMin: delivery.backoff_min,
      backoffMsMax: delivery.backoff_max,
      dialsPerS: delivery.dials_per_s,
      stopMsMax: limits.stopMsMax,
    },
    vetting,
    clock,
    chance,
    report,
  );
  const intake = new Intake(tenants, journal, clock, report);
  return { settings, clock, chance, report, registry, journal, tenants, intake, fleet, vetting };
}

const journalSettings = ({ state_dir, journal, delivery }: Settings): JournalSettings => ({
  directory: join(state_dir, 'journal'),
  commitMs: journal.commit_ms,
  durability: journal.durability,
  bytesMax: journal.bytes_max,
  tenantBytesMax: journal.tenant_bytes_max,
  ttlMs: journal.ttl,
  replayMargin: { bytes: delivery.replay_margin.bytes, ms: delivery.replay_margin.time },
});

/** What `open` gives; the journal, which is open already, is closed again if it fails. */
async function orClose<Part>(journal: Journal, open: () => Part): Promise<Part> {
  try {
    return open();
  } catch (error) {
    await journal.run(AbortSignal.abort());
    throw error;
  }
}

class Agent implements RunningAgent {
  readonly view: View;
  readonly stopped: Promise<void>;
  readonly #parts: Parts;
  /** In the order in which they started: from the far end to the near one. */
  readonly #running: Running[] = [];
  #stopping: Promise<void> | undefined;
  /** What ended it, if that was not `stop`. */
  #failure: Failure | undefined;
  #settle: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } = { resolve() {}, reject() {} };

  constructor(parts: Parts, view: View) {
    this.#parts = parts;
    this.view = view;
    this.stopped = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever doesn't wait for it is not told twice.
    this.stopped.catch(() => {});
  }

  get controlPath(): string | null {
    return this.#addresses('control')[0] ?? null;
  }

  get ingestPath(): string | null {
    return this.#addresses('ingest')[0] ?? null;
  }

  get syslogAddresses(): readonly string[] {
    return this.#addresses('syslog');
  }

  async start(): Promise<void> {
    const { registry, journal, fleet, intake } = this.#parts;
    for (const tenant of registry.tenants.list()) openTenant(this.#parts, tenant);
    for (const drain of registry.drains.list()) openDrain(this.#parts, drain);
    this.#forgetOrphans();
    this.#run(journal);
    this.#run(fleet);
    this.#run(intake);
    await this.#openDoors();
    if (this.#failure !== undefined) throw this.#failure;
    this.view.readiness = { ok: true };
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason).then(() => {
      if (this.#failure === undefined) this.#settle.resolve();
      else this.#settle.reject(this.#failure);
    }, this.#settle.reject);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<void> {
    const { clock, report, registry } = this.#parts;
    const startedMs = clock.now();
    this.view.readiness = { ok: false, why: 'The agent is stopping.' };
    report({ kind: 'agent.stopping', reason });
    let left = { queuedEvents: 0, inDoubtEvents: 0 };
    for (let last = this.#running.pop(); last !== undefined; last = this.#running.pop()) {
      // The journal is the last to stop: what it holds then is what is left.
      if (last.service === this.#parts.journal) left = this.#left();
      last.abort.abort();
      await last.ended;
    }
    registry.close();
    report({ kind: 'agent.stopped', ...left, tookMs: Math.round(clock.now() - startedMs) });
  }

  /** Starts a part, which ends at once if the agent stops already; if it fails by itself, the agent stops and `stopped` says why. */
  #run(service: Service): void {
    const abort = new AbortController();
    if (this.#stopping !== undefined) abort.abort();
    const ended = service.run(abort.signal).catch((error: unknown) => {
      this.#failure ??= asFailure(error);
      void this.stop(`${service.name} failed`);
    });
    this.#running.push({ service, abort, ended });
  }

  /** The near end: producers' doors, and the operator's. */
  async #openDoors(): Promise<void> {
    const { settings, intake, clock, chance, report } = this.#parts;
    const { listen: doors, identity } = settings;
    const admission = new Admission(
      { hostname: identity.hostname, enterpriseId: identity.enterprise_id, facility: identity.facility },
      clock,
      chance,
    );
    const requests = new Requests(intake, admission, clock);
    for (const rules of doors.syslog) {
      const door = new SyslogDoor(intake, admission, rulesOf(rules), clock, report);
      const { address } = await listen(door.server, placeOf(rules, doors.ingest_group));
      this.#opened('syslog', address, door);
    }
    await this.#openHttp('ingest', buildIngest(this.view, requests, report), doors.ingest, doors.ingest_group);
    await this.#openHttp('control', buildControl(this.view, requests, report), doors.control, doors.control_group);
  }

  async #openHttp(name: string, app: FastifyInstance, path: string | null, group: string | null): Promise<void> {
    if (path === null) return;
    const door = new HttpDoor(name, app, this.#parts.clock);
    const { address } = await door.open({ path, group });
    this.#opened(name, address, door);
  }

  #opened(door: string, address: string, service: Service): void {
    this.view.doors.push({ door, address });
    this.#parts.report({ kind: 'door.open', door, address });
    this.#run(service);
  }

  #addresses(door: string): string[] {
    return this.view.doors.filter((each) => each.door === door).map(({ address }) => address);
  }

  /** Cursors of drains that the registry no longer has: a crash came between the two. */
  #forgetOrphans(): void {
    const { registry, journal } = this.#parts;
    const known = new Set(registry.drains.list().map(({ number }) => number));
    for (const log of journal.tenants()) {
      for (const { drain } of log.cursors.slice()) if (!known.has(drain)) log.closeDrain(drain);
    }
  }

  /** What the drains still have to send. */
  #left(): { readonly queuedEvents: number; readonly inDoubtEvents: number } {
    let [queuedEvents, inDoubtEvents] = [0, 0];
    for (const { log } of this.#parts.tenants) {
      for (const cursor of log.cursors) queuedEvents += cursor.backlog().events;
    }
    for (const drain of this.#parts.registry.drains.list())
      inDoubtEvents += this.#parts.fleet.status(drain.id)?.inDoubt ?? 0;
    return { queuedEvents: queuedEvents - inDoubtEvents, inDoubtEvents };
  }
}

const rulesOf = ({ tenant, keep_host }: SyslogListener): DoorRules => ({
  ...(tenant !== undefined && { tenant }),
  ...(keep_host !== undefined && { keepHost: keep_host }),
});

/** Settings were checked: a listener has a path or an address. */
const placeOf = ({ path, address }: SyslogListener, group: string | null): Place =>
  path === undefined ? { address: address ?? '' } : { path, group };
