/*
 * One TCP or TLS connection to a receiver, from the dial to its end; obeys connection-state.ts.
 * Promise: at most one write is in flight; `closed` is told once, and nothing after it; bytes that come in are read and thrown
 * away, so that a FIN, an alert or a close_notify is seen. Worst case: what the bounds of the state machine say.
 * Owner: one Drain, which makes a new one for each dial.
 */
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import { assert } from '../base/assert.js';
import { type Ordinal, ordinal } from '../base/ids.js';
import { limits } from '../base/limits.js';
import type { Destination } from '../destination/address.js';
import { Acknowledgement, type Reading } from './acknowledgement.js';
import {
  type ConnectionBounds,
  type ConnectionInput,
  type ConnectionState,
  deadlineOf,
  type Ending,
  step,
} from './connection-state.js';
import { checkPeer, openSocket, openTls, type Socket, type TLSSocket } from './dial.js';
import { type DialStage, dialFailure } from './dial-error.js';
import type { Sampled, Sampler } from './sampler.js';
import type { Peer, TlsSettings } from './settings.js';
import { socketKey } from './socket-table.js';

export interface ConnectionPlan {
  readonly destination: Destination;
  /** A vetted literal. */
  readonly address: string;
  readonly tls: TlsSettings;
  readonly dialTimeoutMs: number;
  readonly bounds: ConnectionBounds;
  /** The second check, of the address that the socket has. @throws Failure */
  readonly checkAddress: (address: string) => void;
}

/** What the drain is told. */
export interface ConnectionOwner {
  /** Frames may be written. */
  opened(peer: Peer): void;
  /** The last write is with the kernel: its buffer is free, and the next write may come. */
  wrote(buffer: Buffer): void;
  /** The receiver's TCP stack has everything up to `upTo` (0: no news); `outstanding`: but not everything. */
  looked(upTo: Ordinal, outstanding: boolean): void;
  closed(ending: Ending): void;
}

interface Flight {
  readonly buffer: Buffer;
  /** What the raw socket will have written at least once the kernel has it all, bytes. */
  readonly written: number;
  readonly upTo: Ordinal;
  readonly events: number;
}

export class Connection implements Sampled {
  readonly #plan: ConnectionPlan;
  readonly #clock: Clock;
  readonly #sampler: Sampler;
  readonly #owner: ConnectionOwner;
  readonly #raw: Socket;
  #tls: TLSSocket | undefined;
  #state: ConnectionState;
  #acknowledgement = new Acknowledgement();
  #flight: Flight | undefined;
  #samplerNumber = 0;
  #cancelTick: () => void = () => {};
  #cancelProbation: () => void = () => {};
  #peer: Peer | undefined;

