/*
 * `sluice load`: a steady, bounded load for a running agent, through one of its doors, and what became of it.
 * Promise: open loop: it hands over what is due, says how far behind the agent is, and ends by itself.
 */
import type { Command } from 'commander';
import type { TenantJson } from '../api/view.js';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import type { Client } from './client.js';
import { type Context, withShared } from './context.js';
import { count, counted, json, size, span } from './format.js';
import { IngestDoor, type LoadCounts, type LoadDoor, SyslogStream } from './load-doors.js';
import { LoadEvents, loadTenants, messageBytesMin } from './load-events.js';
import { type LoadProgress, pace } from './load-pace.js';
import { bytes, whole } from './options.js';
import { interruption } from './terminal.js';

interface LoadOptions {
  readonly rate: number;
  readonly tenants: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly door: string;
  readonly create?: true;
  readonly enterpriseId: number;
}

/** Keep-alive connections to the ingest socket. */
const LANES = 4;

export function describe(command: Command, context: Context): void {
  withShared(command)
    .requiredOption(
      '--rate <n>',
      `events per second, ${count(limits.loadRateMax)} at most`,
      whole(1, limits.loadRateMax),
    )
    .requiredOption(
      '--tenants <n>',
      `over so many tenants, load-1 … load-N, ${count(limits.loadTenantsMax)} at most`,
      whole(1, limits.loadTenantsMax),
    )
    .option(
      '--seconds <n>',
      `for so long, ${count(limits.loadSecondsMax)} at most`,
      whole(1, limits.loadSecondsMax),
      10,
    )
    .option('--bytes <size>', `length of each message, ${size(limits.loadMessageBytesMax)} at most`, messageBytes, 250)
    .option('--door <door>', 'ingest (HTTP, answers for each batch) or syslog (a stream)', 'ingest')
    .option('--create', 'add the tenants that are missing, with limits that let this rate through')
    .option('--enterprise-id <n>', 'identity.enterprise_id of the agent, for --door syslog', whole(1), 32_473)
    .addHelpText('after', '\nExample:\n  sluice load --rate 5000 --tenants 10 --seconds 30 --create')
    .action((options: LoadOptions) => load(context, command, options));
}

const messageBytes = (text: string): number => whole(messageBytesMin, limits.loadMessageBytesMax)(String(bytes(text)));

async function load(context: Context, command: Command, options: LoadOptions): Promise<void> {
  const asJson = context.wantsJson(command);
  if (options.door !== 'ingest' && options.door !== 'syslog') {
    throw new Failure('usage', `There is no door "${options.door}" for a load.`, {
      hint: '--door ingest or --door syslog.',
    });
  }
  const control = context.connect(command, 'control');
  try {
    await checkTenants(context, control, options);
    const door = await openDoor(context, command, control, options);
    try {
      await run(context, door, options, asJson);
    } finally {
      door.close();
    }
  } finally {
    control.close();
  }
}

async function openDoor(context: Context, command: Command, control: Client, options: LoadOptions): Promise<LoadDoor> {
  const names = loadTenants(options.tenants);
  if (options.door === 'syslog') {
    return SyslogStream.open(control, LoadEvents.syslog(names, options.bytes, options.enterpriseId), context.clock);
  }
  const client = context.connect(command, 'ingest', LANES);
  return new IngestDoor(LANES, client, LoadEvents.ndjson(names, options.bytes), context.clock);
}

/** Refuses a load for tenants that aren't there, or adds them. */
async function checkTenants(context: Context, control: Client, options: LoadOptions): Promise<void> {
  const there = new Set((await control.call<TenantJson[]>('GET', '/v1/tenants')).map(({ name }) => name as string));
  const missing = loadTenants(options.tenants).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  if (!options.create) {
    throw new Failure(
      'tenant_unknown',
      `${missing.length === 1 ? missing[0] : `${missing[0]} … ${missing.at(-1)}`} ${missing.length === 1 ? 'is not a tenant' : 'are not all tenants'} of this agent.`,
      {
        hint: 'Pass --create to add the tenants load-1 … that are missing.',
      },
    );
  }
  // Twice what each is to get, and encoding adds to the message.
  const eventsPerS = Math.max(1000, Math.ceil((2 * options.rate) / options.tenants));
  const own = { events_per_s: eventsPerS, burst: 10 * eventsPerS, bytes_per_s: 2 * eventsPerS * (options.bytes + 256) };
  for (const name of missing) await control.call('POST', '/v1/tenants', { name, ...own });
  context.terminal.note(
    `added ${counted(missing.length, 'tenant')} with a limit of ${count(eventsPerS)} events/s each`,
  );
}

async function run(context: Context, door: LoadDoor, options: LoadOptions, asJson: boolean): Promise<void> {
  const { terminal, clock } = context;
  const { signal, release } = interruption();
  terminal.note(
    `${count(options.rate)} events/s of ${size(options.bytes)} for ${counted(options.tenants, 'tenant')}, ${span(options.seconds * 1000)}, through the ${options.door} door`,
  );
  const onProgress = ({ handed, due, elapsedMs }: LoadProgress) =>
    terminal.progress(`${span(elapsedMs)}: ${counted(handed, 'event')} handed over, ${count(due - handed)} behind`);
  try {
    const plan = { rate: options.rate, seconds: options.seconds, lanes: door.lanes };
    const end = await pace(plan, clock, signal, (first, events) => door.hand(first, events), onProgress);
    tell(context, door, end, await door.finish(end.handed), asJson);
  } finally {
    release();
  }
}

function tell(context: Context, door: LoadDoor, end: LoadProgress, counts: LoadCounts, asJson: boolean): void {
  const { terminal } = context;
  const { handed, due, elapsedMs } = end;
  const perSecond = Math.round((counts.accepted * 1000) / elapsedMs);
  const { accepted, unrouted, limited, rejected } = counts;
  context.exitCode = rejected > 0 ? 1 : limited > 0 ? 3 : 0;
  if (asJson) {
    const answers =
      door instanceof IngestDoor ? { answer_ms_mean: mean(door), answer_ms_max: Math.round(door.answers.msMax) } : {};
    const figures = {
      handed,
      behind: due - handed,
      accepted,
      unrouted,
      limited,
      rejected,
      seconds: elapsedMs / 1000,
      accepted_per_s: perSecond,
    };
    terminal.print(json({ ...figures, ...answers }, 2));
    return;
  }
  terminal.print(
    `accepted ${count(accepted)} (${count(perSecond)}/s), limited ${count(limited)}, rejected ${count(rejected)}, in ${span(elapsedMs)}`,
  );
  if (door instanceof IngestDoor)
    terminal.print(`answered in ${mean(door)} ms on average, ${Math.round(door.answers.msMax)} ms at most`);
  if (due > handed)
    terminal.print(`${count(due - handed)} were due and not handed over: the agent took them no faster`);
  const lost = handed - accepted - limited - rejected;
  if (lost > 0) terminal.print(`${count(lost)} handed over and not counted by the agent`);
  if (limited > 0)
    terminal.hint('A limit held events back: sluice tenant set load-1 --events-per-s N --bytes-per-s SIZE');
  if (unrouted > 0)
    terminal.hint(`${count(unrouted)} had no drain to go to: sluice receive, then sluice drain add … --tenant load-1`);
}

const mean = ({ answers }: IngestDoor): number => Math.round(answers.msSum / Math.max(1, answers.count));
