// scripts/ready.js in a small project of its own: dist/ is what src/ says, no more and no less.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let project = '';

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'sluice-ready-'));
  for (const file of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/ready.js',
  ]) {
    cpSync(join(root, file), join(project, file));
  }
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  mkdirSync(join(project, 'src/base'), { recursive: true });
  writeFileSync(join(project, 'src/base/a.ts'), 'export const a: number = 1;\n');
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

const ready = (...flags: string[]) =>
  spawnSync(process.execPath, [join(project, 'scripts/ready.js'), ...flags], { encoding: 'utf8' });
const output = (name: string): string => join(project, 'dist', name);

test('builds what is missing, then nothing more until a source changes', () => {
  expect(ready('--build')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const builtMs = statSync(output('base/a.js')).mtimeMs;
  expect(ready('--build').status).toBe(0);
  expect(statSync(output('base/a.js')).mtimeMs).toBe(builtMs);
  writeFileSync(join(project, 'src/base/a.ts'), 'export const a: number = 2;\n');
  expect(ready('--build').status).toBe(0);
  expect(readFileSync(output('base/a.js'), 'utf8')).toContain('a = 2');
});

test('removes what no source stands for any more', () => {
  writeFileSync(join(project, 'src/base/gone.ts'), 'export const gone = 1;\n');
  expect(ready('--build').status).toBe(0);
  rmSync(join(project, 'src/base/gone.ts'));
  expect(ready('--build').status).toBe(0);
  expect(existsSync(output('base/gone.js'))).toBe(false);
  expect(existsSync(output('base/gone.js.map'))).toBe(false);
  expect(existsSync(output('base/a.js'))).toBe(true);
});

test('a source that does not compile fails each time, and says where', () => {
  writeFileSync(join(project, 'src/base/a.ts'), "export const a: number = 'one';\n");
  for (const attempt of [1, 2]) {
    const { status, stderr } = ready('--build');
    expect({ attempt, status }).toEqual({ attempt, status: 1 });
    expect(stderr).toContain('src/base/a.ts(1,14)');
  }
});

test('an unknown flag is refused', () => {
  expect(ready('--biuld')).toMatchObject({
    status: 1,
    stderr: 'sluice: usage: node scripts/ready.js [--build] [--bench]\n',
  });
});
