/*
 * A forwarder under measurement. A peer writes its own configuration into an empty directory, starts on the given cores, takes
 * octet-counted RFC 5424 at its door, and sends each tenant's messages to this tenant's port of the sink, one queue per drain.
 */
import { connect, createServer, type AddressInfo } from 'node:net';
import type { CertificateFiles, Door } from '../messages.js';
import { end, startPinned } from '../pinned.js';

const readyMsMax = 20_000;
const lastWordsLength = 8192;

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

/** Resolves when something listens at the port. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Starts a forwarder and resolves when `isReady` says so. Rejects with its last words when it ends before that, or after 20 s;
 * then nothing of it is left running.
 */
export async function startForwarder(
  cores: string,
  command: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const child = startPinned(cores, command, ['ignore', 'pipe', 'pipe']);
  let said = '';
  const keep = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-lastWordsLength));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const startedMs = performance.now();
  while (!(await isReady())) {
    const isLate = performance.now() - startedMs > readyMsMax;
    if (isLate || child.exitCode !== null || child.signalCode !== null) {
      await end(child);
      throw new Error(`${isLate ? 'it is not ready yet' : 'it ended'}:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { pid: child.pid ?? 0, stop: () => end(child) };
}
