/*
 * The syslog stream door: RFC 5424 messages, octet-counted or LF-framed, detected per message, over a unix socket or loopback TCP.
 * Promise: a refused message harms none of its neighbours; a producer is paused, never buffered without bound, when the journal
 * can't take more. Worst case: a broken MSG-LEN ends that connection, since nothing after it can be told apart (RFC 6587 3.4.1).
 * The protocol has no answer: refusals are counted by reason and told to the log at most once a minute. Owner: agent.ts.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock.js';
import type { FailureCode } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { limits } from '../base/limits.js';
import type { Service } from '../base/service.js';
import type { Admission, SyslogDoor as DoorRules } from '../event/admit.js';
import { FrameDecoder } from '../syslog/framing.js';
import type { Intake, SourceCount } from './intake.js';

export class SyslogDoor implements Service {
  readonly name = 'syslog door';
  /** Not listening yet: agent.ts binds it to its path or address. */
  readonly server: Server;
  readonly #intake: Intake;
  readonly #admission: Admission;
  readonly #rules: DoorRules;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #accepted: SourceCount;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  /** Refusals by reason since the log was last told. */
  readonly #refused = new Map<FailureCode, number>();

  /**
   * @param rules the tenant that this listener is bound to, if any, and whether HOSTNAME is kept
   * @param admission shared by all doors: used only between two turns of the event loop
   */
  constructor(intake: Intake, admission: Admission, rules: DoorRules, clock: Clock, report: Report) {
    this.#intake = intake;
    this.#accepted = intake.source('syslog');
    this.#admission = admission;
    this.#rules = rules;
    this.#clock = clock;
    this.#report = report;
    // Half open: what a producer said before it left may have to wait for the journal, and its connection counts until then.
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
    this.server.maxConnections = limits.syslogConnectionsMax;
  }

  /** Tells the log about refusals until `signal` aborts; then takes no more connections and ends those that are open. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(limits.limitedToldMs, signal);
      this.#tellRefused();
    }
    this.#closing.abort();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const decoder = new FrameDecoder({
      frameBytesMax: limits.eventBytesMax,
      framing: 'detect',
      onFault: (fault) => this.#refuse(fault.code === 'frame_too_long' ? 'event_too_large' : 'bad_frame'),
    });
    const take = (bytes: Buffer, start: number, end: number) => this.#take(bytes, start, end);
    // At most a chunk and the end of the stream, which Node tells even while the socket is paused.
    const waiting: (() => void)[] = [];
    const inTurn = (step: () => void): void => {
      waiting.push(step);
      if (waiting.length === 1) this.#goOn(socket, waiting);
    };
    socket.on('data', (chunk) => {
      inTurn(() => {
        if (decoder.push(chunk, take) !== undefined) socket.destroy();
      });
    });
    socket.on('end', () => {
      inTurn(() => {
        decoder.end(take);
        socket.end();
      });
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #take(bytes: Buffer, start: number, end: number): void {
    const refusal = this.#admission.syslog(bytes, start, end, this.#rules);
    if (refusal !== undefined) return this.#refuse(refusal.code);
    const outcome = this.#intake.offer(this.#admission.event);
    if (outcome === 'tenant_unknown') this.#refuse('tenant_unknown');
    else if (outcome !== 'limited') this.#accepted.events += 1;
  }

  /** Does what waits, in order; stops reading from the producer while the journal can't take it. */
  #goOn(socket: Socket, waiting: (() => void)[]): void {
    // Between two turns nothing closes the gate, so that a chunk that begins is taken whole.
    while (waiting.length > 0 && this.#intake.taking) waiting.shift()?.();
    if (waiting.length === 0) return;
    socket.pause();
    void this.#intake.takesAgain(this.#closing.signal).then((takes) => {
      if (!takes || socket.destroyed) return;
      // Of all that are let on together the first may fill the journal again: the others wait on, and stay paused.
      this.#goOn(socket, waiting);
      if (waiting.length === 0) socket.resume();
    });
  }

  #refuse(code: FailureCode): void {
    this.#intake.countRejected(code);
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  #tellRefused(): void {
    for (const [code, count] of this.#refused) this.#report({ kind: 'door.refused', door: 'syslog', code, count });
    this.#refused.clear();
  }
}
