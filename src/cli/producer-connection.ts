/*
 * A stream to the agent's own syslog door on this node, a unix socket or a loopback port: what `sluice load` writes frames to.
 * Promise: `write` resolves when the kernel has the bytes, so that a full agent slows the writer down.
 * It dials nothing that a tenant named: destinations are delivery/dial.ts's alone.
 */
import { isAbsolute } from 'node:path';
import { connect, type Socket } from 'node:net';
import { Failure } from '../base/failure.js';

export class ProducerConnection {
  readonly #socket: Socket;
  readonly #address: string;
  #broken: Error | undefined;

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    socket.on('error', (error) => (this.#broken = error));
    socket.resume();
  }

  /** @param address a path, or `host:port` of this node @throws Failure agent_unreachable */
  static open(address: string): Promise<ProducerConnection> {
    const at = address.lastIndexOf(':');
    const options = isAbsolute(address)
      ? { path: address }
      : { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
    return new Promise((resolve, reject) => {
      const socket = connect(options);
      socket.once('error', (error) => reject(unreachable(address, error)));
      socket.once('connect', () => resolve(new ProducerConnection(socket, address)));
    });
  }

  /** @throws Failure agent_unreachable: the agent closed the connection */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(unreachable(this.#address, this.#broken ?? error));
        else resolve();
      });
    });
  }

  /** Resolves when all that was written is handed over and the end is said. */
  end(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const unreachable = (address: string, error: NodeJS.ErrnoException): Failure =>
  new Failure(
    'agent_unreachable',
    `The syslog door ${address} did not take what was sent (${error.code ?? error.message}).`,
    {
      cause: error,
    },
  );
