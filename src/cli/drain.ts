/*
 * `sluice drain add|list|show|update|pause|resume|remove`: where a tenant's events go.
 * Promise: prints the drain as the agent has it after the command, and what to do next; nothing queued is lost without a yes.
 */
import type { Command } from 'commander';
import type { DrainJson } from '../api/view.js';
import { Failure } from '../base/failure.js';
import { isDrainId } from '../base/ids.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { withOutput, withShared } from './context.js';
import { drainFields, drainOptions, resettable, type DrainOptions } from './drain-input.js';
import { drainSummary, drainTable, drainWords } from './drain-words.js';
import { counted } from './format.js';
import { gather } from './options.js';

export function describe(command: Command, context: Context): void {
  command.enablePositionalOptions().helpCommand(false);
  const leaf = (usage: string, summary: string) => withShared(command.command(usage).description(summary));
  const ofOne = (usage: string, summary: string) => ofTenant(leaf(usage, summary));
  drainOptions(leaf('add <url>', "send a tenant's events to syslog+tls://HOST:PORT or syslog://HOST:PORT"))
    .option('--tenant <tenant>', 'whose events')
    .addHelpText(
      'after',
      `\nExamples:\n  sluice drain add syslog+tls://logs.example.com:6514 --tenant acme --min-severity notice\n  sluice drain add syslog://127.0.0.1:5514 --tenant acme --type 'orchestration.**'`,
    )
    .action((url: string, options: DrainOptions & TenantOption, self: Command) => add(context, self, url, options));
  leaf('list', 'list the drains')
    .option('--tenant <tenant>', "only this tenant's")
    .action((options: TenantOption, self: Command) => list(context, self, options.tenant));
  ofOne('show <id>', 'how a drain is doing, and why').action((id: string, _, self: Command) => show(context, self, id));
  describeUpdate(command, context);
  ofOne('pause <id>', 'stop sending; events are kept').action((id: string, _, self: Command) =>
    turn(context, self, id, 'pause'),
  );
  ofOne('resume <id>', 'send again').action((id: string, _, self: Command) => turn(context, self, id, 'resume'));
  ofOne('remove <id>', 'remove a drain')
    .option('--yes', 'also when events are queued for it: they are lost, and counted as removed')
    .action((id: string, { yes }: { yes?: true }, self: Command) => remove(context, self, id, yes === true));
}

interface TenantOption {
  readonly tenant?: string;
}

/** An operator may name the tenant of a drain too: somebody else's is then as unknown as one that isn't there. */
const ofTenant = (command: Command): Command => command.option('--tenant <tenant>', 'whose drain it is');

/** Here `--url` is the drain's new URL; one that names an agent (unix:, http:) is that, as in every other command. */
function describeUpdate(command: Command, context: Context): void {
  const update = command.command('update <id>').description('change a drain: takes what `drain add` takes, and --url');
  ofTenant(drainOptions(withOutput(update)))
    .option(
      '--url <url>',
      "the drain's new URL (the agent's stands before the command: sluice --url … drain update)",
      gather,
    )
    .option('--reset <option>', `back to the default: ${resettable.join(', ')}; repeat it for more`, gather)
    .action((id: string, options: DrainOptions & { url?: string[] }, self: Command) =>
      change(context, self, id, options),
    );
}

const NAMES_AN_AGENT = /^(?:unix:|https?:)/;
const HTTP_URL = /^https?:/;
const pathOf = ({ id }: DrainJson): string => `/v1/drains/${id}`;

async function add(
  context: Context,
  command: Command,
  url: string,
  options: DrainOptions & TenantOption,
): Promise<void> {
  const { tenant } = options;
  if (tenant === undefined) {
    throw new Failure('usage', 'Whose events shall go there?', {
      hint: 'Name the tenant: --tenant TENANT (`sluice tenant list` shows them).',
    });
  }
  const fields = { url, ...drainFields(options) };
  const drain = await context.atControl(command, (client) =>
    client.call<DrainJson>('POST', `/v1/drains?tenant=${encodeURIComponent(tenant)}`, fields),
  );
  context.show(command, drain, () => drainSummary(drain));
  if (context.wantsJson(command)) return;
  context.terminal.hint(`Send it something: sluice send --tenant ${drain.tenant} --type demo.hello 'Hello'`);
  context.terminal.hint(`See how it does:   sluice drain show ${drain.id}`);
}

