/*
 * Where `sluice receive --tls` keeps its CA, certificate and key, so that a drain that trusts the CA works again after a restart.
 * Promise: the CA's file holds nothing secret; the key's file is readable by its owner alone.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import { makeIdentity, type ReceiverIdentity, stillServes } from './certificates.js';

export const CA_FILE = '.sluice/receive-ca.pem';

/** The certificate and its key, beside the CA. */
const keyFileOf = (caFile: string): string => `${caFile.replace(/\.pem$/, '')}.key`;

/** Names and addresses that a sender on this machine may call it by. */
export function ownNames(host: string): string[] {
  const wildcard = host === '0.0.0.0' || host === '::';
  return [...new Set(['127.0.0.1', '::1', 'localhost', hostname(), ...(wildcard ? [] : [host])])];
}

/**
 * The identity kept in `caFile` and beside it, made anew where there is none, it ends soon, or it isn't for this host.
 * @throws Failure usage: the files can't be written
 */
export async function keptIdentity(caFile: string, host: string, clock: Clock): Promise<ReceiverIdentity> {
  const names = ownNames(host);
  const kept = readIdentity(caFile);
  if (kept && stillServes(kept, names, clock)) return kept;
  const made = await makeIdentity(names, clock);
  try {
    mkdirSync(dirname(resolve(caFile)), { recursive: true });
    writeFileSync(keyFileOf(caFile), made.cert + made.key, { mode: 0o600 });
    writeFileSync(caFile, made.ca);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new Failure('usage', `${path ?? caFile} can't be written (${code}).`, {
      hint: 'Say where the CA shall go: --ca-out FILE.',
      cause: error,
    });
  }
  return made;
}

function readIdentity(caFile: string): ReceiverIdentity | undefined {
  try {
    const own = readFileSync(keyFileOf(caFile), 'utf8');
    const at = own.indexOf('-----BEGIN PRIVATE KEY');
    return at > 0 ? { ca: readFileSync(caFile, 'utf8'), cert: own.slice(0, at), key: own.slice(at) } : undefined;
  } catch {
    return undefined;
  }
}
