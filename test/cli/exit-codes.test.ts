// What a script sees of each failure: one exit code per kind (DESIGN, "The command line"), two lines on stderr.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problem, type Reply, type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.js';
import { sluice } from '../support/sluice.js';

let directory: string;
let agent: ScriptedAgent | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

const answering = async (reply: Reply): Promise<string> => {
  agent = await startScriptedAgent(() => reply);
  return agent.url;
};

describe('without an agent', () => {
  test.each([
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    [['--help'], 0, /Usage: sluice[^]*drain[^]*send/],
    [['drain', 'add', '--help'], 0, /--min-severity[^]*Examples/],
    [['config', 'example'], 0, /state_dir: \/var\/lib\/sluice/],
  ])('%j prints on stdout and exits with 0', async (words, code, out) => {
    expect(await sluice(words, { directory })).toMatchObject({ code, out: expect.stringMatching(out), err: '' });
  });

  test.each([
    [[], /Usage: sluice/],
    [['drian'], /unknown command 'drian'/],
    [['drain'], /Usage: sluice drain/],
    [['drain', 'add'], /missing required argument 'url'[^]*sluice drain add --help/],
    [['drain', 'add', 'syslog://a.example'], /Whose events[^]*--tenant/],
    [['tenant', 'set', 'acme'], /nothing to set/],
    [['status', '-o', 'xml'], /text or json/],
    [['status', '--url', 'ftp://a'], /unix:\/path/],
    [['load', '--rate', '10', '--tenants', '0'], /whole number from 1/],
    [['load', '--rate', '10'], /--tenants/],
    [['send', 'Hello'], /--tenant/],
    [['send', '--tenant', 'acme', 'Hello'], /--type/],
    [['send', '--ndjson', 'Hello'], /stdin/],
    [['drain', 'add', 'syslog://a.example', '--tenant', 'a', '--cert', '/none'], /--cert and --key/],
    [['drain', 'add', 'syslog://a.example', '--tenant', 'a', '--ca', '/none'], /\/none can't be read \(ENOENT\)/],
  ])('%j is a usage error: it says why on stderr and exits with 2', async (words, err) => {
    expect(await sluice(words, { directory })).toMatchObject({ code: 2, out: '', err: expect.stringMatching(err) });
  });

  test('every path that was tried is named, and the exit code is 6', async () => {
    const ran = await sluice(['status'], { directory });
    expect(ran.code).toBe(6);
    expect(ran.err).toContain(join(directory, '.sluice/run/control.sock'));
    expect(ran.err).toContain('/run/sluice/control.sock');
    expect(ran.err).toContain('hint: Start one with `sluice agent --dev`');
  });

  test('`send` looks for the ingest socket', async () => {
    const ran = await sluice(['send', '--tenant', 'a', '--type', 'b', 'Hello'], { directory });
    expect(ran.code).toBe(6);
    expect(ran.err).toContain(join(directory, '.sluice/run/ingest.sock'));
  });

  test('a socket that --url names is the only one tried', async () => {
    const path = join(directory, 'gone.sock');
    const ran = await sluice(['status', '--url', `unix:${path}`], { directory });
    expect(ran).toMatchObject({ code: 6, out: '' });
    expect(ran.err).toContain(`${path} does not exist`);
  });

  test('a configuration that is wrong in two places has both told, by line', async () => {
    const { writeFile } = await import('node:fs/promises');
    const file = join(directory, 'wrong.yaml');
    await writeFile(file, 'stat_dir: /tmp\njournal: { ttl: 3 }\n');
    const ran = await sluice(['config', 'check', file]);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/line 1: stat_dir[^]*line 2: journal\.ttl/);
  });

  test('a configuration that is not there is exit 1', async () => {
    expect((await sluice(['config', 'check', join(directory, 'none.yaml')])).code).toBe(1);
  });

  test('the example configuration is accepted by the check', async () => {
    const { writeFile } = await import('node:fs/promises');
    const file = join(directory, 'example.yaml');
    await writeFile(file, (await sluice(['config', 'example'])).out);
    const ran = await sluice(['config', 'check', file]);
    expect(ran).toMatchObject({ code: 0, out: '' });
    expect(ran.err).toMatch(/is fine\nbut an agent of this version won't start with it: confirm\.required is true/);
    const { out } = await sluice(['config', 'check', file, '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject({ journal: { commit_ms: 10 }, confirm: { required: true } });
  });

  test('without a file the check reads the one that the agent would', async () => {
    const { code, err } = await sluice(['config', 'check'], { directory });
    expect([0, 1]).toContain(code);
    expect(err).toContain('/etc/sluice/sluice.yaml');
  });
});

describe('with an agent', () => {
  test.each([
    [404, 'drain_unknown', 4],
    [422, 'url_invalid', 3],
    [409, 'drain_duplicate', 3],
    [429, 'limited', 3],
    [400, 'bad_request', 2],
    [500, 'internal', 1],
    [507, 'disk_full', 1],
    [503, 'stopping', 6],
    [418, 'invented_later', 3],
  ])('a %i %s is told with the agent’s own words and exits with %i', async (status, code, exit) => {
    const url = await answering(problem(status, code, 'What happened.', 'What to do.'));
    const ran = await sluice(['status', '--url', url]);
    expect(ran).toEqual({ code: exit, out: '', err: 'sluice: What happened.\nhint: What to do.\n' });
  });

  test('a terminal’s control characters in the agent’s words are shown, not sent', async () => {
    const url = await answering(problem(404, 'drain_unknown', 'No \u001b[2J drain', 'Hint'));
    expect((await sluice(['status', '--url', url])).err).toContain('No \\x1b[2J drain');
  });

  test('something that is not Sluice is not mistaken for it', async () => {
    const url = await answering({ status: 404, body: { hello: 'world' } });
    expect(await sluice(['tenant', 'list', '--url', url])).toMatchObject({
      code: 6,
      err: expect.stringContaining('not as a Sluice agent does'),
    });
  });

  test('SLUICE_URL names the agent, and --url goes before it', async () => {
    const url = await answering({ status: 200, body: [] });
    expect((await sluice(['tenant', 'list'], { environment: { SLUICE_URL: url } })).code).toBe(0);
    const ran = await sluice(['tenant', 'list', '--url', url], { environment: { SLUICE_URL: 'unix:/nowhere' } });
    expect(ran.code).toBe(0);
  });

  test('--url and -o are understood before the command and after it', async () => {
    const url = await answering({ status: 200, body: [] });
    expect(await sluice(['--url', url, '-o', 'json', 'tenant', 'list'])).toMatchObject({ code: 0, out: '[]\n' });
    expect(await sluice(['tenant', 'list', '-o', 'json', '--url', url])).toMatchObject({ code: 0, out: '[]\n' });
  });
});
