/*
 * `sluice agent`: loads the settings, runs the agent in the foreground until SIGTERM or Ctrl-C, and stops it cleanly.
 * Promise: exit 0 after a clean stop; a second signal ends the process at once. With --dev everything is in ./.sluice, and the
 * person is told what to type next.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { type RunningAgent, startAgent } from '../agent.js';
import { type LineSink, openLog } from '../ops/log.js';
import type { Settings } from '../ops/settings.js';
import { loadSettings } from '../ops/settings-load.js';
import { DEFAULT_CONFIG, settingsText } from './config.js';
import type { Context } from './context.js';
import { entries } from './print.js';
import { interruption, type Terminal } from './terminal.js';
import { programVersion } from './version.js';

interface AgentOptions {
  readonly config?: string;
  readonly dev?: true;
}

export function describe(command: Command, context: Context): void {
  command
    .option('--config <file>', `settings as YAML (default: ${DEFAULT_CONFIG} if it is there)`)
    .option('--dev', 'keep everything in ./.sluice, listen there, and open loopback, to try it without root')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice agent --dev\n  sluice agent --config sluice.yaml        (`sluice config example` prints one to begin with)',
    )
    .action((options: AgentOptions) => run(context, options));
}

async function run(context: Context, options: AgentOptions): Promise<void> {
  const { terminal, clock, chance } = context;
  const settings = readSettings(terminal, options);
  const version = programVersion();
  const { signal, release } = interruption();
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    const report = openLog(settings.log, clock, options.dev ? personsSink(terminal) : undefined);
    const agent = await startAgent(settings, { clock, chance, version, report });
    if (options.dev) tellWhatToType(terminal, settings, agent);
    await Promise.race([agent.stopped, aborted]);
    if (signal.aborted) await agent.stop(String(signal.reason));
    await agent.stopped;
  } finally {
    release();
  }
}

/** With --dev each line is on the screen before the next thing happens, so that the instructions stand last. */
const personsSink = (terminal: Terminal): LineSink => ({ write: (line) => terminal.err.write(line) });

function readSettings(terminal: Terminal, { config, dev }: AgentOptions): Settings {
  const file = config ?? (!dev && existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  if (file === undefined && !dev) terminal.note(`There is no ${DEFAULT_CONFIG}: every setting is at its default.`);
  return loadSettings(file === undefined ? undefined : settingsText(file), { dev: dev === true });
}

function tellWhatToType(terminal: Terminal, settings: Settings, agent: RunningAgent): void {
  const off = 'off';
  terminal.note(`
${terminal.err.paint('bold', `Sluice runs; everything that it keeps is in ${dirname(settings.state_dir)}.`)}
${entries([
  ['control', agent.controlPath ?? off],
  ['ingest', agent.ingestPath ?? off],
  ['syslog', agent.syslogAddresses.length === 0 ? off : agent.syslogAddresses],
])}

Try it from another terminal, in this directory:
  sluice receive                                           prints what arrives
and from a third:
  sluice tenant add acme
  sluice drain add syslog://127.0.0.1:5514 --tenant acme   acme's events go to that receiver
  sluice send --tenant acme --type demo.hello 'Hello'      look at the receiver
  sluice status                                            how it all is
Ctrl-C stops the agent; what is queued is kept.
`);
}
