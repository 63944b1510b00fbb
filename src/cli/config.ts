/*
 * `sluice config check [FILE]` and `sluice config example`: the settings before an agent has to live with them.
 * Promise: `check` reads with the table that `agent --config` reads with, and says what would keep an agent from starting.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { asFailure, Failure } from '../base/failure.js';
import { loadSettings } from '../ops/settings-load.js';
import { exampleSettings } from '../ops/settings-print.js';
import { refuseUnbuilt } from '../ops/settings-relations.js';
import { type Context, withOutput } from './context.js';
import { json } from './format.js';

/** Read when no file is named. */
export const DEFAULT_CONFIG = '/etc/sluice/sluice.yaml';

export function describe(command: Command, context: Context): void {
  command.enablePositionalOptions().helpCommand(false);
  withOutput(command.command('check [file]'))
    .description('say what is wrong with a configuration, line by line')
    .action((file: string | undefined, _, self: Command) => check(context, self, file ?? DEFAULT_CONFIG));
  command
    .command('example')
    .description('print every key with its default and what it means')
    .action(() => context.terminal.out.write(exampleSettings()));
}

/** Prints nothing but what is wrong; with `-o json` also every setting as the agent would have it. */
function check(context: Context, command: Command, file: string): void {
  const wantsJson = context.wantsJson(command);
  const settings = loadSettings(settingsText(file));
  if (wantsJson) context.terminal.print(json(settings, 2));
  else context.terminal.note(`${file} is fine`);
  try {
    refuseUnbuilt(settings);
  } catch (error) {
    // The defaults are such: they are right, and this version can't serve them yet.
    const { message, hint } = asFailure(error);
    context.terminal.note(`but an agent of this version won't start with it: ${message}\nhint: ${hint}`);
  }
}

/** The text of a configuration file. @throws Failure config_unreadable */
export function settingsText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure('config_unreadable', `${file} can't be read (${code}).`, { cause: error });
  }
}
