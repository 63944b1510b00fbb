/*
 * `sluice send`: one event from the command line, or one per line of stdin, live.
 * Promise: says what became of every line; exit 0 only if all were accepted, 1 if any was rejected, 3 if a limit held any back.
 * Worst case: the agent goes away half-way; what was accepted before is told, and from which line on nothing is known.
 */
import type { Command } from 'commander';
import { Failure, failureKinds } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { FrameDecoder } from '../syslog/framing.js';
import type { Context } from './context.js';
import { withShared } from './context.js';
import { count, counted, json, printable } from './format.js';
import { pair } from './options.js';
import { Batches, type SendCounts } from './send-batches.js';
import { eventOf, eventOfJson, eventOfLine, type EventDefaults, isBlank } from './send-lines.js';
import { interruption, type Terminal } from './terminal.js';

interface SendOptions extends EventDefaults {
  readonly ndjson?: boolean;
}

/** Rejections that are told one by one; -o json has the first 100. */
const TOLD_MAX = 20;

export function describe(command: Command, context: Context): void {
  withShared(command)
    .argument('[message...]', 'what a person reads; without it, one event per line of stdin')
    .option('--tenant <tenant>', 'whose event it is')
    .option('--type <type>', 'dotted lower-case name, such as orchestration.stack.create.end')
    .option('--severity <severity>', 'emerg alert crit err warning notice info debug, or 0 to 7 (default: info)')
    .option('--resource <id>', 'what the event is about')
    .option('--data <name=value>', 'structured data; repeat it for more', pair)
    .option('--ndjson', 'stdin is one event as JSON per line; the options above fill in what an event lacks')
    .addHelpText(
      'after',
      `
Examples:
  sluice send --tenant acme --type stack.create.end --resource web-1 'Stack web-1 is up'
  tail -f app.log | sluice send --tenant acme --type app.log
  sluice send --ndjson < events.ndjson`,
    )
    .action((words: string[], options: SendOptions) => send(context, command, words, options));
}

async function send(context: Context, command: Command, words: string[], options: SendOptions): Promise<void> {
  const defaults = eventDefaults(options);
  checkSource(context, words, options);
  const asJson = context.wantsJson(command);
  const client = context.connect(command, 'ingest');
  const onAnswer = () => {
    context.terminal.progress(`${count(batches.counts.accepted)} accepted …`);
    // A failure is told now, not when `tail -f` has its next line.
    if (batches.failed) context.terminal.input.destroy();
  };
  const batches = new Batches((ndjson) => client.sendEvents(ndjson), context.clock, onAnswer);
  try {
    if (words.length > 0) batches.add(eventOf(defaults, words.join(' ')), 1);
    else await readStdin(context, batches, defaults, options.ndjson === true);
    await batches.finish();
  } catch (error) {
    tell(context, batches.counts, asJson, words.length > 0);
    throw error;
  } finally {
    client.close();
  }
  tell(context, batches.counts, asJson, words.length > 0);
}

function eventDefaults({ tenant, type, severity, resource, data }: SendOptions): EventDefaults {
  return {
    ...(tenant !== undefined && { tenant }),
    ...(type !== undefined && { type }),
    ...(severity !== undefined && { severity }),
    ...(resource !== undefined && { resource }),
    ...(data !== undefined && { data }),
  };
}

function checkSource(context: Context, words: string[], options: SendOptions): void {
  if (options.ndjson && words.length > 0) {
    throw new Failure('usage', '--ndjson reads events from stdin, so there is no MESSAGE beside it.');
  }
  if (!options.ndjson && (options.tenant === undefined || options.type === undefined)) {
    const lacking = options.tenant === undefined ? '--tenant (whose event it is)' : '--type (what happened, dotted)';
    throw new Failure('usage', `An event needs ${lacking}.`, {
      hint: "For example: sluice send --tenant acme --type demo.hello 'Hello'",
    });
  }
  if (words.length > 0 || !context.terminal.typesIn) return;
  throw new Failure('usage', 'There is no message, and nothing is piped in.', {
    hint: options.ndjson
      ? 'For example: sluice send --ndjson < events.ndjson'
      : `For example: sluice send --tenant ${options.tenant} --type ${options.type} 'Hello'   or: tail -f FILE | sluice send …`,
  });
}

/** Reads stdin to its end, or to Ctrl-C, no faster than the agent takes it. */
async function readStdin(context: Context, batches: Batches, defaults: EventDefaults, ndjson: boolean): Promise<void> {
  const toEvent = ndjson ? eventOfJson : eventOfLine;
  let line = 0;
  const take = (bytes: Buffer, start: number, end: number) => {
    line += 1;
    const text = bytes.subarray(start, end);
    if (isBlank(text)) return;
    try {
      batches.add(toEvent(defaults, text), line);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      batches.reject(line, error.code, error.message);
    }
  };
  const tooLong = () => {
    line += 1;
    batches.reject(line, 'event_too_large', 'The line is longer than 256 KiB.');
  };
  const splitter = new FrameDecoder({ frameBytesMax: limits.eventBytesMax, framing: 'lf', onFault: tooLong });
  const { signal, release } = interruption();
  const { input } = context.terminal;
  const stop = () => void input.destroy();
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      splitter.push(chunk, take);
      await batches.room();
    }
  } catch (error) {
    // Ctrl-C ends the input where it is, and what was read is sent; a failure of the agent is told by `finish`.
    if (!signal.aborted && !batches.failed) throw error;
  } finally {
    release();
  }
  splitter.end(take);
}

/** The exit code and the summary: on stderr, with -o json on stdout. @param one a single message: its line number means nothing */
function tell(context: Context, counts: SendCounts, asJson: boolean, one: boolean): void {
  const { accepted, unrouted, limited, rejected, rejected_count } = counts;
  context.exitCode = rejected_count > 0 ? 1 : limited > 0 ? 3 : 0;
  if (asJson) context.terminal.print(json({ accepted, unrouted, limited, rejected, rejected_count }, 2));
  else tellCounts(context.terminal, counts, one);
  hints(counts).forEach((hint) => context.terminal.hint(hint));
}

function tellCounts(terminal: Terminal, counts: SendCounts, one: boolean): void {
  const { accepted, limited, rejected, rejected_count, unanswered } = counts;
  const told = rejected.slice(0, TOLD_MAX);
  for (const { line, code, message } of told)
    terminal.note(`${one ? '' : `line ${line}: `}${code}: ${printable(message)}`);
  if (rejected_count > told.length) terminal.note('… and more: -o json lists the first 100.');
  const parts = [`accepted ${count(accepted)}`];
  if (limited > 0) parts.push(`limited ${count(limited)}`);
  if (rejected_count > 0) parts.push(`rejected ${count(rejected_count)}`);
  if (unanswered > 0) parts.push(`without an answer ${count(unanswered)}`);
  terminal.note(parts.join(', '));
}

/** What to do about each kind of rejection, about limits, and about events that nobody read. */
function hints({ rejected, limited, unrouted }: SendCounts): string[] {
  const codes = [...new Set(rejected.slice(0, TOLD_MAX).map(({ code }) => code))];
  const all = codes
    .filter((code) => Object.hasOwn(failureKinds, code))
    .map((code) => `${code}: ${failureKinds[code].hint}`);
  if (limited > 0)
    all.push('A limit of the tenant held events back: send them again later, slower, or `sluice tenant set`.');
  if (unrouted > 0) {
    const were = unrouted === 1 ? 'was' : 'were';
    all.push(`${counted(unrouted, 'event')} had no drain to go to and ${were} not kept: \`sluice drain add\`.`);
  }
  return all;
}
