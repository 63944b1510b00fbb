// A receiver inside the test: TCP or TLS on loopback, octet-counted frames, with connections that can stall, reset and end.
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions } from 'node:tls';
import { until } from './until.js';

export interface ReceiverOptions {
  readonly tls?: TlsOptions;
  readonly host?: string;
  /** 'stall': connections are taken and never read, until `resume`. */
  readonly begin?: 'read' | 'stall';
  readonly port?: number;
}

/** One accepted connection. */
export class Accepted {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  ended = false;
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => {});
  }

  /** Everything that has come. */
  get bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** The whole octet-counted messages that have come, without their framing. */
  get messages(): string[] {
    const found: string[] = [];
    const { bytes } = this;
    for (let at = 0; at < bytes.length; ) {
      const space = bytes.indexOf(0x20, at);
      const length = Number(bytes.toString('latin1', at, space));
      if (space < 0 || !(length > 0) || space + 1 + length > bytes.length) break;
      found.push(bytes.toString('utf8', space + 1, space + 1 + length));
      at = space + 1 + length;
    }
    return found;
  }
}

export class TestReceiver {
  readonly #server: Server;
  readonly accepted: Accepted[] = [];

  constructor(server: Server, begin: 'read' | 'stall', secure: boolean) {
    this.#server = server;
    server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.accepted.push(new Accepted(socket));
      if (begin === 'stall') socket.pause();
    });
    server.on('tlsClientError', () => {});
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Of all connections, in the order of their arrival. */
  get messages(): string[] {
    return this.accepted.flatMap((connection) => connection.messages);
  }

  /** Waits for so many messages: acknowledged is what the kernel took, read they are a moment later. */
  async received(count: number): Promise<string[]> {
    await until(`${count} messages`, () => this.messages.length >= count);
    return this.messages;
  }

  /** Another certificate, from the next TLS connection on. */
  present(identity: { readonly cert: string; readonly key: string }): void {
    (this.#server as TlsServer).setSecureContext(identity);
  }

  /** Stops listening; connections are destroyed. */
  async close(): Promise<void> {
    for (const { socket } of this.accepted) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}

export async function startTestReceiver(options: ReceiverOptions = {}): Promise<TestReceiver> {
  const server = options.tls ? createTlsServer({ allowHalfOpen: false, ...options.tls }) : createTcpServer();
  const receiver = new TestReceiver(server, options.begin ?? 'read', options.tls !== undefined);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return receiver;
}

/** `sequenceId`s of messages, in order. */
export const sequenceIdsOf = (messages: readonly string[]): number[] =>
  messages.map((message) => Number(/ \[meta sequenceId="(\d+)"\]/.exec(message)?.[1]));
