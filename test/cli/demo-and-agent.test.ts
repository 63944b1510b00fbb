// `sluice demo` and `sluice agent --dev` as a newcomer meets them: the real agent, as a child, and nothing left behind.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sluice, startSluice } from '../support/sluice.js';
import { until } from '../support/until.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('sluice demo', () => {
  test('shows each event at its own receiver, sums up with the agent’s counters, and cleans up', async () => {
    const { code, out, err } = await sluice(['demo'], { environment: { TMPDIR: directory } });
    expect({ code, err }).toMatchObject({ code: 0 });
    const lines = out.split('\n');
    expect(lines.filter((line) => line.startsWith("acme's receiver   │"))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith("globex's receiver │"))).toHaveLength(30);
    expect(out).not.toContain('image.pull');
    expect(out).toMatch(/acme +10 +10 +10 +0 +5 +0\n/);
    expect(out).toMatch(/globex +30 +30 +30 +0 +0 +\d+\n/);
    expect(out).toContain('45 events sent, 45 taken by the agent, 40 delivered and acknowledged');
    expect(await readdir(directory)).toEqual([]);
  });

  test('with -o json prints the figures alone', async () => {
    const { code, out } = await sluice(['demo', '-o', 'json'], { environment: { TMPDIR: directory } });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      sent: 45,
      drains: [
        { received: 10, strangers: 0, drain: { tenant: 'acme', filtered: 5 } },
        { received: 30, strangers: 0, drain: { tenant: 'globex' } },
      ],
    });
  });

  test('interrupted by Ctrl-C cleans up too, and does not claim success', async () => {
    const running = startSluice(['demo'], { environment: { TMPDIR: directory } });
    await until('the first event', () => running.out.includes('receiver'));
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(1);
    expect(err).toContain('interrupted');
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('sluice agent --dev', () => {
  test('says what to type next, takes what is typed, and ends with 0 on SIGTERM', async () => {
    const agent = startSluice(['agent', '--dev'], { directory });
    await until('the instructions', () => agent.err.includes('Ctrl-C stops the agent'));
    expect(agent.err.indexOf('is ready')).toBeLessThan(agent.err.indexOf('Try it from another terminal'));
    expect((await stat(join(directory, '.sluice/run/control.sock'))).isSocket()).toBe(true);
    expect(await sluice(['tenant', 'add', 'acme'], { directory })).toMatchObject({ code: 0 });
    const sent = await sluice(['send', '--tenant', 'acme', '--type', 'demo.hello', 'Hello'], { directory });
    expect(sent).toMatchObject({ code: 0, err: expect.stringMatching(/^accepted 1\nhint: 1 event had no drain/) });
    const status = await sluice(['status'], { directory });
    expect(status.out).toMatch(/agent +ready, version/);
    agent.child.kill('SIGTERM');
    expect((await agent.ended).code).toBe(0);
    expect((await sluice(['status'], { directory })).code).toBe(6);
  });

  test('names the key of a configuration that is wrong, and does not start', async () => {
    const { writeFile } = await import('node:fs/promises');
    const file = join(directory, 'wrong.yaml');
    await writeFile(file, 'jurnal: {}\n');
    expect(await sluice(['agent', '--config', file])).toMatchObject({
      code: 2,
      err: expect.stringContaining('line 1: jurnal'),
    });
    expect((await sluice(['agent', '--config', join(directory, 'none.yaml')])).code).toBe(1);
  });

  test('refuses to share its state with another agent', async () => {
    const first = startSluice(['agent', '--dev'], { directory });
    await until('the first agent', () => first.err.includes('Ctrl-C stops the agent'));
    const second = await sluice(['agent', '--dev'], { directory });
    expect(second.code).toBe(1);
    expect(second.err).toContain('hint: Stop the other agent first');
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
  });
});
