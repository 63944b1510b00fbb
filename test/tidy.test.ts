/*
 * Holds the house: reads every source file and refuses what the rules of test/tidy/ name. Each rule is first shown to fail
 * on a planted fault, so that a rule that can't fail is seen here and not believed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { endReading, type Reading, readAll } from './tidy/reading.js';
import { circleFaults, importerFaults, layerFaults, worldFaults } from './tidy/structure.js';
import { commentFaults, headerFaults, lengthFaults, medianFaults, nameFaults, testFaults } from './tidy/words.js';

const root = fileURLToPath(new URL('..', import.meta.url));

function sourceTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const folder of ['src', 'test', 'bench', 'scripts']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (/\.(ts|js)$/.test(name)) texts.set(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'));
    }
  }
  return texts;
}

afterAll(endReading);

type Rule = (readings: readonly Reading[]) => string[];

/** The faults that a rule finds in planted texts. */
const planted = (rule: Rule, texts: Record<string, string>): string[] => rule(readAll(new Map(Object.entries(texts))));

describe('the house', () => {
  const readings = readAll(sourceTexts());

  test.each<[string, Rule]>([
    ['no import points up the rooms or sideways', layerFaults],
    ['no file imports itself through others', circleFaults],
    ['each module that touches the world has one importer', importerFaults],
    ['clock, timers, chance, environment and console have one owner', worldFaults],
    ['every file opens with its promise', headerFaults],
    ['files stay under 400 lines and functions under 70', lengthFaults],
    ['the median source file stays under 150 lines', medianFaults],
    ['names are words that a newcomer can guess', nameFaults],
    ['no work is left in comments, nothing is silenced without a reason', commentFaults],
    ['tests are sentences and all of them run', testFaults],
  ])('%s', (_sentence, rule) => {
    expect(rule(readings)).toEqual([]);
  });

  test('reads the sources that there are', () => {
    expect(readings.filter(({ path }) => path.startsWith('src/')).length).toBeGreaterThan(10);
    expect(readings.find(({ path }) => path === 'src/base/clock.ts')?.declared.map(({ name }) => name)).toContain(
      'systemClock',
    );
  });
});

describe('layers, planted', () => {
  test.each([
    ['upwards', 'src/event/a.ts', "import { b } from '../journal/b.js';"],
    ['upwards as a type', 'src/store/a.ts', "import type { Settings } from '../ops/settings.js';"],
    ['sideways', 'src/ingest/a.ts', "import { b } from '../delivery/b.js';"],
    ['from the API to delivery', 'src/api/a.ts', "export { b } from '../delivery/b.js';"],
    ['of the agent', 'src/api/a.ts', "const a = await import('../agent.js');"],
    ['by a worker', 'src/journal/a.ts', "new Worker(new URL('../delivery/b.js', import.meta.url), {});"],
    ['by a type in place', 'src/base/a.ts', "export type A = import('../event/b.js').B;"],
    ['out of src', 'src/base/a.ts', "import { c } from '../../test/c.js';"],
    ['in a room that the order lacks', 'src/extras/a.ts', ''],
  ])('an import %s is a fault', (_where, path, text) => {
    expect(planted(layerFaults, { [path]: text })).toHaveLength(1);
  });

  test('an import down, within a room, or from the CLI to the agent is none', () => {
    const text = "import { b } from '../base/b.js'; import { c } from './c.js'; import { d } from '../agent.js';";
    expect(planted(layerFaults, { 'src/cli/a.ts': text })).toEqual([]);
  });

  test('a circle over three files is found once, one over a started worker is none', () => {
    const circle = { 'src/event/a.ts': "import './b.js';", 'src/event/b.ts': "import './c.js';" };
    expect(planted(circleFaults, { ...circle, 'src/event/c.ts': "import type { A } from './a.js';" })).toEqual([
      'src/event/a.ts:1 is in a circle: src/event/a.ts → src/event/b.ts → src/event/c.ts → src/event/a.ts',
    ]);
    expect(
      planted(circleFaults, { ...circle, 'src/event/c.ts': "new Worker(new URL('./a.js', import.meta.url));" }),
    ).toEqual([]);
  });
});

