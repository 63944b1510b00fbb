/*
 * `sluice status [--watch]`: how the agent is doing, on one page, the drains in trouble first.
 * Promise: every figure is the agent's own. `--watch` draws the page again each second, with rates, until Ctrl-C.
 */
import type { Command } from 'commander';
import type { DrainJson, StatusJson } from '../api/view.js';
import type { Client } from './client.js';
import { type Context, withShared } from './context.js';
import { droppedSum, stateWord } from './drain-words.js';
import { ago, count, counted, json, printable, size, span } from './format.js';
import { type Entry, entries, table } from './print.js';
import { interruption } from './terminal.js';

const WATCH_MS = 1000;
const WORST_SHOWN_MAX = 10;

interface Reading {
  readonly status: StatusJson;
  readonly drains: readonly DrainJson[];
  readonly atMs: number;
}

export function describe(command: Command, context: Context): void {
  withShared(command)
    .option('--watch', 'draw it again each second')
    .action(({ watch }: { watch?: true }) =>
      context.atControl(command, (client) =>
        watch ? follow(context, command, client) : once(context, command, client),
      ),
    );
}

async function read(context: Context, client: Client): Promise<Reading> {
  const status = await client.call<StatusJson>('GET', '/v1/status');
  const drains = await client.call<DrainJson[]>('GET', '/v1/drains');
  return { status, drains, atMs: context.clock.now() };
}

async function once(context: Context, command: Command, client: Client): Promise<void> {
  if (context.wantsJson(command)) return context.terminal.print(json(await client.call('GET', '/v1/status'), 2));
  context.terminal.print(page(context, await read(context, client)));
}

async function follow(context: Context, command: Command, client: Client): Promise<void> {
  const asJson = context.wantsJson(command);
  const { signal, release } = interruption();
  let before: Reading | undefined;
  while (!signal.aborted) {
    const now = await read(context, client);
    context.terminal.clear();
    context.terminal.print(asJson ? json(now.status) : page(context, now, before));
    before = now;
    await context.clock.sleep(WATCH_MS, signal);
  }
  release();
}

/** @param before an earlier reading, for rates */
function page(context: Context, now: Reading, before?: Reading): string {
  const { status, drains } = now;
  const { terminal, clock } = context;
  const wallMs = clock.wall();
  const ready = status.ready ? terminal.out.paint('green', 'ready') : terminal.out.paint('red', 'not ready');
  const list: Entry[] = [
    ['agent', `${ready}, version ${status.version}, up ${span(wallMs - Date.parse(status.started))}`],
    ['tenants', count(status.tenants)],
    ['drains', drainCounts(status)],
    ['events in', inWords(now, before)],
    ['events out', outWords(now, before)],
    ['waiting', waitingWords(status, wallMs)],
    ['journal', journalWords(status)],
    ['doors', status.doors.map(({ door, address }) => `${door.padEnd(8)} ${address}`)],
  ];
  const worst = worstTable(context, drains, wallMs);
  return worst === '' ? entries(list) : `${entries(list)}\n\n${worst}`;
}

const drainCounts = ({ drains: { active, paused, failing } }: StatusJson): string =>
  `${count(active)} active, ${count(paused)} paused${failing > 0 ? `, ${count(failing)} failing` : ', none failing'}`;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, each) => all + each, 0);

/** ` (1,234/s)`, from two readings. */
function rate(now: Reading, before: Reading | undefined, of: (status: StatusJson) => number): string {
  if (!before) return '';
  const perSecond = ((of(now.status) - of(before.status)) * 1000) / (now.atMs - before.atMs);
  return ` (${count(Math.max(0, Math.round(perSecond)))}/s)`;
}

function inWords(now: Reading, before: Reading | undefined): string[] {
  const { accepted, unrouted, limited, rejected } = now.status.events;
  const doors = Object.entries(accepted)
    .filter(([, events]) => events > 0)
    .map(([door, events]) => `${printable(door)} ${count(events)}`);
  const by = doors.length > 1 ? ` (${doors.join(', ')})` : '';
  const lines = [`${count(sum(accepted))} accepted${rate(now, before, ({ events }) => sum(events.accepted))}${by}`];
  if (unrouted > 0) lines.push(`${count(unrouted)} of them had no drain to go to`);
  if (limited > 0) lines.push(`${count(limited)} limited`);
  const reasons = Object.entries(rejected).map(([code, events]) => `${code} ${count(events)}`);
  if (reasons.length > 0) lines.push(`${count(sum(rejected))} rejected (${reasons.join(', ')})`);
  return lines;
}

function outWords(now: Reading, before: Reading | undefined): string[] {
  const { delivered, resent, dropped, connections, dials } = now.status.delivery;
  const lines = [
    `${count(delivered)} delivered${rate(now, before, ({ delivery }) => delivery.delivered)}, over ${counted(connections, 'connection')} (${counted(dials, 'dial')})`,
  ];
  if (resent > 0) lines.push(`${count(resent)} sent again`);
  const reasons = Object.entries(dropped).filter(([, events]) => events > 0);
  if (reasons.length > 0) {
    const words = reasons.map(([reason, events]) => `${reason.replace('_', ' ')} ${count(events)}`);
    lines.push(`${count(sum(dropped as unknown as Record<string, number>))} dropped (${words.join(', ')})`);
  }
  return lines;
}

/** What the drains still have to send. */
function waitingWords({ backlog: { events, bytes, oldest } }: StatusJson, wallMs: number): string {
  if (events === 0) return 'nothing';
  return `${counted(events, 'event')}, ${size(bytes)}${oldest ? `, the oldest from ${ago(oldest, wallMs)}` : ''}`;
}

function journalWords({ journal: { events, bytes, failing } }: StatusJson): string[] {
  const lines = [events === 0 ? 'empty' : `${counted(events, 'event')} kept, ${size(bytes)}`];
  if (failing) lines.push(`failing: ${failing}`);
  return lines;
}

/** Failing drains and those with losses or the most waiting, worst first. */
function worstTable(context: Context, drains: readonly DrainJson[], wallMs: number): string {
  const troubled = drains
    .filter((drain) => drain.last_error !== null || drain.connection.stalled || droppedSum(drain.ledger) > 0)
    .toSorted(
      (a, b) => Number(b.last_error !== null) - Number(a.last_error !== null) || b.backlog.events - a.backlog.events,
    );
  if (troubled.length === 0) return '';
  const rows = troubled
    .slice(0, WORST_SHOWN_MAX)
    .map((drain) => [
      drain.id,
      drain.tenant,
      context.terminal.out.paint('red', stateWord(drain)),
      count(drain.backlog.events),
      count(droppedSum(drain.ledger)),
      drain.last_error ? `${drain.last_error.code} for ${span(wallMs - Date.parse(drain.last_error.since))}` : '',
      drain.url,
    ]);
  const more = troubled.length > rows.length ? `\n… and ${count(troubled.length - rows.length)} more` : '';
  return table(['drain', 'tenant', 'state', 'waiting', 'dropped', 'why', 'url'], rows, [3, 4]) + more;
}
