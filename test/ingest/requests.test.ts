// POST /v1/events as the doors hand it over: what is accepted, limited, refused, and that the numbers add up.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { Failure } from '../../src/base/failure.js';
import { limits } from '../../src/base/limits.js';
import { Gate } from '../../src/journal/gate.js';
import { Requests } from '../../src/ingest/requests.js';
import { unlimited, withIntake } from './intake-parts.js';

const event = (tenant: string, message: string) => JSON.stringify({ tenant, type: 'stack.update', message });

async function* pieces(text: string | Buffer, length: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
/** A body that breaks within its third line. */
async function* broken(): AsyncGenerator<Buffer> {
  yield Buffer.from(`${event('acme', 'a')}\n${event('acme', 'b')}\n${event('acme', 'half')}`);
  throw new Failure('body_too_large', 'The body is too large.');
}

const whole = (text: string | Buffer) => pieces(text, Number.MAX_SAFE_INTEGER);

it('takes NDJSON lines, with CR LF and empty lines too, and counts lines from 1', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission, messages }) => {
    const body = `${event('acme', 'a')}\r\n\n${event('acme', 'b')}\nno json\n${event('acme', 'without a final LF')}`;
    const result = await new Requests(intake, admission, systemClock).accept(whole(body), 'ndjson', 'test');
    expect(result).toMatchObject({ accepted: 3, unrouted: 0, limited: 0, rejected_count: 1 });
    expect(result.rejected).toMatchObject([{ line: 4, code: 'not_json' }]);
    expect(messages('acme')).toEqual(['a', 'b', 'without a final LF']);
    expect(intake.counts.accepted.get('test')).toEqual({ events: 3 });
  }));

it('takes one JSON event, and an array whose third element alone is refused', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission, messages }) => {
    const requests = new Requests(intake, admission, systemClock);
    expect(await requests.accept(whole(event('acme', 'one')), 'json', 'test')).toMatchObject({ accepted: 1 });
    const array = `[${event('acme', 'two')}, ${event('acme', 'three')}, {"tenant":"acme","tenant":"acme"}, ${event('acme', 'four')}]`;
    const result = await requests.accept(whole(array), 'json', 'test');
    expect(result).toMatchObject({ accepted: 3, rejected: [{ line: 3, code: 'duplicate_key' }] });
    expect(messages('acme')).toEqual(['one', 'two', 'three', 'four']);
  }));

it('refuses a JSON body that is no event and no array, as a whole', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission }) => {
    const requests = new Requests(intake, admission, systemClock);
    for (const body of ['', '"text"', '[', `[${event('acme', 'x')}`, '['.repeat(100_000)]) {
      await expect(requests.accept(whole(body), 'json', 'test'), body.slice(0, 20)).rejects.toMatchObject({
        code: 'not_json',
      });
    }
  }));

it('a line above 256 KiB is refused by its number, and its neighbours are taken, however the body is cut', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission, messages }) => {
    const body = `${event('acme', 'before')}\n${'x'.repeat(limits.eventBytesMax + 1)}\n${event('acme', 'after')}\n`;
    const result = await new Requests(intake, admission, systemClock).accept(pieces(body, 10_007), 'ndjson', 'test');
    expect(result).toMatchObject({ accepted: 2, rejected: [{ line: 2, code: 'event_too_large' }] });
    expect(messages('acme')).toEqual(['before', 'after']);
  }));

it('lists the first hundred refusals and counts them all', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission }) => {
    const result = await new Requests(intake, admission, systemClock).accept(
      whole('{}\n'.repeat(250)),
      'ndjson',
      'test',
    );
    expect(result.rejected.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(result.rejected_count).toBe(250);
  }));

it('an event for an unknown tenant is refused; one for a tenant without a drain is accepted, counted and not kept', () =>
  withIntake({ acme: unlimited, silent: unlimited }, async ({ intake, admission, journal }) => {
    const body = `${event('nobody', 'x')}\n${event('silent', 'y')}\n`;
    const result = await new Requests(intake, admission, systemClock).accept(whole(body), 'ndjson', 'test');
    expect(result).toMatchObject({ accepted: 1, unrouted: 1, rejected: [{ line: 1, code: 'tenant_unknown' }] });
    expect(journal.stats()).toMatchObject({ events: 0, bytes: 0 });
  }));