describe('owners, planted', () => {
  test.each([
    ["import Database from 'better-sqlite3';", 'src/journal/a.ts', 'src/store/database.ts'],
    ["import type { Database } from 'better-sqlite3';", 'src/journal/a.ts', 'src/store/database.ts'],
    ["import { lookup } from 'node:dns';", 'src/delivery/a.ts', 'src/destination/resolve.ts'],
    ["import { connect } from 'node:net';", 'src/delivery/a.ts', 'src/delivery/dial.ts'],
    ["import net from 'node:net';", 'src/ingest/a.ts', 'src/delivery/dial.ts'],
    ["import * as tls from 'node:tls';", 'src/ingest/a.ts', 'src/delivery/dial.ts'],
    ["const tls = await import('node:tls');", 'src/ingest/a.ts', 'src/delivery/dial.ts'],
    ["import { Socket } from 'node:net';", 'src/delivery/a.ts', 'src/delivery/dial.ts'],
    ["import { createServer } from 'node:net';", 'src/delivery/a.ts', 'src/ingest/a.ts'],
    ["import { request } from 'node:http';", 'src/api/a.ts', 'src/cli/client.ts'],
    ["import { setTimeout } from 'node:timers/promises';", 'src/api/a.ts', 'src/base/clock.ts'],
    ["import { pino } from 'pino';", 'src/api/a.ts', 'src/ops/log.ts'],
  ])('%s is a fault in %s and none in %s', (text, elsewhere, owner) => {
    expect(planted(importerFaults, { [elsewhere]: text })).toHaveLength(1);
    expect(planted(importerFaults, { [owner]: text })).toEqual([]);
  });

  test('the type of a socket, a server at a door and a look at an address are none', () => {
    const text =
      "import { createServer, isIP, type Socket } from 'node:net'; import type { TLSSocket } from 'node:tls';";
    expect(planted(importerFaults, { 'src/ingest/a.ts': text })).toEqual([]);
  });

  test('a built-in module without node: is a fault', () => {
    expect(planted(importerFaults, { 'src/ingest/a.ts': "import { join } from 'path';" })).toHaveLength(1);
  });

  test.each([
    ['const now = Date.now();', 'src/base/clock.ts'],
    ['const now = new Date();', 'src/base/clock.ts'],
    ['const now = performance.now();', 'src/base/clock.ts'],
    ["const now = performance['now']();", 'src/base/clock.ts'],
    ["import { performance } from 'node:perf_hooks';", 'src/base/clock.ts'],
    ['setTimeout(() => {}, 1);', 'src/base/clock.ts'],
    ['const signal = AbortSignal.timeout(5);', 'src/base/clock.ts'],
    ['const dice = Math.random();', 'src/base/clock.ts'],
    ["import { randomBytes } from 'node:crypto';", 'src/base/clock.ts'],
    ['const id = crypto.randomUUID();', 'src/base/clock.ts'],
    ["const home = process.env['HOME'];", 'src/cli/environment.ts'],
    ['const { env } = process;', 'src/cli/environment.ts'],
    ["import { env } from 'node:process';", 'src/cli/environment.ts'],
    ["console.log('hello');", 'src/cli/a.ts'],
    ["process.stderr.write('hello');", 'src/ops/log.ts'],
    ['process.exit(1);', 'src/cli/a.ts'],
  ])('%s is a fault in src/ingest and none in %s', (text, owner) => {
    expect(planted(worldFaults, { 'src/ingest/a.ts': text })).toHaveLength(1);
    expect(planted(worldFaults, { [owner]: text })).toEqual([]);
  });

  test('talk of the clock in comments and strings, and a date from a number, are none', () => {
    const text =
      "// Date.now()\nconst said = 'console.log'; const then = new Date(0); const hash = crypto.createHash('sha256');";
    expect(planted(worldFaults, { 'src/ingest/a.ts': text })).toEqual([]);
  });
});

