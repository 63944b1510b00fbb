/*
 * `sluice config check FILE` and `sluice config example`: the settings before an agent has to live with them.
 * Promise: `check` accepts exactly what `agent --config` accepts, since both read with the same table.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Failure } from '../base/failure.js';
import { loadSettings } from '../ops/settings-load.js';
import { exampleSettings } from '../ops/settings-print.js';
import type { Context } from './context.js';

export function describe(command: Command, context: Context): void {
  command.enablePositionalOptions().helpCommand(false);
  command
    .command('check <file>')
    .description('say what is wrong with a configuration, line by line')
    .action((file: string) => {
      loadSettings(settingsText(file));
      context.terminal.note(`${file} is fine`);
    });
  command
    .command('example')
    .description('print every key with its default and what it means')
    .action(() => context.terminal.out.write(exampleSettings()));
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