it('a tenant above its rate is limited, the others are not', () =>
  withIntake({ acme: { eventsPerS: 1e-6, burst: 5, bytesPerS: 1e12 }, globex: unlimited }, async (parts) => {
    const body = Array.from({ length: 20 }, (_, n) => `${event('acme', `a${n}`)}\n${event('globex', `g${n}`)}\n`).join(
      '',
    );
    const result = await new Requests(parts.intake, parts.admission, systemClock).accept(whole(body), 'ndjson', 'test');
    expect(result).toMatchObject({ accepted: 25, limited: 15, rejected_count: 0 });
    expect(parts.messages('acme')).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(parts.messages('globex')).toHaveLength(20);
    expect(parts.tenants.get('acme')?.counts).toEqual({ accepted: 5, unrouted: 0, limited: 15 });
  }));

it('a limit in bytes lets an event that is longer than its burst pass, and makes the next one wait', () =>
  withIntake({ acme: { eventsPerS: 1e9, burst: 1e9, bytesPerS: 100 } }, async ({ intake, admission, messages }) => {
    const body = `${event('acme', 'x'.repeat(5000))}\n${event('acme', 'y')}\n`;
    const result = await new Requests(intake, admission, systemClock).accept(whole(body), 'ndjson', 'test');
    expect(result).toMatchObject({ accepted: 1, limited: 1 });
    expect(messages('acme')).toEqual(['x'.repeat(5000)]);
  }));

it('when the body breaks half-way, what came before is taken, and the person is told how much', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission }) => {
    const answer = new Requests(intake, admission, systemClock).accept(broken(), 'ndjson', 'test');
    await expect(answer).rejects.toMatchObject({
      code: 'body_too_large',
      message: 'The body is too large. 2 events before it were taken.',
    });
  }));

it('JSON bodies that do not end hold no more than 64 MiB together; NDJSON goes on', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission, messages }) => {
    const requests = new Requests(intake, admission, systemClock);
    const half = Buffer.alloc(limits.requestBytesMax, 0x20);
    const gate = new Gate();
    gate.shut();
    async function* unfinished(): AsyncGenerator<Buffer> {
      yield half;
      await gate.wait();
    }
    const waiting = Array.from({ length: 4 }, () => requests.accept(unfinished(), 'json', 'test'));
    await expect(requests.accept(whole('[]'), 'json', 'test')).rejects.toMatchObject({ code: 'busy' });
    expect(await requests.accept(whole(event('acme', 'a')), 'ndjson', 'test')).toMatchObject({ accepted: 1 });
    gate.lift();
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome.status).toBe('rejected');
    expect(await requests.accept(whole(event('acme', 'b')), 'json', 'test')).toMatchObject({ accepted: 1 });
    expect(messages('acme')).toEqual(['a', 'b']);
  }));

it('a request for one tenant needs no tenant in its events, and takes no other', () =>
  withIntake({ acme: unlimited, globex: unlimited }, async ({ intake, admission, messages }) => {
    const body = `{"type":"a","message":"mine"}\n${event('globex', 'other')}\n${event('acme', 'named')}`;
    const result = await new Requests(intake, admission, systemClock).accept(whole(body), 'ndjson', 'test', 'acme');
    expect(result).toMatchObject({ accepted: 2, rejected: [{ line: 2, code: 'tenant_mismatch' }] });
    expect(messages('acme')).toEqual(['mine', 'named']);
  }));

it('a long array of nonsense leaves the others their turns', () =>
  withIntake({ acme: unlimited }, async ({ intake, admission }) => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 0);
    const result = await new Requests(intake, admission, systemClock).accept(
      whole(`[${'0,'.repeat(99_999)}0]`),
      'json',
      'test',
    );
    clearInterval(ticking);
    expect(result.rejected_count).toBe(100_000);
    expect(turns).toBeGreaterThan(10);
  }));

it('accepted + limited + rejected = lines that are not empty, for any bytes', () =>
  withIntake(
    { acme: { eventsPerS: 1e-6, burst: 30, bytesPerS: 1e12 }, silent: unlimited },
    async ({ intake, admission }) => {
      const requests = new Requests(intake, admission, systemClock);
      const line = fc.oneof(
        fc.constantFrom(event('acme', 'x'), event('silent', 'y'), event('nobody', 'z'), ''),
        fc.uint8Array({ maxLength: 40 }).map((bytes) =>
          Buffer.from(bytes)
            .toString('latin1')
            .replaceAll(/[\r\n]/g, ' '),
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), async (lines, length) => {
          const body = Buffer.from(lines.join('\n'), 'latin1');
          const result = await requests.accept(pieces(body, length), 'ndjson', 'test');
          expect(result.accepted + result.limited + result.rejected_count).toBe(
            lines.filter((text) => text !== '').length,
          );
        }),
        { numRuns: 100 },
      );
    },
  ));
