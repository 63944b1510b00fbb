// A fleet on real sockets and a real clock, with short waits, for delivery tests.
import { systemChance, systemClock } from '../../src/base/clock.js';
import type { Happening } from '../../src/base/happening.js';
import { type DrainId, drainNumber, type TenantName } from '../../src/base/ids.js';
import { parseDestination } from '../../src/destination/address.js';
import { Policy } from '../../src/destination/policy.js';
import type { Resolver } from '../../src/destination/resolve.js';
import { Vetting } from '../../src/destination/vet.js';
import type { DrainCursor } from '../../src/delivery/cursor-view.js';
import { type DeliverySettings, type DrainSettings, Fleet } from '../../src/delivery/fleet.js';
import { FakeCursor } from './fake-cursor.js';

const settingsShort: DeliverySettings = {
  dialTimeoutMs: 2000,
  handshakeTimeoutMs: 2000,
  stallTimeoutMs: 15_000,
  zeroWindowTimeoutMs: 60_000,
  idleCloseMs: 240_000,
  ageMsMax: 18_000_000,
  backoffMsMin: 20,
  backoffMsMax: 200,
  dialsPerS: 50,
  stopMsMax: 5000,
};

/** Every name is 127.0.0.1. */
const loopback: Resolver = { resolve: async (host) => [/^[0-9.]+$|:/.test(host) ? host : '127.0.0.1'] };

export class TestFleet {
  readonly fleet: Fleet;
  readonly happenings: Happening[] = [];
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #drains = 0;

  constructor(settings: Partial<DeliverySettings> = {}, resolver: Resolver = loopback) {
    const policy = new Policy({ allow: [], deny: [], unsafeAllow: ['127.0.0.0/8', '::1'] }, () => []);
    const report = (happening: Happening) => void this.happenings.push(happening);
    const vetting = new Vetting(policy, resolver);
    this.fleet = new Fleet({ ...settingsShort, ...settings }, vetting, systemClock, systemChance, report);
    this.#running = this.fleet.run(this.#abort.signal);
  }

  /** A new drain with a cursor of its own. */
  add(url: string, settings: Partial<DrainSettings> = {}) {
    return this.addWith(new FakeCursor(), url, settings);
  }

  /** A new drain with a given cursor: a fake, or the journal's. */
  addWith<Given extends DrainCursor>(cursor: Given, url: string, settings: Partial<DrainSettings> = {}) {
    const number = ++this.#drains;
    const id = `d-${String(number).padStart(16, '0')}` as DrainId;
    let current: DrainSettings = {
      number: drainNumber(number),
      id,
      tenant: 'acme' as TenantName,
      destination: parseDestination(url),
      framing: 'octet-counting',
      messageBytesMax: 8192,
      rate: { eventsPerS: Infinity, bytesPerS: Infinity },
      tls: {},
      paused: false,
      ...settings,
    };
    this.fleet.set(current, cursor);
    return {
      id,
      cursor,
      status: () => this.fleet.status(id)!,
      change: (changes: Partial<DrainSettings>) => {
        current = { ...current, ...changes };
        this.fleet.set(current, cursor);
      },
    };
  }

  /** Happenings of one kind. */
  of<Kind extends Happening['kind']>(kind: Kind): Extract<Happening, { kind: Kind }>[] {
    return this.happenings.filter(
      (happening): happening is Extract<Happening, { kind: Kind }> => happening.kind === kind,
    );
  }

  stop(): Promise<void> {
    this.#abort.abort();
    return this.#running;
  }
}