  /** Dials at once. */
  constructor(plan: ConnectionPlan, clock: Clock, sampler: Sampler, owner: ConnectionOwner) {
    this.#plan = plan;
    this.#clock = clock;
    this.#sampler = sampler;
    this.#owner = owner;
    this.#state = { at: 'connecting', deadlineMs: clock.now() + plan.dialTimeoutMs };
    this.#raw = openSocket(plan.address, plan.destination.port);
    this.#raw.on('connect', () => this.#connected());
    this.#raw.on('error', (error) => this.#failed(error));
    if (plan.destination.transport === 'tcp') this.#listen(this.#raw);
    this.#armTick();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The literal that was dialled. */
  get address(): string {
    return this.#plan.address;
  }

  /** Set once the connection was open. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Handed to `write` and not acknowledged, without those that were acknowledged on an earlier connection. */
  get eventsInDoubt(): number {
    return this.#acknowledgement.marks.events + (this.#flight?.events ?? 0);
  }

  /** Bytes are written or being written that nobody has acknowledged. */
  get outstanding(): boolean {
    return this.#flight !== undefined || this.#acknowledgement.marks.size > 0;
  }

  /** True if `write` may be called. */
  get writable(): boolean {
    return this.#state.at === 'open' && this.#flight === undefined && !this.#acknowledgement.marks.full;
  }

  /** Milliseconds since the receiver took the last byte, while some are outstanding; otherwise 0. */
  stuckMs(): number {
    return this.#state.at === 'open' && this.#state.stuckSinceMs !== null
      ? this.#clock.now() - this.#state.stuckSinceMs
      : 0;
  }

  /**
   * Writes the first `length` bytes of `buffer`, which is the connection's until `wrote`.
   * @param upTo the last event in them
   * @param events how many were never acknowledged before
   */
  write(buffer: Buffer, length: number, upTo: Ordinal, events: number): void {
    assert(this.writable, 'one write at a time, on an open connection');
    this.#flight = { buffer, written: this.#raw.bytesWritten + length, upTo, events };
    (this.#tls ?? this.#raw).write(buffer.subarray(0, length), (error) => this.#written(error));
    this.#restless();
  }

  /** Events up to `upTo` were read and left out: they count as acknowledged with what was written before them. */
  skip(upTo: Ordinal): void {
    assert(this.writable, 'nothing is skipped past a write in flight');
    this.#acknowledgement.skipped(upTo);
    this.#restless();
  }

  /** No more frames: waits for what is outstanding, closes in peace, within `withinMs` in all. */
  finish(withinMs: number): void {
    this.#take({ is: 'finish', outstanding: this.outstanding, withinMs });
  }

  beforeLook(): void {
    this.#acknowledgement.beforeLook();
  }

  looked(reading: Reading | undefined): boolean {
    const { upTo, progressed, holding } = this.#acknowledgement.look(reading);
    if (this.#state.at === 'closed') return false;
    this.#owner.looked(ordinal(upTo), this.outstanding);
    this.#take({ is: 'looked', outstanding: this.outstanding, progressed, holding });
    return this.outstanding;
  }

  #restless(): void {
    this.#sampler.outstanding(this.#samplerNumber);
    if (this.#state.at === 'open' && this.#state.stuckSinceMs === null) this.#take({ is: 'wrote' });
  }

  #connected(): void {
    const { remoteAddress } = this.#raw;
    if (remoteAddress === undefined) return this.#take({ is: 'socket closed' }); // reset before we came to look
    try {
      this.#plan.checkAddress(remoteAddress);
    } catch (error) {
      return this.#failed(error);
    }
    this.#take({ is: 'connected', tls: this.#plan.destination.transport === 'tls' });
  }

  #secure(): void {
    try {
      this.#tls = openTls(this.#raw, this.#plan.destination.host, this.#plan.tls);
    } catch (error) {
      return this.#failed(error);
    }
    const tls = this.#tls;
    const begunMs = this.#clock.now();
    this.#listen(tls);
    tls.on('error', (error) => this.#failed(error));
    tls.once('secureConnect', () => this.#verified(tls, this.#clock.now() - begunMs));
  }

  /**
   * The receiver is who it should be; are we? Under TLS 1.3 a client certificate is refused only after our side of the handshake
   * is done: a session ticket says that it was taken, and receivers without tickets get a moment to object.
   */
  #verified(tls: TLSSocket, tookMs: number): void {
    const certificate = checkPeer(tls, this.#plan.tls);
    if (certificate instanceof Failure) return this.#failed(certificate);
    this.#peer = { ...this.#peerAddress(), protocol: tls.getProtocol() ?? 'TLS', ...certificate };
    if (tls.getProtocol() !== 'TLSv1.3') return this.#take({ is: 'secured' });
    this.#secureAfter(Math.min(limits.probationMsMax, limits.probationMsMin + 2 * tookMs));
    // Not at once: the event comes from within OpenSSL's read, and a write there is taken, called back and never sent.
    tls.once('session', () => this.#secureAfter(0));
  }

  #secureAfter(ms: number): void {
    this.#cancelProbation();
    this.#cancelProbation = this.#clock.after(ms, () => this.#take({ is: 'secured' }));
  }

  #peerAddress(): Pick<Peer, 'address'> {
    const host = this.#plan.address.includes(':') ? `[${this.#plan.address}]` : this.#plan.address;
    return { address: `${host}:${this.#plan.destination.port}` };
  }

  #listen(socket: Socket): void {
    socket.on('end', () => this.#take({ is: 'peer ended', outstanding: this.outstanding }));
    socket.on('close', () => this.#take({ is: 'socket closed' }));
    socket.resume(); // a socket that nobody reads never shows the peer's FIN
  }

  #failed(error: unknown): void {
    const at = this.#state.at;
    const stage: DialStage = at === 'connecting' || at === 'handshaking' ? at : 'open';
    this.#take({ is: 'failed', failure: dialFailure(error, stage) });
  }

  #written(error: Error | null | undefined): void {
    const flight = this.#flight;
    assert(flight !== undefined, 'a callback belongs to a write');
    this.#flight = undefined;
    if (!error && this.#state.at !== 'closed') this.#mark(flight);
    this.#owner.wrote(flight.buffer);
  }

  /** TLS can take bytes, call back and keep them (see #verified): a mark for those would count as acknowledged at once. */
  #mark({ written, upTo, events }: Flight): void {
    const { bytesWritten } = this.#raw;
    if (bytesWritten >= written) return this.#acknowledgement.written(bytesWritten, upTo, events);
    this.#failed(new Failure('internal', 'What was written did not reach the kernel.'));
  }

  #take(input: ConnectionInput): void {
    const before = this.#state;
    const { state, effects } = step(before, input, this.#clock.now(), this.#plan.bounds);
    this.#state = state;
    if (deadlineOf(state) !== deadlineOf(before)) this.#armTick();
    for (const effect of effects) this.#obey(effect);
    if (state.at !== 'closed' || before.at === 'closed') return;
    this.#cancelProbation();
    this.#sampler.forget(this.#samplerNumber);
    this.#owner.closed(state.ending);
  }

  #obey(effect: ReturnType<typeof step>['effects'][number]): void {
    const socket = this.#tls ?? this.#raw;
    switch (effect) {
      case 'secure':
        return this.#secure();
      case 'opened':
        return this.#opened();
      case 'end':
        socket.end();
        return;
      case 'leave':
        socket.destroySoon(); // ends our side, then closes, whatever comes
        return;
      case 'destroy':
        this.#tls?.destroy();
        this.#raw.destroy();
        return;
    }
  }

  #opened(): void {
    const raw = this.#raw;
    const peer = (this.#peer ??= { ...this.#peerAddress(), protocol: 'tcp', notAfter: null, fingerprint: null });
    this.#cancelProbation();
    const { localAddress, localPort, remoteAddress, remotePort } = raw;
    if (!localAddress || !localPort || !remoteAddress || !remotePort) {
      return this.#take({
        is: 'failed',
        failure: new Failure('connection_closed', 'The receiver closed the connection at once.'),
      });
    }
    this.#samplerNumber = this.#sampler.watch(socketKey(localAddress, localPort, remoteAddress, remotePort), this);
    this.#owner.opened(peer);
  }

  #armTick(): void {
    this.#cancelTick();
    const deadlineMs = deadlineOf(this.#state);
    if (deadlineMs === null) return;
    const waitMs = Math.max(1, Math.ceil(deadlineMs - this.#clock.now()));
    this.#cancelTick = this.#clock.after(waitMs, () => {
      this.#take({ is: 'tick' });
      if (deadlineOf(this.#state) === deadlineMs) this.#armTick(); // the timer was early
    });
  }
}