/** A class with one method of so many lines. */
const ofLines = (lines: number): string => `class A { long() {${'\n'.repeat(lines - 1)}} }`;

describe('words, planted', () => {
  const header = '/* Promises one thing and keeps it, always. */\n';

  test('a file without a header, with code before it, or with an empty one is a fault', () => {
    for (const text of [
      'const a = 1;\n',
      `const a = 1;\n${header}`,
      '/* The file. */\n',
      `/*${' word\n'.repeat(9)}*/\n`,
    ]) {
      expect(planted(headerFaults, { 'src/base/a.ts': text })).toHaveLength(1);
    }
    expect(planted(headerFaults, { 'src/base/a.ts': `${header}const a = 1;\n` })).toEqual([]);
    expect(
      planted(headerFaults, {
        'bin/a.js': `#!/usr/bin/env node\n// Starts the one thing\n// that there is to start.\n`,
      }),
    ).toEqual([]);
  });

  test('a file of 401 lines and a function of 71 are faults, one less is none', () => {
    expect(planted(lengthFaults, { 'src/base/a.ts': '\n'.repeat(401) })).toHaveLength(1);
    expect(planted(lengthFaults, { 'src/base/a.ts': '\n'.repeat(400) })).toEqual([]);
    expect(planted(lengthFaults, { 'src/base/a.ts': ofLines(71) })).toEqual([
      'src/base/a.ts:1 long has 71 lines, more than 70',
    ]);
    expect(planted(lengthFaults, { 'src/base/a.ts': ofLines(70) })).toEqual([]);
  });

  test('a median of 150 lines is a fault', () => {
    expect(planted(medianFaults, { 'src/base/a.ts': '\n'.repeat(150) })).toHaveLength(1);
  });

  test.each([
    ['src/base/utils.ts', ''],
    ['src/base/dial-helper.ts', ''],
    ['src/base/a.ts', 'class DrainManager {}'],
    ['src/base/a.ts', 'const buf = 1;'],
    ['src/base/a.ts', 'function a(cb: () => void) {}'],
    ['src/base/a.ts', 'const { req } = a;'],
    ['src/base/a.ts', 'const timeout = 5;'],
  ])('a name in %s %s is a fault', (path, text) => {
    expect(planted(nameFaults, { [path]: text })).toHaveLength(1);
  });

  test.each([
    '// TODO later',
    '/* FIXME */',
    'const a = 1; // @ts-ignore',
    'const a = 1;\n// oxlint-disable-next-line no-console',
  ])('the comment in %j is a fault', (text) => {
    expect(planted(commentFaults, { 'src/base/a.ts': text })).toHaveLength(1);
  });

  test('the same words in a string, and a silenced linter with its reason, are none', () => {
    const text =
      "const a = '// TODO';\n// The person's terminal is what this is for.\n// oxlint-disable-next-line no-console\n";
    expect(planted(commentFaults, { 'src/base/a.ts': text })).toEqual([]);
  });

  test.each([
    ['test/base/first-test.test.ts', ''],
    ['test/base/ClockAges.test.ts', ''],
    ['test/scenario/restart.test.ts', ''],
    ['test/base/a-b-c.test.ts', "test.only('does all that it says', () => {});"],
    ['test/base/a-b-c.test.ts', "describe.skip('a whole part of it', () => {});"],
    ['test/base/a-b-c.test.ts', "test('works', () => {});"],
  ])('in the test %s, %s is a fault', (path, text) => {
    expect(planted(testFaults, { [path]: text }).length).toBeGreaterThan(0);
  });

  test('a test that is skipped with its reason, in a file named by a rule, is none', () => {
    const text = "// rsyslogd is not installed everywhere\ntest.skip('rsyslog takes all of it', () => {});";
    expect(planted(testFaults, { 'test/base/clock.test.ts': text })).toEqual([]);
  });
});