async function list(context: Context, command: Command, tenant: string | undefined): Promise<void> {
  const drains = await context.atControl(command, (client) => listed(client, tenant));
  context.show(command, drains, () => drainTable(drains));
  if (drains.length === 0 && !context.wantsJson(command)) {
    context.terminal.hint(
      `There is no drain yet: sluice drain add syslog+tls://HOST:6514 --tenant ${tenant ?? 'TENANT'}`,
    );
  }
}

const listed = (client: Client, tenant?: string): Promise<DrainJson[]> =>
  client.call('GET', tenant === undefined ? '/v1/drains' : `/v1/drains?tenant=${encodeURIComponent(tenant)}`);

/**
 * The drain that a person means: by id, by the beginning of its id, or by its name where that is one drain's alone; of the tenant
 * that `command` names with --tenant, if it does.
 */
async function find(client: Client, command: Command, typed: string): Promise<DrainJson> {
  const { tenant } = command.opts<TenantOption>();
  if (isDrainId(typed)) {
    return client.call(
      'GET',
      `/v1/drains/${typed}${tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`}`,
    );
  }
  const all = await listed(client, tenant);
  const meant = all.filter(({ id, name }) => name === typed || (typed.length >= 4 && id.startsWith(typed)));
  if (meant.length === 1) return meant[0];
  if (meant.length === 0) throw new Failure('drain_unknown', `There is no drain "${typed}".`);
  throw new Failure('usage', `"${typed}" may be any of ${meant.map(({ id }) => id).join(', ')}.`, {
    hint: 'Give the whole id.',
  });
}

async function show(context: Context, command: Command, typed: string): Promise<void> {
  const drain = await context.atControl(command, (client) => find(client, command, typed));
  context.show(command, drain, () => drainWords(drain, context.clock.wall()));
}

async function change(
  context: Context,
  command: Command,
  typed: string,
  options: DrainOptions & { url?: string[] },
): Promise<void> {
  const urls = options.url ?? [];
  const agentUrl = urls.find((each) => NAMES_AN_AGENT.test(each));
  const drainUrl = urls.find((each) => !NAMES_AN_AGENT.test(each));
  const patch = { ...(drainUrl !== undefined && { url: drainUrl }), ...drainFields(options) };
  if (Object.keys(patch).length === 0) {
    // An http URL alone was meant for the drain; the agent would say the same of it.
    if (HTTP_URL.test(agentUrl ?? '')) {
      throw new Failure('url_invalid', 'The URL does not begin with syslog+tls:// or syslog://.');
    }
    throw new Failure('usage', 'There is nothing to change.', {
      hint: `For example: sluice drain update ${typed} --min-severity warning`,
    });
  }
  // From here on, `url` in this command is the agent's again.
  command.setOptionValue('url', agentUrl);
  const drain = await context.atControl(command, async (client) =>
    client.call<DrainJson>('PATCH', pathOf(await find(client, command, typed)), patch),
  );
  context.show(command, drain, () => drainSummary(drain));
}

async function turn(context: Context, command: Command, typed: string, verb: 'pause' | 'resume'): Promise<void> {
  const drain = await context.atControl(command, async (client) =>
    client.call<DrainJson>('POST', `${pathOf(await find(client, command, typed))}/${verb}`),
  );
  context.show(command, drain, () => drainWords(drain, context.clock.wall()));
}

async function remove(context: Context, command: Command, typed: string, yes: boolean): Promise<void> {
  await context.atControl(command, async (client) => {
    const drain = await find(client, command, typed);
    try {
      await client.call('DELETE', yes ? `${pathOf(drain)}?force=true` : pathOf(drain));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'drain_has_backlog' || !context.terminal.canAsk) throw error;
      const waiting = counted(drain.backlog.events, 'event');
      if (!(await context.terminal.ask(`${waiting} for ${drain.url} would be lost. Remove the drain?`))) {
        return context.refused('nothing was removed');
      }
      await client.call('DELETE', `${pathOf(drain)}?force=true`);
    }
    context.terminal.note(`removed ${drain.id} (${drain.url})`);
    // As it was: a program that asked for JSON gets the resource.
    if (context.wantsJson(command)) context.show(command, drain, () => '');
  });
}
