// The log's disk is full: the agent starts, takes events, and stops when it is told to, as if nobody read its log.
import { spawn } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { call, inDirectory, openSettings } from '../support/agent.js';
import { until } from '../support/until.js';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

test('an agent whose log can not be written works, and ends when it is told to', () =>
  inDirectory(async (directory) => {
    const settings = join(directory, 'sluice.yaml');
    await writeFile(settings, stringify(openSettings(directory)));
    // Every write to it fails with ENOSPC.
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [program, 'agent', '--config', settings], {
      stdio: ['ignore', 'ignore', full.fd],
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      const control = join(directory, 'run', 'control.sock');
      await until('agent ready', () =>
        call(control, 'GET', '/readyz').then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
      expect((await call(control, 'POST', '/v1/tenants', { name: 'acme' })).status).toBe(201);
      child.kill('SIGTERM');
      const late = new Promise<string>((resolve) => setTimeout(() => resolve('still there after 10 s'), 10_000));
      expect(await Promise.race([exited, late])).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await full.close();
    }
  }));
