// One happening, one line: its level, its words, and what never gets into it.
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/base/assert.js';
import { type Clock, systemClock } from '../../src/base/clock.js';
import type { Happening } from '../../src/base/happening.js';
import { unixMs } from '../../src/base/ids.js';
import { openLog } from '../../src/ops/log.js';
import { errorWords, lineOf } from '../../src/ops/log-line.js';

const nowMs = Date.UTC(2026, 10, 22, 10, 0, 0);
const clock: Clock = { ...systemClock, now: () => unixMs(nowMs), wall: () => unixMs(nowMs) };

function logged(
  format: 'json' | 'text',
  level: 'debug' | 'info' | 'warn' | 'error',
  ...happenings: Happening[]
): string[] {
  const lines: string[] = [];
  const report = openLog({ format, level }, clock, { write: (line) => void lines.push(line) });
  for (const happening of happenings) report(happening);
  return lines;
}

const connected: Happening = {
  kind: 'drain.connected',
  drain: 'd-0123456789abcdef',
  tenant: 'acme',
  address: '192.0.2.1:6514',
  protocol: 'TLSv1.3',
};
const ready: Happening = {
  kind: 'agent.ready',
  version: '0.1.0',
  startedInMs: 120,
  tenants: 2,
  drains: 3,
  backlogEvents: 1,
};
const failing = (sinceMs: number): Happening => ({
  kind: 'drain.failing',
  drain: 'd-0123456789abcdef',
  tenant: 'acme',
  code: 'connection_refused',
  attempts: 3,
  sinceMs,
  nextTryMs: nowMs + 4000,
});

test('json is one object per line with level, time, kind, fields and a sentence', () => {
  const [line] = logged('json', 'info', ready);
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: '2026-11-22T10:00:00.000Z',
    kind: 'agent.ready',
    version: '0.1.0',
    started_in_ms: 120,
    tenants: 2,
    drains: 3,
    backlog_events: 1,
    message: 'sluice 0.1.0 is ready after 120 ms: 2 tenants, 3 drains, 1 event to deliver',
  });
});

test('text is time, level and the same sentence', () => {
  expect(logged('text', 'info', ready)).toEqual([
    '2026-11-22T10:00:00.000Z INFO  sluice 0.1.0 is ready after 120 ms: 2 tenants, 3 drains, 1 event to deliver\n',
  ]);
});

test.each(['json', 'text'] as const)('%s leaves out what is less serious than the level', (format) => {
  expect(logged(format, 'info', connected)).toEqual([]);
  expect(logged(format, 'debug', connected)).toHaveLength(1);
  expect(logged(format, 'error', ready, failing(nowMs - 3_600_000))).toHaveLength(1);
});

describe('a failing drain', () => {
  test.each([
    [0, 'info'],
    [59_999, 'info'],
    [60_000, 'warn'],
    [3_599_999, 'warn'],
    [3_600_000, 'error'],
  ])('after %d ms is %s', (ageMs, level) => {
    expect(lineOf(failing(nowMs - ageMs), nowMs).level).toBe(level);
  });

  test('is told with the number of tries, the time so far and the next try', () => {
    expect(lineOf(failing(nowMs - 90_000), nowMs).message).toBe(
      'drain d-0123456789abcdef of tenant acme: connection_refused; failed 3 times in 90 s, tries again in 4 s',
    );
  });
});

test('what the tenant asked to lose is no warning, what it lost is', () => {
  const dropped = { kind: 'journal.dropped', tenant: 'acme', drain: 'd-1', events: 5 } as const;
  expect(lineOf({ ...dropped, reason: 'removed' }, nowMs).level).toBe('info');
  expect(lineOf({ ...dropped, reason: 'expired' }, nowMs)).toEqual({
    level: 'warn',
    message: 'drain d-1 of tenant acme lost 5 events: expired',
  });
});

const jsonError = (): unknown => {
  try {
    return JSON.parse('secret payload');
  } catch (error) {
    return error;
  }
};

describe('a bug', () => {
  test('is told by where it was, without what the message of the error quotes', () => {
    const [line] = logged('json', 'info', { kind: 'bug', where: 'the journal', error: jsonError() });
    expect(line).toContain('a bug in the journal: SyntaxError at JSON.parse');
    expect(line).toContain('log.test');
    expect(line).not.toContain('secret');
  });

  test('of ours keeps its message, and its cause is told', () => {
    const error = new AssertionError('positions only move forward');
    error.cause = jsonError();
    expect(errorWords(error)).toMatch(
      /^AssertionError: positions only move forward at .*; caused by SyntaxError at JSON.parse/,
    );
    expect(errorWords(new Error('outer secret', { cause: error }))).toMatch(
      /^Error at .*; caused by AssertionError: positions/,
    );
    expect(errorWords('text')).toBe('a thrown string');
  });
});
