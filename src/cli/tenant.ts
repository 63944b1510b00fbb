/*
 * `sluice tenant add|list|show|set|remove`: who may have events and drains, and how much.
 * Promise: prints the tenant as the agent has it after the command; nothing is removed with its drains unless the person said so.
 */
import type { Command } from 'commander';
import type { TenantJson } from '../api/view.js';
import { Failure } from '../base/failure.js';
import type { Context } from './context.js';
import { withShared } from './context.js';
import { ago, count, size } from './format.js';
import { bytes, whole } from './options.js';
import { entries, table } from './print.js';

/** `default` gives it back to the operator. */
type Limit = number | 'default';

interface LimitOptions {
  readonly eventsPerS?: Limit;
  readonly burst?: Limit;
  readonly bytesPerS?: Limit;
  readonly drains?: Limit;
}

export function describe(command: Command, context: Context): void {
  command.enablePositionalOptions().helpCommand(false);
  const leaf = (usage: string, summary: string) => withShared(command.command(usage).description(summary));
  limitOptions(leaf('add <name>', 'add a tenant'), (read) => read).action(
    (name: string, options: LimitOptions, self: Command) => add(context, self, name, options),
  );
  leaf('list', 'list the tenants').action((_, self: Command) => list(context, self));
  leaf('show <name>', 'show one tenant').action((name: string, _, self: Command) => show(context, self, name));
  limitOptions(leaf('set <name>', 'change its limits; `default` gives one back to the operator'), orDefault).action(
    (name: string, options: LimitOptions, self: Command) => set(context, self, name, options),
  );
  leaf('remove <name>', 'remove a tenant')
    .option('--yes', 'remove its drains too, and what is queued for them')
    .action((name: string, { yes }: { yes?: true }, self: Command) => remove(context, self, name, yes === true));
}

type Read<T> = (text: string) => T;

function limitOptions<T>(command: Command, wrap: (read: Read<number>) => Read<T>): Command {
  return command
    .option('--events-per-s <n>', 'events per second that its producers may hand over', wrap(whole(1)))
    .option('--burst <n>', 'events at once after a pause', wrap(whole(1)))
    .option('--bytes-per-s <size>', 'bytes per second, such as 1MiB', wrap(bytes))
    .option('--drains <n>', 'drains that it may have', wrap(whole(0)));
}

/** Commander takes a null for nothing, so the word stays until `limitFields`. */
const orDefault =
  (read: Read<number>): Read<number | 'default'> =>
  (text) =>
    text === 'default' ? text : read(text);

/** The fields of the API, of the options that were given. */
function limitFields({ eventsPerS, burst, bytesPerS, drains }: LimitOptions): Record<string, number | null> {
  const all = { events_per_s: eventsPerS, burst, bytes_per_s: bytesPerS, drains };
  const fields: Record<string, number | null> = {};
  for (const [field, value] of Object.entries(all)) {
    if (value !== undefined) fields[field] = value === 'default' ? null : value;
  }
  return fields;
}

/** The path of a tenant, whatever characters its name was typed with. */
const pathOf = (name: string): string => `/v1/tenants/${encodeURIComponent(name)}`;

async function add(context: Context, command: Command, name: string, options: LimitOptions): Promise<void> {
  const tenant = await context.atControl(command, (client) =>
    client.call<TenantJson>('POST', '/v1/tenants', { name, ...limitFields(options) }),
  );
  context.show(command, tenant, () => text(context, tenant));
  if (!context.wantsJson(command))
    context.terminal.hint(`Where its events go: sluice drain add syslog+tls://HOST:6514 --tenant ${tenant.name}`);
}

async function list(context: Context, command: Command): Promise<void> {
  const tenants = await context.atControl(command, (client) => client.call<TenantJson[]>('GET', '/v1/tenants'));
  context.show(command, tenants, () => {
    const rows = tenants.map(({ name, drains, limits, events }) => [
      name,
      count(drains),
      count(events.accepted),
      count(events.limited),
      `${count(limits.events_per_s)}/s, ${size(limits.bytes_per_s)}/s`,
    ]);
    return table(['tenant', 'drains', 'accepted', 'limited', 'limit'], rows, [1, 2, 3]);
  });
  if (tenants.length === 0 && !context.wantsJson(command))
    context.terminal.hint('There is no tenant yet: sluice tenant add NAME');
}

async function show(context: Context, command: Command, name: string): Promise<void> {
  const tenant = await context.atControl(command, (client) => client.call<TenantJson>('GET', pathOf(name)));
  context.show(command, tenant, () => text(context, tenant));
}

async function set(context: Context, command: Command, name: string, options: LimitOptions): Promise<void> {
  const patch = limitFields(options);
  if (Object.keys(patch).length === 0) {
    throw new Failure('usage', 'There is nothing to set.', {
      hint: `For example: sluice tenant set ${name} --events-per-s 5000`,
    });
  }
  const tenant = await context.atControl(command, (client) => client.call<TenantJson>('PATCH', pathOf(name), patch));
  context.show(command, tenant, () => text(context, tenant));
}

async function remove(context: Context, command: Command, name: string, yes: boolean): Promise<void> {
  await context.atControl(command, async (client) => {
    const force = `${pathOf(name)}?force=true`;
    const tenant = await client.call<TenantJson>('GET', pathOf(name));
    try {
      await client.call('DELETE', yes ? force : pathOf(name));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'tenant_has_drains' || !context.terminal.canAsk) throw error;
      if (!(await context.terminal.ask(`${error.message} Remove them too, with what is queued?`))) {
        return context.refused('nothing was removed');
      }
      await client.call('DELETE', force);
    }
    context.terminal.note(`removed ${name}`);
    // As it was: a program that asked for JSON gets the resource.
    if (context.wantsJson(command)) context.show(command, tenant, () => '');
  });
}

function text(context: Context, { name, limits, drains, events, created }: TenantJson): string {
  return entries([
    ['tenant', name],
    ['limit', `${count(limits.events_per_s)} events/s, ${count(limits.burst)} at once, ${size(limits.bytes_per_s)}/s`],
    ['drains', `${count(drains)} of ${count(limits.drains)}`],
    [
      'events',
      `${count(events.accepted)} accepted, ${count(events.limited)} limited, ${count(events.unrouted)} for which there was no drain (since the agent started)`,
    ],
    ['created', `${created} (${ago(created, context.clock.wall())})`],
  ]);
}
