/*
 * What every command gets: the terminal, the clock, and the two options that all commands share (-o, --url).
 * Promise: a command that fails throws a Failure; one that did part of its work sets `exitCode` itself.
 * Owner: main.ts makes one per process.
 */
import type { Command } from 'commander';
import type { Chance, Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import { Client } from './client.js';
import type { Environment } from './environment.js';
import { json } from './format.js';
import { type Door, findTarget } from './target.js';
import type { Terminal } from './terminal.js';

export class Context {
  /** 0 done, 1 failed in part, 3 limited or not wanted: what the process ends with unless a Failure says otherwise. */
  exitCode: 0 | 1 | 3 = 0;

  constructor(
    readonly terminal: Terminal,
    readonly environment: Environment,
    readonly clock: Clock,
    readonly chance: Chance,
  ) {}

  /** True if the person asked for `-o json`, before or after the command's name. */
  wantsJson(command: Command): boolean {
    const format = shared(command, 'output') ?? 'text';
    if (format !== 'text' && format !== 'json') {
      throw new Failure('usage', `-o takes text or json, not "${format}".`);
    }
    return format === 'json';
  }

  /** `--url`, or SLUICE_URL. */
  url(command: Command): string | undefined {
    return shared(command, 'url') ?? this.environment.url;
  }

  /** A client of the agent that the person means. The caller closes it. */
  connect(command: Command, door: Door, connections = 1): Client {
    this.wantsJson(command); // a wrong -o is told before anything is done
    return new Client(findTarget(this.url(command), door), connections);
  }

  /** Calls `body` with a client of the agent's control door, and closes it. */
  async atControl<T>(command: Command, body: (client: Client) => Promise<T>): Promise<T> {
    const client = this.connect(command, 'control');
    try {
      return await body(client);
    } finally {
      client.close();
    }
  }

  /** The person said no: tells what follows from it. */
  refused(what: string): void {
    this.terminal.note(what);
    this.exitCode = 3;
  }

  /** Prints the resource as the API has it, or as text. */
  show(command: Command, resource: unknown, text: () => string): void {
    this.terminal.print(this.wantsJson(command) ? json(resource, 2) : text());
  }
}

/** Adds `-o` and `--url`, which every command that talks to an agent takes. */
export const withShared = (command: Command): Command =>
  withOutput(command).option(
    '--url <url>',
    'the agent: unix:/path or http(s)://host:port (default: SLUICE_URL, or found)',
  );

/** Adds `-o` alone. */
export const withOutput = (command: Command): Command => command.option('-o, --output <format>', 'text or json');

/** The option as given nearest to the command's own arguments. */
function shared(command: Command, name: string): string | undefined {
  for (let each: Command | null = command; each !== null; each = each.parent) {
    const value: unknown = each.getOptionValue(name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}
