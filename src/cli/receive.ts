/*
 * `sluice receive`: a syslog receiver that prints what arrives, so that a person can see a drain work without setting one up.
 * Promise: stdout has one line per message (-o json: one object), everything else is on stderr; runs until Ctrl-C or --count.
 */
import type { Command } from 'commander';
import { type Context, withOutput } from './context.js';
import { counted, json, printable, size, span } from './format.js';
import { FrameLines } from './frame-line.js';
import { whole } from './options.js';
import type { ReadFrame } from './read-frame.js';
import { Receiver } from './receiver.js';
import { CA_FILE } from './receiver-files.js';
import { interruption } from './terminal.js';

interface ReceiveOptions {
  readonly port?: number;
  readonly host: string;
  readonly tls?: true;
  readonly caOut: string;
  readonly slow?: number | true;
  readonly drop?: number | true;
  readonly count?: number;
}

const SLOW_BYTES_PER_S = 1000;
const DROP_EVERY_S = 5;
const PORTS = { tcp: 5514, tls: 6514 };

export function describe(command: Command, context: Context): void {
  withOutput(command)
    .option('--port <port>', `0 takes any (default: ${PORTS.tcp}, with --tls ${PORTS.tls})`, whole(0, 65_535))
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--tls', 'speak TLS, with a certificate made on the fly')
    .option('--ca-out <file>', 'where to put the CA for `drain add --ca`', CA_FILE)
    .option('--slow [bytes]', `read so many bytes per second only (${SLOW_BYTES_PER_S})`, whole(1))
    .option(
      '--drop [seconds]',
      `reset the connections now and then, every so many seconds or so (${DROP_EVERY_S})`,
      whole(1),
    )
    .option('--count <n>', 'end after so many messages', whole(1))
    .addHelpText(
      'after',
      '\nExamples:\n  sluice receive\n  sluice receive --tls --drop 3\n  sluice receive --port 0 --count 1 -o json',
    )
    .action((options: ReceiveOptions) => receive(context, command, options));
}

async function receive(context: Context, command: Command, options: ReceiveOptions): Promise<void> {
  const { terminal, clock } = context;
  const asJson = context.wantsJson(command);
  const lines = new FrameLines(terminal.out);
  const { signal, release } = interruption();
  const enough = new AbortController();
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const show = (frame: ReadFrame) => (asJson ? json(frame.ok ? frame.message : frame) : lines.line(frame));
  const onFrames = (frames: readonly ReadFrame[]) => {
    const wanted = frames.slice(0, left);
    if (wanted.length === 0) return;
    terminal.print(wanted.map(show).join('\n'));
    left -= wanted.length;
    if (left <= 0) enough.abort();
  };
  const tls = options.tls && (await identityFor(context, options));
  const receiver = await Receiver.listen({
    host: options.host,
    port: options.port ?? (tls ? PORTS.tls : PORTS.tcp),
    clock,
    ...(tls && { tls }),
    ...(options.slow !== undefined && { slowBytesPerS: options.slow === true ? SLOW_BYTES_PER_S : options.slow }),
    onFrames,
    onConnection: (what) => terminal.note(terminal.err.paint('gray', `-- ${printable(what)}`)),
  });
  const startedMs = clock.now();
  const stop = AbortSignal.any([signal, enough.signal]);
  try {
    tellHowToUse(context, options, receiver.port, tls?.fingerprint);
    await cutNowAndThen(context, options, receiver, stop);
  } finally {
    await receiver.close();
    release();
  }
  const { messages, invalid, bytes, connections } = receiver.counts;
  const faults = invalid === 0 ? '' : `, ${counted(invalid, 'frame')} that can't be read`;
  terminal.note(
    `received ${counted(messages, 'message')}${faults}, ${size(bytes)}, over ${counted(connections, 'connection')} in ${span(clock.now() - startedMs)}`,
  );
}

/** Imported only here: certificates take their time to load. */
async function identityFor({ clock }: Context, { caOut, host }: ReceiveOptions) {
  const { keptIdentity } = await import('./receiver-files.js');
  const { fingerprintOf } = await import('./certificates.js');
  const { cert, key } = await keptIdentity(caOut, host, clock);
  return { cert, key, fingerprint: fingerprintOf(cert) };
}

/** Waits until the end, resetting the connections every --drop seconds, give or take half of it. */
async function cutNowAndThen(
  { clock, chance, terminal }: Context,
  { drop }: ReceiveOptions,
  receiver: Receiver,
  stop: AbortSignal,
): Promise<void> {
  if (drop === undefined) {
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    return;
  }
  const everyMs = (drop === true ? DROP_EVERY_S : drop) * 1000;
  while (!stop.aborted) {
    await clock.sleep(everyMs * (0.5 + chance.fraction()), stop);
    const cut = stop.aborted ? 0 : receiver.cut();
    if (cut > 0) terminal.note(terminal.err.paint('yellow', `-- reset ${counted(cut, 'connection')}, as --drop asks`));
  }
}

/** Where it listens, and what to type in another terminal. @param fingerprint of its certificate, with TLS */
function tellHowToUse(context: Context, options: ReceiveOptions, port: number, fingerprint?: string): void {
  const { terminal } = context;
  const { host, caOut } = options;
  const wildcard = host === '0.0.0.0' || host === '::';
  const called = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  const url = `${fingerprint === undefined ? 'syslog' : 'syslog+tls'}://${called}:${port}`;
  terminal.note(`listening on ${url}   (Ctrl-C ends it)`);
  if (fingerprint === undefined) return terminal.hint(`sluice drain add ${url} --tenant TENANT`);
  terminal.note(`its CA is in ${caOut}; its certificate is ${fingerprint}`);
  terminal.hint(`sluice drain add ${url} --tenant TENANT --ca ${caOut}`);
}
