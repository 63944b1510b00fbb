/*
 * The worker of one drain: reads its cursor, paces, frames, writes, and tells the cursor what was acknowledged. Dials when there
 * is something to send, and again after a failure, for ever.
 * Promise: one write in flight; nothing is read that can't be written now; after any end that wasn't clean, sending starts again
 * after the cursor's `resume`. Worst case: one write buffer and limits.marksMax marks in memory. Owner: the fleet.
 */
import { unreachable } from '../base/assert.js';
import type { Chance, Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { type Ordinal, ordinal } from '../base/ids.js';
import { limits } from '../base/limits.js';
import type { Destination } from '../destination/address.js';
import type { Vetting } from '../destination/vet.js';
import { Connection, type ConnectionOwner, type ConnectionPlan } from './connection.js';
import type { Ending } from './connection-state.js';
import type { DrainCursor } from './cursor-view.js';
import type { DialQueue } from './dial-queue.js';
import { Dialling, type DiallingOwner } from './dialling.js';
import { Gather } from './gather.js';
import { Pacing } from './pacing.js';
import type { Passes } from './passes.js';
import type { Sampler } from './sampler.js';
import type { DeliverySettings, DeliveryStatus, DrainSettings, Peer, Phase } from './settings.js';
import type { FleetTotals } from './totals.js';
import { Trouble } from './trouble.js';
import type { WriteBuffers } from './write-buffers.js';

/** What all drains of a fleet share. */
export interface DrainParts {
  readonly settings: DeliverySettings;
  readonly vetting: Vetting;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly report: Report;
  readonly sampler: Sampler;
  readonly buffers: WriteBuffers;
  readonly dials: DialQueue;
  readonly passes: Passes;
  readonly totals: FleetTotals;
}

/**
 * apart      no connection; Dialling knows what is under way instead  → connected, stopped
 * connected  a Connection exists, in any of its states                → apart, stopped
 * stopped    no exit
 */
type Life =
  | { readonly at: 'apart' }
  | { readonly at: 'connected'; readonly connection: Connection }
  | { readonly at: 'stopped' };

const APART: Life = { at: 'apart' };
/** Connections are renewed after 90 to 100 % of their age, so that those of a restart don't stay in step. */
const AGE_JITTER = 0.1;
/** How often an idle connection with bytes outstanding is looked at again, milliseconds. */
const REST_MS_MIN = 1000;

export class Drain implements ConnectionOwner, DiallingOwner {
  readonly #parts: DrainParts;
  readonly #cursor: DrainCursor;
  readonly #gather: Gather;
  readonly #trouble: Trouble;
  readonly #dialling: Dialling;
  #settings: DrainSettings;
  #life: Life = APART;
  /** Told when `stop` is done; set: no more dials. */
  #stopping: (() => void) | undefined;
  /** When the present connection opened; undefined: it hasn't. */
  #openedMs: number | undefined;
  #renewMs = Infinity;
  #lastWriteMs = 0;
  #cancelRest: () => void = () => {};
  readonly #pacing: Pacing;
  #lastDeliveryMs: number | null = null;
  /** There may be more to read than was read last. */
  #hasMore = false;

  constructor(settings: DrainSettings, cursor: DrainCursor, parts: DrainParts) {
    this.#settings = settings;
    this.#cursor = cursor;
    this.#parts = parts;
    this.#dialling = new Dialling(parts, this);
    this.#gather = new Gather(settings, parts.buffers);
    this.#pacing = new Pacing(parts.clock, () => parts.passes.wake(this));
    const bounds = { msMin: parts.settings.backoffMsMin, msMax: parts.settings.backoffMsMax };
    this.#trouble = new Trouble(bounds, parts.clock, parts.chance, parts.report);
    cursor.onReady = () => {
      this.#hasMore = true;
      parts.passes.wake(this);
    };
    parts.passes.wake(this);
  }

  /** New settings: pace, size and own elements from the next frame on, everything else on a new connection. */
  apply(settings: DrainSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#gather.apply(settings);
    this.#pacing.end();
    if (!sameReceiver(before, settings)) {
      this.#trouble.forget();
      this.#dialling.forget();
      this.#letGo(limits.closingMsMax);
    } else if (settings.paused) {
      this.#letGo(limits.closingMsMax);
    }
    this.#parts.passes.wake(this);
  }

  /** Ends in peace within `withinMs`, or in the middle; then touches the cursor no more. Resolves when that is done. */
  stop(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const told = this.#stopping;
      this.#stopping = () => {
        told?.();
        resolve();
      };
      this.#letGo(withinMs);
      if (this.#life.at !== 'connected') this.#stopped();
    });
  }

  status(): DeliveryStatus {
    const connection = this.#life.at === 'connected' ? this.#life.connection : undefined;
    // What the journal dropped meanwhile is no longer in doubt.
    const inDoubt = connection ? Math.min(connection.eventsInDoubt, this.#cursor.backlog().events) : 0;
    return {
      phase: this.#phase(),
      inDoubt,
      paced: this.#pacing.paced,
      lastError: this.#trouble.lastError,
      lastDeliveryMs: this.#lastDeliveryMs,
      stalled: (connection?.stuckMs() ?? 0) >= this.#parts.settings.stallTimeoutMs,
      ...(connection?.peer && { peer: connection.peer }),
    };
  }

  /** Called in a pass, after something woke the drain. */
  flush(): void {
    if (this.#life.at === 'connected') this.#pump(this.#life.connection);
    else if (this.#dialling.at === 'idle' && this.#isWanted()) this.#dialling.queue(() => this.#settings.destination);
  }

  dial(destination: Destination, address: string): void {
    const { clock, sampler, settings, totals, vetting } = this.#parts;
    totals.dials++;
    const plan: ConnectionPlan = {
      destination,
      address,
      tls: this.#settings.tls,
      dialTimeoutMs: settings.dialTimeoutMs,
      bounds: {
        handshakeMs: settings.handshakeTimeoutMs,
        stallMs: settings.stallTimeoutMs,
        zeroWindowMs: settings.zeroWindowTimeoutMs,
        closingMs: limits.closingMsMax,
      },
      checkAddress: (found) => vetting.check(destination, found),
    };
    this.#life = { at: 'connected', connection: new Connection(plan, clock, sampler, this) };
  }

  refused(failure: Failure): void {
    this.closed({ how: 'failed', failure });
  }

  rested(): void {
    this.#parts.passes.wake(this);
  }

  opened(peer: Peer): void {
    const { clock, chance, passes, report, settings, totals } = this.#parts;
    const { id, tenant } = this.#settings;
    const nowMs = clock.now();
    this.#openedMs = this.#lastWriteMs = nowMs;
    this.#renewMs = nowMs + settings.ageMsMax * (1 - AGE_JITTER * chance.fraction());
    totals.connections++;
    report({ kind: 'drain.connected', drain: id, tenant, address: peer.address, protocol: peer.protocol });
    this.#rest();
    passes.wake(this);
  }

  wrote(buffer: Buffer): void {
    this.#parts.buffers.give(buffer);
    if (this.#hasMore) this.#parts.passes.wake(this);
  }

  looked(upTo: Ordinal, outstanding: boolean): void {
    this.#cursor.acknowledge(upTo, outstanding);
    if (upTo === 0) return;
    this.#lastDeliveryMs = this.#parts.clock.now();
    if (this.#life.at === 'connected') this.#dialling.served(this.#life.connection.address);
    this.#trouble.acknowledged(this.#settings);
    this.#parts.passes.wake(this); // it may have waited for room for marks
  }

  closed(ending: Ending): void {
    const { clock, passes, totals } = this.#parts;
    this.#cancelRest();
    this.#pacing.end();
    const openMs = this.#openedMs === undefined ? 0 : clock.now() - this.#openedMs;
    if (this.#openedMs !== undefined) {
      totals.connections--;
      if (ending.how === 'clean') this.#cursor.settle();
      else this.#cursor.rewind();
    } else if (ending.how === 'failed') {
      totals.dialsFailed++;
    }
    this.#openedMs = undefined;
    this.#life = APART;
    if (this.#stopping) return this.#stopped();
    const waitMs = this.#waitAfter(ending, openMs);
    if (waitMs > 0) this.#dialling.rest(waitMs);
    else passes.wake(this);
  }

  /** Milliseconds before the next dial, after a connection that was open for `openMs`. */
  #waitAfter(ending: Ending, openMs: number): number {
    const healthy = openMs >= limits.healthyMsMin;
    if (healthy) this.#trouble.forgetStrikes();
    switch (ending.how) {
      case 'failed':
        return this.#trouble.failed(ending.failure, this.#settings);
      case 'clean':
        if (ending.by === 'us' || healthy) return 0;
        // A receiver that closes in peace while more is to come, each time, must not be dialled in a loop (FAULTS F10).
        if (this.#isWanted()) return this.#trouble.failed(closedEarly(), this.#settings);
        return Math.max(0, this.#dialling.dialledMs + this.#parts.settings.backoffMsMin - this.#parts.clock.now());
      case 'cut':
      case 'unused':
        return 0;
      default:
        return unreachable(ending);
    }
  }

  /** Something is to be sent, or sent again, and may be. */
  #isWanted(): boolean {
    if (this.#settings.paused || this.#stopping) return false;
    return this.#cursor.backlog().events > 0 || this.#cursor.resume < this.#cursor.acknowledged;
  }

  #pump(connection: Connection): void {
    if (this.#pacing.waiting || !connection.writable) return;
    const { clock, totals } = this.#parts;
    const nowMs = clock.now();
    const gather = this.#gather;
    const end = gather.read(this.#cursor, nowMs);
    this.#hasMore = end !== 'end';
    if (gather.bytes > 0) {
      // From here on the margin's clock stands until bytes are acknowledged.
      if (!connection.outstanding) this.#cursor.acknowledge(ordinal(0), true);
      this.#pacing.sent(gather.events);
      this.#lastWriteMs = nowMs;
      totals.wrote(gather.events, gather.bytes);
      connection.write(gather.take(), gather.bytes, gather.upTo, gather.freshEvents);
    } else if (gather.upTo > 0) {
      connection.skip(gather.upTo);
    }
    if (end === 'paced') this.#pacing.wait(gather.waitMs(nowMs));
  }

  /** Closes the connection when it has been idle for long (RFC 5425 4.4), or is old. */
  #rest(): void {
    const { clock, settings } = this.#parts;
    const idleMs = this.#lastWriteMs + settings.idleCloseMs - clock.now();
    const waitMs = Math.min(Math.max(REST_MS_MIN, idleMs), this.#renewMs - clock.now());
    this.#cancelRest = clock.after(Math.max(1, waitMs), () => {
      if (this.#life.at !== 'connected') return;
      const { connection } = this.#life;
      const isIdle = clock.now() - this.#lastWriteMs >= settings.idleCloseMs && !connection.outstanding;
      if (isIdle || clock.now() >= this.#renewMs) connection.finish(limits.closingMsMax);
      else this.#rest();
    });
  }

  /** Gives up what is under way; a connection closes in peace within `withinMs`. */
  #letGo(withinMs: number): void {
    this.#pacing.end();
    if (this.#life.at === 'connected') this.#life.connection.finish(withinMs);
    else this.#dialling.leave();
  }

  #stopped(): void {
    this.#life = { at: 'stopped' };
    this.#cursor.onReady = () => {};
    this.#stopping?.();
  }

  #phase(): Phase {
    const life = this.#life;
    if (life.at === 'connected') return phaseOf(life.connection);
    switch (this.#dialling.at) {
      case 'idle':
        return this.#settings.paused ? 'paused' : 'idle';
      case 'waiting':
        return 'waiting';
      case 'queued':
      case 'vetting':
        return 'connecting';
      default:
        return unreachable(this.#dialling.at);
    }
  }
}

function phaseOf({ state }: Connection): Phase {
  switch (state.at) {
    case 'finishing':
    case 'closing':
    case 'closed':
      return 'closing';
    case 'connecting':
    case 'handshaking':
    case 'open':
      return state.at;
    default:
      return unreachable(state);
  }
}

const closedEarly = (): Failure =>
  new Failure('connection_closed', 'The receiver closed the connection although more was to come.');

/** False if a change needs another connection: destination, TLS, or framing (RFC 6587 3.4.3: not two in one session). */
function sameReceiver(one: DrainSettings, other: DrainSettings): boolean {
  if (one.destination.url !== other.destination.url || one.framing !== other.framing) return false;
  return (['ca', 'cert', 'key', 'serverName', 'fingerprint'] as const).every((key) => one.tls[key] === other.tls[key]);
}
