/*
 * The commands of `sluice`, in the order of its help. A command's file is imported only when it is the one that was typed,
 * which keeps `sluice --help` under 0.2 s.
 */
import type { Command } from 'commander';
import type { Context } from './context.js';

/** What each command's file exports: adds arguments, options, subcommands and the action to its empty Command. */
export interface CommandModule {
  describe(command: Command, context: Context): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: 'Operator' | 'Tenant' | 'Producer' | 'Anyone';
  readonly load: () => Promise<CommandModule>;
}

export const commands: readonly CommandEntry[] = [
  {
    group: 'Anyone',
    name: 'demo',
    summary: 'see it work: an agent, two receivers, events on their way',
    load: () => import('./demo.js'),
  },
  {
    group: 'Anyone',
    name: 'receive',
    summary: 'a syslog receiver that prints what arrives',
    load: () => import('./receive.js'),
  },
  { group: 'Anyone', name: 'load', summary: 'a bounded load for a running agent', load: () => import('./load.js') },
  { group: 'Operator', name: 'agent', summary: 'run the agent', load: () => import('./agent.js') },
  {
    group: 'Operator',
    name: 'config',
    summary: 'check a configuration, or print the example',
    load: () => import('./config.js'),
  },
  { group: 'Operator', name: 'status', summary: 'how the agent is doing', load: () => import('./status.js') },
  {
    group: 'Operator',
    name: 'tenant',
    summary: 'add, list, show, set, remove tenants',
    load: () => import('./tenant.js'),
  },
  {
    group: 'Tenant',
    name: 'drain',
    summary: 'add, list, show, update, pause, resume, remove drains',
    load: () => import('./drain.js'),
  },
  { group: 'Producer', name: 'send', summary: 'hand over events', load: () => import('./send.js') },
];
