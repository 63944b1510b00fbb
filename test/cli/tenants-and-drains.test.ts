// What `tenant` and `drain` ask of the agent, and what they print: paths, bodies, files read here, questions not asked in scripts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Asked, problem, type Reply, type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.js';
import { type Ran, sluice } from '../support/sluice.js';

const ID = 'd-0123456789abcdef';
const drainJson = {
  id: ID,
  tenant: 'acme',
  name: 'main',
  url: 'syslog://192.0.2.1:601',
  state: 'active',
  filter: { types: ['a.**'], min_severity: 'warning' },
  framing: 'lf',
  limits: { events_per_s: 5, bytes_per_s: 1024, message_bytes_max: 8192 },
  tls: { ca: null, client_cert: null, server_name: null, fingerprint: null, not_after: null },
  structured_data: null,
  ledger: {
    accepted: 3,
    delivered: 1,
    queued: 2,
    in_doubt: 0,
    resent: 0,
    dropped: { expired: 0, journal_full: 0, too_large: 0, removed: 0 },
  },
  backlog: { events: 2, bytes: 100, oldest: null },
  filtered: 0,
  paced: { events: 0, ms: 0 },
  connection: { phase: 'idle', stalled: false, peer: null },
  last_error: null,
  last_delivery: null,
  created: '2026-11-22T10:00:00.000Z',
};
const tenantJson = {
  name: 'acme',
  limits: { events_per_s: 1000, burst: 10_000, bytes_per_s: 1_048_576, drains: 5 },
  drains: 1,
  events: { accepted: 3, unrouted: 0, limited: 0 },
  created: '2026-11-22T10:00:00.000Z',
};

let agent: ScriptedAgent | undefined;
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

/** Runs the command against an agent that answers so; gives what was printed and what was asked. */
async function run(
  words: string[],
  answer: Reply | ((asked: Asked) => Reply),
  stdin = '',
): Promise<Ran & { asked: Asked[] }> {
  agent = await startScriptedAgent(typeof answer === 'function' ? answer : () => answer);
  const ran = await sluice(words, { environment: { SLUICE_URL: agent.url }, stdin });
  return { ...ran, asked: agent.asked };
}

const asks = (method: string, path: string, body: object | undefined) => (asked: Asked[]) => {
  const last = asked.at(-1);
  expect(last).toMatchObject({ method, path });
  expect(last?.body === '' ? undefined : JSON.parse(last?.body ?? '')).toEqual(body);
};

describe('tenant', () => {
  test.each([
    [
      ['add', 'acme', '--events-per-s', '5', '--bytes-per-s', '1KiB'],
      'POST',
      '/v1/tenants',
      { name: 'acme', events_per_s: 5, bytes_per_s: 1024 },
    ],
    [['show', 'a/b?c'], 'GET', '/v1/tenants/a%2Fb%3Fc', undefined],
    [['set', 'acme', '--burst', 'default', '--drains', '0'], 'PATCH', '/v1/tenants/acme', { burst: null, drains: 0 }],
    [['remove', 'acme'], 'DELETE', '/v1/tenants/acme', undefined],
    [['remove', 'acme', '--yes'], 'DELETE', '/v1/tenants/acme?force=true', undefined],
  ])('%j asks for %s %s', async (words, method, path, body) => {
    const { asked, code } = await run(['tenant', ...words], { status: 200, body: tenantJson });
    expect(code).toBe(0);
    asks(method, path, body)(asked);
  });

  test('add prints the tenant, and on stderr where to go from there', async () => {
    const { out, err } = await run(['tenant', 'add', 'acme'], { status: 201, body: tenantJson });
    expect(out).toMatch(/^tenant {3}acme\nlimit {4}1,000 events\/s, 10,000 at once, 1 MiB\/s\n/);
    expect(err).toBe('hint: Where its events go: sluice drain add syslog+tls://HOST:6514 --tenant acme\n');
  });

  test('remove -o json prints the tenant as it was', async () => {
    const { out, err } = await run(['tenant', 'remove', 'acme', '-o', 'json'], { status: 200, body: tenantJson });
    expect(JSON.parse(out)).toEqual(tenantJson);
    expect(err).toBe('removed acme\n');
  });

  test('list prints a table, and -o json the array', async () => {
    const body = [tenantJson];
    expect((await run(['tenant', 'list'], { status: 200, body })).out).toMatch(/^TENANT {2}DRAINS[^]*acme {9}1/);
    await agent?.close();
    expect(JSON.parse((await run(['tenant', 'list', '-o', 'json'], { status: 200, body })).out)).toEqual(body);
  });
});

describe('drain add', () => {
  test('sends every option as its field, and the text of files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
    const file = async (name: string) => {
      await writeFile(join(directory, name), `PEM of ${name}`);
      return join(directory, name);
    };
    const options = {
      tenant: 'a b',
      name: 'main',
      'min-severity': 'warning',
      framing: 'lf',
      ca: await file('ca'),
      cert: await file('cert'),
      key: await file('key'),
      'server-name': 's',
      fingerprint: 'sha-256:AA',
      'structured-data': '[x@1 k="v"]',
      'message-bytes-max': '4KiB',
      'events-per-s': '5',
      'bytes-per-s': '1KiB',
    };
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const command = ['drain', 'add', 'syslog://192.0.2.1', '--type', 'a.**', '--type', 'b', ...words];
    const { asked, out, err } = await run(command, {
      status: 201,
      body: drainJson,
    });
    await rm(directory, { recursive: true });
    asks('POST', '/v1/drains?tenant=a%20b', {
      url: 'syslog://192.0.2.1',
      name: 'main',
      types: ['a.**', 'b'],
      min_severity: 'warning',
      framing: 'lf',
      ca: 'PEM of ca',
      client_cert: 'PEM of cert',
      client_key: 'PEM of key',
      server_name: 's',
      fingerprint: 'sha-256:AA',
      structured_data: '[x@1 k="v"]',
      message_bytes_max: 4096,
      events_per_s: 5,
      bytes_per_s: 1024,
    })(asked);
    expect(out).toContain('a.**; warning and graver');
    expect(err).toContain(`sluice drain show ${ID}`);
  });

  test('with -o json prints the drain alone', async () => {
    const words = ['drain', 'add', 'syslog://192.0.2.1', '--tenant', 'acme', '-o', 'json'];
    const { out, err } = await run(words, { status: 201, body: drainJson });
    expect(JSON.parse(out)).toEqual(drainJson);
    expect(err).toBe('');
  });
});

