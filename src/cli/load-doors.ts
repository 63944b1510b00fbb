/*
 * The two doors that `sluice load` knocks at, behind one shape: the ingest socket answers for each batch, the syslog socket
 * answers nothing, so there the agent's own counters are asked before and after.
 */
import type { StatusJson } from '../api/view.js';
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import type { Client } from './client.js';
import type { LoadEvents } from './load-events.js';
import { ProducerConnection } from './producer-connection.js';

export interface LoadCounts {
  accepted: number;
  /** Part of accepted. */
  unrouted: number;
  limited: number;
  rejected: number;
}

export interface LoadDoor {
  /** How many batches may be on their way. */
  readonly lanes: number;
  hand(first: number, count: number): Promise<void>;
  /** Waits until all that was handed over is counted. */
  finish(handed: number): Promise<LoadCounts>;
  close(): void;
}

export class IngestDoor implements LoadDoor {
  /** How long the slowest answer took, and all of them, milliseconds. */
  readonly answers = { count: 0, msSum: 0, msMax: 0 };
  readonly #counts: LoadCounts = { accepted: 0, unrouted: 0, limited: 0, rejected: 0 };

  constructor(
    readonly lanes: number,
    readonly client: Client,
    readonly events: LoadEvents,
    readonly clock: Clock,
  ) {}

  async hand(first: number, count: number): Promise<void> {
    const startedMs = this.clock.now();
    const answer = await this.client.sendEvents(this.events.batch(first, count));
    const tookMs = this.clock.now() - startedMs;
    this.answers.count += 1;
    this.answers.msSum += tookMs;
    this.answers.msMax = Math.max(this.answers.msMax, tookMs);
    this.#counts.accepted += answer.accepted;
    this.#counts.unrouted += answer.unrouted;
    this.#counts.limited += answer.limited;
    this.#counts.rejected += answer.rejected_count;
  }

  async finish(): Promise<LoadCounts> {
    return this.#counts;
  }

  close(): void {
    this.client.close();
  }
}

/** Nothing counted for so long: what is missing won't come. */
const QUIET_MS_MAX = 3000;
const POLL_MS = 50;

export class SyslogStream implements LoadDoor {
  readonly lanes = 1;
  readonly #connection: ProducerConnection;
  readonly #control: Client;
  readonly #events: LoadEvents;
  readonly #clock: Clock;
  readonly #before: LoadCounts;

  private constructor(
    connection: ProducerConnection,
    control: Client,
    events: LoadEvents,
    clock: Clock,
    before: LoadCounts,
  ) {
    this.#connection = connection;
    this.#control = control;
    this.#events = events;
    this.#clock = clock;
    this.#before = before;
  }

  /** Finds the agent's syslog door and connects to it. @throws Failure not_found, agent_unreachable */
  static async open(control: Client, events: LoadEvents, clock: Clock): Promise<SyslogStream> {
    const status = await control.call<StatusJson>('GET', '/v1/status');
    const door = status.doors.find((each) => each.door.startsWith('syslog'));
    if (door === undefined)
      throw new Failure('not_found', 'The agent has no syslog door.', { hint: 'Open one with listen.syslog.' });
    return new SyslogStream(await ProducerConnection.open(door.address), control, events, clock, countsOf(status));
  }

  hand(first: number, count: number): Promise<void> {
    return this.#connection.write(this.#events.batch(first, count));
  }

  async finish(handed: number): Promise<LoadCounts> {
    await this.#connection.end();
    let seen = -1;
    for (let quietMs = 0; quietMs < QUIET_MS_MAX; quietMs += POLL_MS) {
      const counts = this.#since(countsOf(await this.#control.call<StatusJson>('GET', '/v1/status')));
      const counted = counts.accepted + counts.limited + counts.rejected;
      if (counted >= handed) return counts;
      if (counted !== seen) quietMs = 0;
      seen = counted;
      await this.#clock.sleep(POLL_MS);
    }
    return this.#since(countsOf(await this.#control.call<StatusJson>('GET', '/v1/status')));
  }

  close(): void {
    this.#connection.destroy();
  }

  #since(now: LoadCounts): LoadCounts {
    const before = this.#before;
    return {
      accepted: now.accepted - before.accepted,
      unrouted: now.unrouted - before.unrouted,
      limited: now.limited - before.limited,
      rejected: now.rejected - before.rejected,
    };
  }
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, each) => all + each, 0);

/** Of all doors: a syslog listener is counted under its own name. */
const countsOf = ({ events }: StatusJson): LoadCounts => ({
  accepted: sum(events.accepted),
  unrouted: events.unrouted,
  limited: events.limited,
  rejected: sum(events.rejected),
});
