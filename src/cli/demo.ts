/*
 * `sluice demo`: one agent, two tenants, two receivers, so that a person sees in some seconds what Sluice does: each event at
 * its own receiver, what a filter leaves out, what a pace holds back.
 * Promise: real agent, real sockets, loopback only; the summary sets the agent's own counters beside what the receivers counted,
 * and exit 0 means that all arrived. Worst case: gives up after `ARRIVAL_MS_MAX`; nothing is left behind.
 */
import type { Command } from 'commander';
import type { DrainJson, StatusJson } from '../api/view.js';
import { Failure } from '../base/failure.js';
import { type Context, withOutput } from './context.js';
import { acmeEvents, type DemoEvent, globexEvents } from './demo-events.js';
import { DemoScene } from './demo-scene.js';
import { droppedSum, filterWords } from './drain-words.js';
import { count, counted, json, span } from './format.js';
import { FrameLines } from './frame-line.js';
import { table } from './print.js';
import type { ReadFrame } from './read-frame.js';
import { interruption, type Style, type Terminal } from './terminal.js';

const SEND_EVERY_MS = 120;
const POLL_MS = 100;
const ARRIVAL_MS_MAX = 30_000;
const STYLES: Readonly<Record<string, Style>> = { acme: 'green', globex: 'magenta' };

export function describe(command: Command, context: Context): void {
  withOutput(command).action(() => demo(context, command));
}

/** One drain at the end: what the agent says beside what its receiver saw. */
interface Outcome {
  readonly drain: DrainJson;
  readonly received: number;
  readonly strangers: number;
}

async function demo(context: Context, command: Command): Promise<void> {
  const { terminal, clock } = context;
  const asJson = context.wantsJson(command);
  const scene = new DemoScene(context);
  const { signal, release } = interruption();
  const startedMs = clock.now();
  try {
    const show = frameShower(terminal);
    terminal.progress('starting an agent and two receivers …');
    const directory = await scene.set((tenant, frames) => (asJson ? undefined : show(tenant, frames)));
    tellScene(terminal, scene, directory);
    const sent = await sendAll(context, scene, signal);
    const outcomes = await waitForArrival(context, scene, signal);
    const status = await scene.control.call<StatusJson>('GET', '/v1/status');
    const tookMs = clock.now() - startedMs;
    if (asJson) terminal.print(json({ sent, status, drains: outcomes, took_ms: Math.round(tookMs) }, 2));
    else terminal.print(summary(terminal, sent, status, outcomes, tookMs));
    if (signal.aborted)
      throw new Failure('not_all_arrived', 'The demo was interrupted.', {
        hint: 'Run it again: it takes some seconds.',
      });
    judge(sent, outcomes);
    terminal.hint('Now with your own: sluice agent --dev');
  } finally {
    release();
    await scene.clear();
  }
}

function frameShower(terminal: Terminal) {
  const lines = new FrameLines(terminal.out);
  return (tenant: string, frames: readonly ReadFrame[]) => {
    const column = terminal.out.paint(STYLES[tenant], `${tenant}'s receiver`.padEnd(17));
    terminal.print(frames.map((frame) => `${column} │ ${lines.line(frame)}`).join('\n'));
  };
}

function tellScene(terminal: Terminal, scene: DemoScene, directory: string): void {
  terminal.note(`An agent runs in ${directory}, with two tenants and a drain for each:`);
  for (const { tenant, drain } of scene.ends) {
    const pace = tenant === 'globex' ? `, ${drain.limits.events_per_s} events/s at most` : '';
    terminal.note(
      `  ${terminal.err.paint(STYLES[tenant], tenant.padEnd(7))} ${drain.url}  ${filterWords(drain.filter)}${pace}`,
    );
  }
  terminal.note('');
}