/** Knows one drain, in whatever way it is asked for. */
const knowsOne = ({ method, path }: Asked): Reply => {
  if (method === 'GET' && path === '/v1/drains') return { status: 200, body: [drainJson] };
  if (method === 'DELETE' && !path.endsWith('?force=true'))
    return problem(409, 'drain_has_backlog', '2 events wait.', 'Pass --yes.');
  return { status: 200, body: drainJson };
};

const knowsOneOfTenant = ({ path }: Asked): Reply => ({
  status: 200,
  body: path.startsWith('/v1/drains?') ? [drainJson] : drainJson,
});

describe('drain', () => {
  test.each([
    [['list', '--tenant', 'acme'], 'GET', '/v1/drains?tenant=acme', undefined],
    [['show', ID], 'GET', `/v1/drains/${ID}`, undefined],
    [['pause', ID], 'POST', `/v1/drains/${ID}/pause`, undefined],
    [['resume', 'main'], 'POST', `/v1/drains/${ID}/resume`, undefined],
    [['update', 'd-0123', '--url', 'syslog://192.0.2.2'], 'PATCH', `/v1/drains/${ID}`, { url: 'syslog://192.0.2.2' }],
    [
      ['update', ID, '--reset', 'type', '--reset', 'cert', '--name', 'x'],
      'PATCH',
      `/v1/drains/${ID}`,
      { types: null, client_cert: null, client_key: null, name: 'x' },
    ],
    [['remove', ID, '--yes'], 'DELETE', `/v1/drains/${ID}?force=true`, undefined],
  ])('%j asks for %s %s', async (words, method, path, body) => {
    const body200 = path.includes('?tenant') ? { status: 200, body: [drainJson] } : knowsOne;
    const { asked, code, err } = await run(['drain', ...words], body200);
    expect({ code, err }).toMatchObject({ code: 0 });
    asks(method, path, body)(asked);
  });

  test.each([
    [['show', ID], 'GET', `/v1/drains/${ID}?tenant=a%20b`],
    [['show', 'main'], 'GET', '/v1/drains?tenant=a%20b'],
    [['pause', ID], 'GET', `/v1/drains/${ID}?tenant=a%20b`],
    [['resume', ID], 'GET', `/v1/drains/${ID}?tenant=a%20b`],
    [['update', ID, '--name', 'x'], 'GET', `/v1/drains/${ID}?tenant=a%20b`],
    [['remove', ID, '--yes'], 'GET', `/v1/drains/${ID}?tenant=a%20b`],
  ])('%j --tenant looks only among that tenant’s drains', async (words, method, path) => {
    const { asked, code } = await run(['drain', ...words, '--tenant', 'a b'], knowsOneOfTenant);
    expect(code).toBe(0);
    expect(asked[0]).toMatchObject({ method, path });
  });

  test('update refuses an http URL for a drain as the agent does', async () => {
    const { code, err } = await run(['drain', 'update', ID, '--url', 'https://192.0.2.2'], knowsOne);
    expect(code).toBe(3);
    expect(err).toContain('The URL does not begin with syslog+tls:// or syslog://.');
  });

  test('update tells a URL of the agent from one of the drain', async () => {
    agent = await startScriptedAgent(knowsOne);
    const ran = await sluice(['drain', 'update', ID, '--url', 'syslog://192.0.2.2', '--url', agent.url]);
    expect(ran.code).toBe(0);
    asks('PATCH', `/v1/drains/${ID}`, { url: 'syslog://192.0.2.2' })(agent.asked);
  });

  test('remove -o json prints the drain as it was', async () => {
    const { out } = await run(['drain', 'remove', ID, '--yes', '-o', 'json'], knowsOne);
    expect(JSON.parse(out)).toEqual(drainJson);
  });

  test('remove with a backlog is refused where nobody can be asked', async () => {
    const { code, err, asked } = await run(['drain', 'remove', ID], knowsOne, 'y\n');
    expect({ code, err }).toEqual({ code: 3, err: 'sluice: 2 events wait.\nhint: Pass --yes.\n' });
    expect(asked.some(({ path }) => path.includes('force'))).toBe(false);
  });

  test('a name that no drain has is exit 4, and one that two have names both', async () => {
    expect(await run(['drain', 'show', 'other'], knowsOne)).toMatchObject({ code: 4 });
    await agent?.close();
    const twins = { status: 200, body: [drainJson, { ...drainJson, id: 'd-fedcba9876543210' }] };
    const { code, err } = await run(['drain', 'show', 'main'], twins);
    expect(code).toBe(2);
    expect(err).toContain(`${ID}, d-fedcba9876543210`);
  });
});
