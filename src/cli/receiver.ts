/*
 * A syslog receiver over TCP or TLS, for `sluice receive`, `sluice demo` and tests: takes connections, reads frames, counts.
 * Promise: every frame is counted once, readable or not; closing waits for nobody. `slow` reads so few bytes that the sender's
 * window closes, which is how a receiver under water looks from outside.
 * Worst case: limits.eventBytesMax held per connection. Owner: whoever called `listen`.
 */
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { FrameDecoder } from '../syslog/framing.js';
import { ParsedMessage } from '../syslog/parse.js';
import { type ReadFrame, readFrame } from './read-frame.js';

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes any. */
  readonly port: number;
  /** PEM; absent: plain TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Reads no more than this many bytes per second and connection. */
  readonly slowBytesPerS?: number;
  readonly clock: Clock;
  /** What one read brought, in order; at least one. */
  readonly onFrames: (frames: readonly ReadFrame[]) => void;
  /** A sentence about a connection: came, went, failed. */
  readonly onConnection?: (what: string) => void;
}

export interface ReceiverCounts {
  messages: number;
  /** Frames that are no RFC 5424 message. */
  invalid: number;
  bytes: number;
  connections: number;
}

const SLOW_TICK_MS = 100;

export class Receiver {
  readonly counts: ReceiverCounts = { messages: 0, invalid: 0, bytes: 0, connections: 0 };
  readonly #options: ReceiverOptions;
  readonly #server: Server;
  /** Raw TCP sockets, also below TLS: a reset is theirs to send. */
  readonly #open = new Set<Socket>();
  #closing = false;

  private constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#server = options.tls === undefined ? createTcpServer() : createTlsServer(options.tls);
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
    this.#server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#read(socket),
    );
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      this.#tell(`a sender gave up during the TLS handshake (${error.code ?? error.message})`);
    });
  }

  /** Starts to listen. @throws Failure door_unavailable */
  static listen(options: ReceiverOptions): Promise<Receiver> {
    const receiver = new Receiver(options);
    return new Promise((resolve, reject) => {
      receiver.#server.once('error', (error: NodeJS.ErrnoException) => {
        const where = `${options.host}:${options.port}`;
        reject(
          new Failure('door_unavailable', `Can't listen on ${where} (${error.code ?? error.message}).`, {
            cause: error,
          }),
        );
      });
      receiver.#server.listen(options.port, options.host, () => resolve(receiver));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** Resets every open connection, as a crash would. Returns how many. */
  cut(): number {
    const count = this.#open.size;
    for (const socket of this.#open) socket.resetAndDestroy();
    return count;
  }

  /** Stops listening and closes what is open. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #track(socket: Socket): void {
    this.#open.add(socket);
    this.counts.connections += 1;
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#tell(`${peer} connected`);
    socket.on('error', (error: NodeJS.ErrnoException) => this.#tell(`${peer}: ${error.code ?? error.message}`));
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#tell(`${peer} is gone`);
    });
  }

  #read(socket: Socket): void {
    const parsed = new ParsedMessage();
    let frames: ReadFrame[] = [];
    const take = (bytes: Buffer, start: number, end: number) => void frames.push(readFrame(bytes, start, end, parsed));
    const decoder = new FrameDecoder({
      frameBytesMax: limits.eventBytesMax + limits.pemBytesMax,
      framing: 'detect',
      onFault: (fault) => void frames.push({ ok: false, fault: fault.message, text: '' }),
    });
    const handOver = () => {
      if (frames.length === 0) return;
      const whole = frames;
      frames = [];
      for (const frame of whole) this.counts[frame.ok ? 'messages' : 'invalid'] += 1;
      this.#options.onFrames(whole);
    };
    const push = (chunk: Buffer) => {
      this.counts.bytes += chunk.length;
      const broken = decoder.push(chunk, take);
      handOver();
      if (broken) socket.destroy();
    };
    socket.on('error', () => {});
    socket.on('end', () => {
      decoder.end(take);
      handOver();
    });
    const { slowBytesPerS } = this.#options;
    if (slowBytesPerS === undefined) socket.on('data', push);
    else this.#readSlowly(socket, Math.max(1, Math.round((slowBytesPerS * SLOW_TICK_MS) / 1000)), push);
  }

  /** Takes `bytesPerTick` every SLOW_TICK_MS and leaves the rest in the kernel, whose window then closes. */
  #readSlowly(socket: Socket, bytesPerTick: number, push: (chunk: Buffer) => void): void {
    const tick = () => {
      if (socket.destroyed) return;
      const chunk: Buffer | null = (socket.read(Math.min(bytesPerTick, socket.readableLength)) ??
        null) as Buffer | null;
      if (chunk !== null) push(chunk);
      this.#options.clock.after(SLOW_TICK_MS, tick);
    };
    // A readable listener switches flowing off, so that only `tick` reads.
    socket.on('readable', () => {});
    tick();
  }

  #tell(what: string): void {
    if (!this.#closing) this.#options.onConnection?.(what);
  }
}
