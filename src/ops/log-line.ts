/*
 * From one happening to one line: how serious it is and what a person reads. Pure.
 * Promise: every kind has its sentence (a new kind doesn't compile without one); no line holds a payload, since no happening does,
 * and an error of ours is told without its message unless we wrote that message ourselves. The level rises with the wait.
 */
import { AssertionError } from '../base/assert.js';
import { Failure, failureKinds } from '../base/failure.js';
import type { Happening } from '../base/happening.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Line {
  readonly level: Level;
  /** One sentence without a full stop. */
  readonly message: string;
}

/** A drain that has failed for this long is worth a warning, … */
const failingWarnMs = 60_000;
/** … and for this long an error. */
const failingErrorMs = 3_600_000;

const spanWords = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
};

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const line = (level: Level, message: string): Line => ({ level, message });

type Words = {
  readonly [Kind in Happening['kind']]: (happening: Extract<Happening, { readonly kind: Kind }>, nowMs: number) => Line;
};

const words: Words = {
  'agent.ready': ({ version, startedInMs, tenants, drains, backlogEvents }) =>
    line(
      'info',
      `sluice ${version} is ready after ${spanWords(startedInMs)}: ${tenants} tenants, ${drains} drains, ${events(backlogEvents)} to deliver`,
    ),
  'agent.stopping': ({ reason }) => line('info', `stopping: ${reason}`),
  'agent.stopped': ({ queuedEvents, inDoubtEvents, tookMs }) =>
    line(
      'info',
      `stopped after ${spanWords(tookMs)}; ${events(queuedEvents)} queued and ${inDoubtEvents} in doubt are kept for the next start`,
    ),
  'agent.unsafe': ({ setting, opens }) =>
    line('warn', `${setting} opens ${opens}: tenants can reach this machine through it`),
  'door.open': ({ door, address }) => line('info', `${door} listens on ${address}`),
  'door.refused': ({ door, code, count }) =>
    line('warn', `${door} refused ${times(count)}: ${code} (${failureKinds[code].hint})`),
  'registry.changed': ({ what, tenant, subject }) =>
    line('info', subject === tenant ? `${what}: ${tenant}` : `${what}: ${subject} of tenant ${tenant}`),
  'tenant.limited': ({ tenant, events: count }) =>
    line('info', `tenant ${tenant} is over its limit: ${events(count)} not taken`),
  'journal.dropped': ({ drain, tenant, reason, events: count }) =>
    line(reason === 'removed' ? 'info' : 'warn', `drain ${drain} of tenant ${tenant} lost ${events(count)}: ${reason}`),
  'journal.failing': ({ code, cause }) => line('error', `the journal can't commit: ${code} (${cause})`),
  'journal.recovered': ({ afterMs }) => line('info', `the journal commits again after ${spanWords(afterMs)}`),
  'journal.damaged': ({ where, events: count }) =>
    line('error', `the journal is damaged in ${where}: ${events(count)} can't be read`),
  'drain.failing': ({ drain, tenant, code, attempts, sinceMs, nextTryMs }, nowMs) => {
    const waited = Math.max(0, nowMs - sinceMs);
    const level = waited >= failingErrorMs ? 'error' : waited >= failingWarnMs ? 'warn' : 'info';
    const next = spanWords(Math.max(0, nextTryMs - nowMs));
    const tries = `failed ${times(attempts)} in ${spanWords(waited)}, tries again in ${next}`;
    return line(level, `drain ${drain} of tenant ${tenant}: ${code}; ${tries}`);
  },
  'drain.recovered': ({ drain, tenant, attempts, afterMs }) =>
    line(
      'info',
      `drain ${drain} of tenant ${tenant} delivers again after ${spanWords(afterMs)}, having failed ${times(attempts)}`,
    ),
  'drain.connected': ({ drain, tenant, address, protocol }) =>
    line('debug', `drain ${drain} of tenant ${tenant} is connected to ${address} with ${protocol}`),
  bug: ({ where, error }) => line('error', `a bug in ${where}: ${errorWords(error)}`),
};

/** @param nowMs the clock that the happening's own times are from */
export function lineOf<Kind extends Happening['kind']>(
  happening: Extract<Happening, { readonly kind: Kind }>,
  nowMs: number,
): Line {
  return words[happening.kind](happening, nowMs);
}

/**
 * An error without what it may quote: Node's own messages repeat their input (JSON.parse does), so only ours are told.
 * The frames of the stack say where it was.
 */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const { code } = error as NodeJS.ErrnoException;
  const ours = error instanceof AssertionError || error instanceof Failure;
  const name = `${error.name}${typeof code === 'string' ? ` ${code}` : ''}${ours ? `: ${error.message}` : ''}`;
  const frames = (error.stack ?? '').split('\n').filter((each) => /^\s+at /.test(each));
  const cause = error.cause === undefined ? '' : `; caused by ${errorWords(error.cause)}`;
  return `${[name, ...frames.map((frame) => frame.trim())].join(' ')}${cause}`;
}