/** globex' events in one go, acme's one by one. Returns how many the agent accepted. */
async function sendAll({ clock }: Context, scene: DemoScene, signal: AbortSignal): Promise<number> {
  const send = async (events: readonly DemoEvent[]): Promise<number> => {
    const ndjson = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    return (await scene.ingest.sendEvents(Buffer.from(ndjson))).accepted;
  };
  let accepted = await send(globexEvents);
  for (const event of acmeEvents) {
    if (signal.aborted) break;
    accepted += await send([event]);
    await clock.sleep(SEND_EVERY_MS, signal);
  }
  return accepted;
}

async function waitForArrival({ clock, terminal }: Context, scene: DemoScene, signal: AbortSignal): Promise<Outcome[]> {
  const giveUpMs = clock.now() + ARRIVAL_MS_MAX;
  for (;;) {
    const drains = await scene.control.call<DrainJson[]>('GET', '/v1/drains');
    const outcomes = scene.ends.map(({ drain, receiver, strangers }) => ({
      drain: drains.find(({ id }) => id === drain.id) ?? drain,
      received: receiver.counts.messages,
      strangers,
    }));
    if (outcomes.every(isWhole) || clock.now() > giveUpMs || signal.aborted) return outcomes;
    const waiting = outcomes.reduce((sum, { drain }) => sum + drain.backlog.events, 0);
    terminal.progress(`${counted(waiting, 'event')} held back by the pace or not yet acknowledged …`);
    await clock.sleep(POLL_MS, signal);
  }
}

/** All that the agent accepted for this drain is acknowledged, and the receiver saw as much. */
const isWhole = ({ drain: { ledger }, received }: Outcome): boolean =>
  ledger.delivered === ledger.accepted && received >= ledger.accepted;

function judge(sent: number, outcomes: readonly Outcome[]): void {
  const all = acmeEvents.length + globexEvents.length;
  if (sent !== all) throw new Failure('not_all_arrived', `The agent accepted ${sent} of ${all} events.`);
  const short = outcomes.find((outcome) => !isWhole(outcome));
  if (short) {
    const { ledger, tenant } = short.drain;
    throw new Failure('not_all_arrived', `${tenant}'s receiver has ${short.received} of ${ledger.accepted} events.`);
  }
  const strange = outcomes.find(({ strangers }) => strangers > 0);
  if (strange)
    throw new Failure('not_all_arrived', `${strange.drain.tenant}'s receiver got events that are not its own.`);
}

function summary(
  terminal: Terminal,
  sent: number,
  status: StatusJson,
  outcomes: readonly Outcome[],
  tookMs: number,
): string {
  const rows = outcomes.map(({ drain, received }) => [
    terminal.out.paint(STYLES[drain.tenant], drain.tenant),
    count(drain.ledger.accepted),
    count(drain.ledger.delivered),
    count(received),
    count(droppedSum(drain.ledger)),
    count(drain.filtered),
    count(drain.paced.events),
  ]);
  const headings = [
    'drain of',
    'accepted',
    'delivered',
    'receiver saw',
    'dropped',
    'filter left out',
    'pace held back',
  ];
  const { delivered } = status.delivery;
  const taken = Object.values(status.events.accepted).reduce((sum, each) => sum + each, 0);
  return `
${table(headings, rows, [1, 2, 3, 4, 5, 6])}

${outcomes.flatMap(({ drain }) => sentences(drain)).join('\n')}
${counted(sent, 'event')} sent, ${count(taken)} taken by the agent, ${count(delivered)} delivered and acknowledged, in ${span(tookMs)}.`;
}

/** What the filter and the pace did, in words. */
function sentences({ tenant, filter, filtered, paced, limits }: DrainJson): string[] {
  const said: string[] = [];
  if (filtered > 0)
    said.push(`${tenant} takes ${filterWords(filter)} only: ${counted(filtered, 'other event')} stayed here.`);
  if (paced.events > 0) {
    const pace = `${count(limits.events_per_s)} events/s`;
    said.push(`${tenant}'s receiver is sent ${pace} at most: ${counted(paced.events, 'event')} waited, none was lost.`);
  }
  return said;
}
