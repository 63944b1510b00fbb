/*
 * The worker of one drain: reads its cursor, paces, frames, writes, and tells the cursor what was acknowledged. Dials when there
 * is something to send, and again after a failure, for ever.
 * Promise: one write in flight; nothing is read that can't be written now; after any end that wasn't clean, sending starts again
 * after the cursor's `resume`. Worst case: one write buffer and limits.marksMax marks in memory. Owner: the fleet.
 */
import { unreachable } from '../base/assert.js';
import type { Chance, Clock } from '../base/clock.js';
import { asFailure, Failure } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { type Ordinal, ordinal } from '../base/ids.js';
import { limits } from '../base/limits.js';
import type { Vetting } from '../destination/vet.js';
import { Connection, type ConnectionOwner, type ConnectionPlan } from './connection.js';
import type { Ending } from './connection-state.js';
import type { DrainCursor } from './cursor-view.js';
import type { DialQueue } from './dial-queue.js';
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
 * idle       nothing to send, or paused                 → queued | stopped
 * waiting    after a failure, for its backoff           → queued, idle | stopped
 * queued     for the fleet's dial budget                → vetting, idle | stopped
 * vetting    the name is being resolved and judged      → connected, waiting, idle | stopped
 * connected  a Connection exists, in any of its states  → idle, waiting | stopped
 * stopped    no exit
 */
type Life =
  | { readonly at: 'idle' }
  | { readonly at: 'waiting'; readonly cancel: () => void }
  | { readonly at: 'queued'; readonly cancel: () => void }
  | { readonly at: 'vetting'; readonly abort: AbortController }
  | { readonly at: 'connected'; readonly connection: Connection }
  | { readonly at: 'stopped' };

const IDLE: Life = { at: 'idle' };
/** Connections are renewed after 90 to 100 % of their age, so that those of a restart don't stay in step. */
const AGE_JITTER = 0.1;
/** How often an idle connection with bytes outstanding is looked at again, milliseconds. */
const REST_MS_MIN = 1000;

export class Drain implements ConnectionOwner {
  readonly #parts: DrainParts;
  readonly #cursor: DrainCursor;
  readonly #gather: Gather;
  readonly #trouble: Trouble;
  #settings: DrainSettings;
  #life: Life = IDLE;
  /** Told when `stop` is done; set: no more dials. */
  #stopping: (() => void) | undefined;
  #dialledMs = -Infinity;
  /** Dials without evidence since the last good address: each takes the next one of the name's addresses. */
  #dialsInVain = 0;
  #goodAddress: string | undefined;
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
      this.#goodAddress = undefined;
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
    else if (this.#life.at === 'idle' && this.#isWanted()) this.#queue();
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
    this.#dialsInVain = 0;
    if (this.#life.at === 'connected') this.#goodAddress = this.#life.connection.address;
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
    this.#life = IDLE;
    if (this.#stopping) return this.#stopped();
    const waitMs = this.#waitAfter(ending, openMs);
    if (waitMs > 0) this.#wait(waitMs);
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
        return Math.max(0, this.#dialledMs + this.#parts.settings.backoffMsMin - this.#parts.clock.now());
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
    this.#hasMore = false;
    const end = gather.read(this.#cursor, nowMs);
    if (end === 'full') this.#hasMore = true;
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

  #queue(): void {
    const place = () => this.#vet();
    this.#life = { at: 'queued', cancel: () => this.#parts.dials.leave(place) };
    this.#parts.dials.ask(place);
  }

  #vet(): void {
    const life: Life = { at: 'vetting', abort: new AbortController() };
    this.#life = life;
    const { vetting } = this.#parts;
    void vetting.vet(this.#settings.destination, life.abort.signal).then(
      (addresses) => {
        if (this.#life === life) this.#dial(addresses);
      },
      (error: unknown) => {
        if (this.#life === life) this.closed({ how: 'failed', failure: asFailure(error) });
      },
    );
  }

  /** Dials the address that was good last time, or else, dial by dial, each that the name has. */
  #dial(addresses: readonly string[]): void {
    const { clock, sampler, settings, totals, vetting } = this.#parts;
    const { destination, tls } = this.#settings;
    const good = this.#dialsInVain === 0 ? this.#goodAddress : undefined;
    const next = addresses[this.#dialsInVain % addresses.length];
    this.#dialsInVain++;
    this.#dialledMs = clock.now();
    totals.dials++;
    const plan: ConnectionPlan = {
      destination,
      address: good !== undefined && addresses.includes(good) ? good : next,
      tls,
      dialTimeoutMs: settings.dialTimeoutMs,
      bounds: {
        handshakeMs: settings.handshakeTimeoutMs,
        stallMs: settings.stallTimeoutMs,
        zeroWindowMs: settings.zeroWindowTimeoutMs,
        closingMs: limits.closingMsMax,
      },
      checkAddress: (address) => vetting.check(destination, address),
    };
    this.#life = { at: 'connected', connection: new Connection(plan, clock, sampler, this) };
  }

  #wait(waitMs: number): void {
    const cancel = this.#parts.clock.after(waitMs, () => {
      this.#life = IDLE;
      this.#parts.passes.wake(this);
    });
    this.#life = { at: 'waiting', cancel };
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
    switch (this.#life.at) {
      case 'connected':
        return this.#life.connection.finish(withinMs);
      case 'queued':
      case 'waiting':
        this.#life.cancel();
        break;
      case 'vetting':
        this.#life.abort.abort();
        break;
      case 'idle':
      case 'stopped':
        return;
      default:
        unreachable(this.#life);
    }
    this.#life = IDLE;
  }

  #stopped(): void {
    this.#life = { at: 'stopped' };
    this.#cursor.onReady = () => {};
    this.#stopping?.();
  }

  #phase(): Phase {
    const life = this.#life;
    switch (life.at) {
      case 'idle':
      case 'stopped':
        return this.#settings.paused ? 'paused' : 'idle';
      case 'waiting':
        return 'waiting';
      case 'queued':
      case 'vetting':
        return 'connecting';
      case 'connected':
        return phaseOf(life.connection);
      default:
        return unreachable(life);
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
