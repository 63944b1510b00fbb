// Guards: the log hears of a failure once, again when it has news, and once of the recovery; the status knows every try.
import { expect, test } from 'vitest';
import type { Happening } from '../../src/base/happening.js';
import { Failure, type FailureCode } from '../../src/base/failure.js';
import { Trouble } from '../../src/delivery/trouble.js';
import { drainSettings } from '../support/drain-settings.js';
import { ManualClock } from '../support/manual-clock.js';

const drain = drainSettings();

function trouble() {
  const clock = new ManualClock();
  const told: Happening[] = [];
  const it = new Trouble({ msMin: 1000, msMax: 1000 }, clock, { fraction: () => 1, letters: () => '' }, (happening) => {
    told.push(happening);
  });
  /** Fails `times`, each `everyMs` after the last. */
  const fail = (code: FailureCode, times: number, everyMs: number) => {
    for (let n = 0; n < times; n++) {
      it.failed(new Failure(code, 'no'), drain);
      clock.advance(everyMs);
    }
  };
  const kinds = () => told.splice(0).map(({ kind, ...rest }) => `${kind} ${'code' in rest ? rest.code : ''}`.trim());
  return { it, fail, kinds };
}

test('ten tries within a minute are one line, and all counted', () => {
  const { it, fail, kinds } = trouble();
  fail('connection_refused', 10, 1000);
  expect(kinds()).toEqual(['drain.failing connection_refused']);
  expect(it.lastError).toMatchObject({ attempts: 10 });
});

test('an hour of the same is three lines: at once, after a minute, after ten', () => {
  const { fail, kinds } = trouble();
  fail('connection_refused', 3600, 1000);
  expect(kinds()).toEqual(Array(3).fill('drain.failing connection_refused'));
});

test('another reason is news', () => {
  const { fail, kinds } = trouble();
  fail('connection_refused', 2, 1000);
  fail('tls_name_mismatch', 2, 1000);
  expect(kinds()).toEqual(['drain.failing connection_refused', 'drain.failing tls_name_mismatch']);
});

test('a recovery is one line, and the next failure is news again', () => {
  const { it, fail, kinds } = trouble();
  fail('connection_refused', 2, 1000);
  it.acknowledged(drain);
  it.acknowledged(drain);
  fail('connection_refused', 1, 1000);
  expect(kinds()).toEqual(['drain.failing connection_refused', 'drain.recovered', 'drain.failing connection_refused']);
});
