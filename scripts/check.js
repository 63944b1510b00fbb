/*
 * What has to hold before a commit, all at once: types, lint, format, the house rules (test/tidy.test.ts), nothing unused, docs/conformance.md as the tests are.
 * Promise: changes nothing, prints one line per check and the output of those that failed, exits 1 when any did.
 * Worst case: a check that hangs is ended after two minutes and counts as failed. Usual: under 10 s on four cores.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const checkMsMax = 120_000;

const checks = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '--max-diagnostics=20'] },
  { name: 'tidy', command: ['vitest', 'run', 'test/tidy.test.ts'] },
  { name: 'unused', command: ['knip'] },
  { name: 'rfc page', command: ['node', 'scripts/conformance.js', '--check'] },
];

/** Runs one check to its end and prints its line. */
function run({ name, command: [tool, ...args] }) {
  const started = Date.now();
  const child = spawn(tool === 'node' ? process.execPath : join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: checkMsMax,
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds.padStart(5)} s\n`);
      resolve({
        name,
        failed: code !== 0,
        command: [tool, ...args].join(' '),
        output: Buffer.concat(output).toString(),
      });
    });
  });
}

const failed = (await Promise.all(checks.map(run))).filter((result) => result.failed);
for (const { name, command, output } of failed) process.stdout.write(`\n── ${name}: ${command}\n${output.trimEnd()}\n`);
if (failed.length > 0) {
  const hint = failed.some(({ name }) => name === 'format') ? ' `npm run format` repairs the format.' : '';
  process.stdout.write(`\nFailed: ${failed.map(({ name }) => name).join(', ')}.${hint}\n`);
  process.exitCode = 1;
}
