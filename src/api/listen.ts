/*
 * Opens a door: a server, HTTP or syslog, on a unix socket or a TCP address.
 * Promise: a unix socket is 0660 from its first moment and belongs to the group that the operator named; what stands in its
 * place is removed only if it is a socket on which nobody answers. Worst case: door_unavailable, with the reason. Owner: agent.ts.
 */
import { chown, lstat, readFile, unlink } from 'node:fs/promises';
import type { ListenOptions, Server } from 'node:net';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { hostPort, printHostPort } from '../destination/host-port.js';
import { answers } from './answering.js';

/** Where to listen. */
export type Place =
  | {
      /** Absolute path of a unix socket. */
      readonly path: string;
      /** Group name or number that may use it; null: the agent's own. */
      readonly group: string | null;
    }
  | {
      /** `127.0.0.1:5514`, `[::1]:0`; port 0 takes any. */
      readonly address: string;
    };

/** Where a door is open. */
export interface BoundAddress {
  /** The path, or `ADDRESS:PORT` with the port that it got. */
  readonly address: string;
}

/** Only the owner and the group: 0777 without these bits is 0660. */
const SOCKET_UMASK = 0o117;

/**
 * Starts listening. Closing the server removes its socket again.
 * @throws Failure door_unavailable
 */
export async function listen(server: Server, place: Place): Promise<BoundAddress> {
  return 'path' in place ? listenAtPath(server, place.path, place.group) : listenAtAddress(server, place.address);
}

async function listenAtPath(server: Server, path: string, group: string | null): Promise<BoundAddress> {
  if (Buffer.byteLength(path) > limits.socketPathBytesMax) {
    throw unavailable(path, `a socket's path has ${limits.socketPathBytesMax} bytes at most`);
  }
  const groupNumber = group === null ? undefined : await groupNumberOf(group, path);
  try {
    await bindPath(server, path);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw unavailable(path, words(error), error);
    await removeStale(path);
    await bindPath(server, path).catch((again: unknown) => {
      throw unavailable(path, words(again), again);
    });
  }
  if (groupNumber !== undefined) await giveToGroup(server, path, groupNumber);
  return { address: path };
}

/** Binds with a umask instead of a later chmod, so that there is no moment in which others may connect. */
async function bindPath(server: Server, path: string): Promise<void> {
  const before = process.umask(SOCKET_UMASK);
  try {
    // Node binds a path before `listen` returns.
    await bound(server, { path });
  } finally {
    process.umask(before);
  }
}

function bound(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      server.off('listening', opened);
      reject(error);
    };
    const opened = () => {
      server.off('error', failed);
      // From now on an error is one of `accept` (EMFILE): it costs that connection, and nobody listening would end the agent.
      server.on('error', () => undefined);
      resolve();
    };
    server.once('error', failed);
    server.once('listening', opened);
    server.listen(options);
  });
}

/** Removes what a killed agent left. @throws Failure door_unavailable if it is something else, or somebody answers */
async function removeStale(path: string): Promise<void> {
  try {
    const there = await lstat(path);
    if (!there.isSocket()) throw unavailable(path, 'there is something that is no socket');
    if (await answers(path)) throw unavailable(path, 'another process listens there');
    await unlink(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (codeOf(error) !== 'ENOENT') throw unavailable(path, words(error), error);
  }
}

async function giveToGroup(server: Server, path: string, group: number): Promise<void> {
  try {
    await chown(path, process.getuid?.() ?? 0, group);
  } catch (error) {
    server.close();
    throw unavailable(path, `it can't be given to its group (${codeOf(error)})`, error);
  }
}

/** A group's number: itself, or by its name in /etc/group. */
async function groupNumberOf(group: string, path: string): Promise<number> {
  if (/^\d{1,10}$/.test(group)) return Number(group);
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  for (const line of lines) {
    const [name, , number] = line.split(':');
    if (name === group && /^\d+$/.test(number ?? '')) return Number(number);
  }
  throw unavailable(path, `there is no group ${group} in /etc/group`);
}

async function listenAtAddress(server: Server, address: string): Promise<BoundAddress> {
  const place = hostPort(address);
  if (place === undefined) throw unavailable(address, 'it is no address with a port');
  try {
    await bound(server, { host: place.host, port: place.port });
  } catch (error) {
    throw unavailable(address, words(error), error);
  }
  const got = server.address();
  const port = typeof got === 'object' && got !== null ? got.port : place.port;
  return { address: printHostPort({ host: place.host, port }) };
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** What Node's error codes mean for who starts an agent. */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  // libuv makes EACCES of a missing directory too.
  EACCES: 'this user may not listen there, or its directory is missing',
  EPERM: 'this user may not listen there',
  ENOTDIR: 'its directory is none',
  EROFS: 'its file system is read-only',
};

const words = (error: unknown): string => reasons[codeOf(error) ?? ''] ?? codeOf(error) ?? 'for an unknown reason';

const unavailable = (place: string, why: string, cause?: unknown): Failure =>
  new Failure('door_unavailable', `Can't listen on ${place}: ${why}.`, cause === undefined ? {} : { cause });
