/*
 * Which agent a command talks to, in the order of DESIGN ("The command line"): --url, SLUICE_URL, ./.sluice/run/, /run/sluice/.
 * Promise: a place that the person named is the only one tried; otherwise the first one whose socket exists is.
 * Worst case: none exists, and the Failure names every path that was looked at.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../base/failure.js';

/** Producers' events go to the ingest socket, everything else to the control socket. */
export type Door = 'control' | 'ingest';

/** Where to connect. `said` is how the person would name it, for messages. */
export type Target =
  | { readonly kind: 'socket'; readonly path: string; readonly said: string }
  | { readonly kind: 'url'; readonly url: URL; readonly said: string };

const SOCKETS: Readonly<Record<Door, string>> = { control: 'control.sock', ingest: 'ingest.sock' };
const RUN_DIRECTORIES = ['.sluice/run', '/run/sluice'];

/**
 * @param named --url or SLUICE_URL: `unix:/path` of a socket or of the directory that holds them, or an http(s) URL
 * @throws Failure usage (a URL of another kind), agent_unreachable (nothing named and no socket found)
 */
export function findTarget(named: string | undefined, door: Door): Target {
  return named === undefined ? findSocket(door) : namedTarget(named, door);
}

function namedTarget(named: string, door: Door): Target {
  if (named.startsWith('unix:')) {
    const path = resolve(named.slice('unix:'.length).replace(/^\/\/(?=\/)/, ''));
    const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return socket(isDirectory ? join(path, SOCKETS[door]) : path);
  }
  const url = URL.canParse(named) ? new URL(named) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Failure('usage', '--url (or SLUICE_URL) is not something that Sluice can call.', {
      hint: 'Give unix:/path/to/control.sock, http://HOST:PORT or https://HOST:PORT.',
    });
  }
  if (url.username || url.password) throw new Failure('usage', 'A URL with a password in it is not accepted.');
  return { kind: 'url', url, said: url.origin };
}

function findSocket(door: Door): Target {
  const paths = RUN_DIRECTORIES.map((directory) => resolve(directory, SOCKETS[door]));
  const found = paths.find(exists);
  if (found !== undefined) return socket(found);
  throw new Failure('agent_unreachable', `No agent is running here: there is no ${paths.join(' and no ')}.`, {
    hint: 'Start one with `sluice agent --dev` in this directory, or name it with --url or SLUICE_URL.',
  });
}

const socket = (path: string): Target => ({ kind: 'socket', path, said: path });

/** A place that this user may not look into counts as found: connecting says what is missing. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
