/*
 * A forwarder under measurement. A peer writes its own configuration into an empty directory, starts on the given cores, takes
 * octet-counted RFC 5424 at its door, and sends each tenant's messages to this tenant's port of the sink, one queue per drain.
 */
import { connect, createServer, type AddressInfo } from 'node:net';
import type { CertificateFiles, Door } from '../messages.js';

export interface Task {
  /** Empty, on the disk that is measured; removed afterwards. */
  readonly directory: string;
  readonly cores: string;
  readonly drains: readonly { readonly tenant: string; readonly port: number }[];
  /** Messages that one drain may have to queue: nothing may be lost for want of room. */
  readonly queuedMax: number;
  readonly tls: CertificateFiles | null;
}

export interface Running {
  readonly pid: number;
  readonly door: Door;
  /** Ends it and resolves when it is gone. */
  stop(): Promise<void>;
}

export interface Peer {
  readonly name: string;
  /** How it is configured, for the reader of the figures. */
  readonly how: string;
  /** Its version, or undefined when it isn't installed. */
  version(): string | undefined;
  start(task: Task): Promise<Running>;
}

/** A port of 127.0.0.1 that was free a moment ago: for programs that can't say which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Resolves when something listens at the port; rejects when `gone` says that the program has ended, or after 20 s. */
export async function listening(port: number, gone: () => string | undefined): Promise<void> {
  for (const startedMs = performance.now(); ; ) {
    const said = gone();
    if (said !== undefined) throw new Error(said);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (performance.now() - startedMs > 20_000) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
