/*
 * The command line: `sluice COMMAND …`. Finds the command, lets it work, turns what it throws into two lines and an exit code.
 * Promise: exit codes as DESIGN has them (0 done, 1 failed, 2 usage, 3 refused, 4 not found, 5 not allowed, 6 agent unreachable).
 * Owner: bin/sluice.js, which calls `main` once.
 */
import { Command, CommanderError } from 'commander';
import { systemChance, systemClock } from '../base/clock.js';
import { asFailure, Failure } from '../base/failure.js';
import { type CommandEntry, commands } from './commands.js';
import { Context, withShared } from './context.js';
import { environment } from './environment.js';
import { printable } from './format.js';
import { Terminal } from './terminal.js';
import { programVersion } from './version.js';

/**
 * Runs one command.
 * @param argv as process.argv: node, the program, then what was typed
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  const said = environment();
  const terminal = new Terminal(said);
  const context = new Context(terminal, said, systemClock, systemChance);
  const program = buildProgram(context);
  try {
    await program.parseAsync([...argv]);
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return tellUsage(terminal, error, commandPath(program, argv));
    return tellFailure(terminal, error);
  }
}

function buildProgram(context: Context): Command {
  const program = new Command('sluice')
    .description("Carries each tenant's events to the syslog endpoint that this tenant registered.")
    .version(programVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      '\nStart here:  sluice demo          then:  sluice agent --dev\nMore:        sluice COMMAND --help',
    );
  withShared(program);
  const entryOf = new Map<Command, CommandEntry>();
  for (const entry of commands) {
    const command = program
      .command(entry.name)
      .summary(entry.summary)
      .description(entry.summary)
      .helpGroup(`${entry.group}:`);
    entryOf.set(command, entry);
  }
  return program.hook('preSubcommand', async (_, command) => {
    const entry = entryOf.get(command);
    if (entry) (await entry.load()).describe(command, context);
  });
}

/** The commands that were typed, as far as they are known: `sluice drain add`. */
function commandPath(program: Command, argv: readonly string[]): string {
  let command = program;
  for (const word of argv.slice(2)) command = command.commands.find((each) => each.name() === word) ?? command;
  const names: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name());
  return names.join(' ');
}

/** What commander found wrong, or help and version, which it throws too. */
function tellUsage(terminal: Terminal, error: CommanderError, path: string): number {
  if (error.exitCode === 0) return 0;
  // Help that was printed because a subcommand is missing comes as an error whose text is its own name.
  if (error.code === 'commander.help') return 2;
  const [message, ...suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion.join(' ').replace(/^\((.*)\)$/, '$1 ');
  const hint = `${meant}\`${path} --help\` says what it takes.`;
  return tellFailure(terminal, new Failure('usage', `${message}.`.replace(/([.?!])\.$/, '$1'), { hint }));
}

function tellFailure(terminal: Terminal, error: unknown): number {
  const failure = asFailure(error);
  for (const line of failure.message.split('\n'))
    terminal.note(`${terminal.err.paint('red', 'sluice:')} ${printable(line)}`);
  if (failure.code === 'internal' && failure.cause instanceof Error) {
    terminal.note(failure.cause.stack ?? failure.cause.message);
  }
  terminal.hint(printable(failure.hint));
  return failure.kind.exit;
}
