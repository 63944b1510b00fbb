// No input crashes admission; whatever it admits is one sound message, the same one that the producer meant.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureKinds } from '../../src/base/failure.js';
import { encodeMessage } from '../../src/syslog/encode.js';
import { recordBytes, recordIsWhole, sluiceElementBytes, writeRecord } from '../../src/event/record.js';
import type { EncodedEvent, Refusal } from '../../src/event/encoded.js';
import { admitJson, admitSyslog, controls, expectSound, isRefusal, messageOf } from './admitted.js';

/** Text that is hard: controls, escape sequences, what syslog and JSON escape, other scripts, halves of pairs. */
const hardPiece = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\0', '\t', '\u007f', '\u0085', '\u2028', '\u202e', '\u200b', '\ufeff', '\u061c'),
  fc.constantFrom('\u001b', '\u001b[31m', '\u001b]0;x\u0007', '\u001bP', '\u001b\\', '\u001b[', '\u0007', '\u{e0041}'),
  fc.constantFrom('"', '\\', ']', '[', '\\"', '\\]', '="', '<13>1 ', '#011', '\u009b', '\u009c', '\u009d'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const hardText = fc.array(hardPiece, { maxLength: 12 }).map((pieces) => pieces.join(''));

const from = (letters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters.split('')), minLength, maxLength });
const printableField = (maxLength: number) =>
  fc.string({
    unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength,
  });
const sdName = printableField(32).map((name) => name.replace(/[="\]]/g, '_'));
const tenants = from('abcXYZ019._-', 1, 64);
const types = fc
  .array(from('abz09_-', 1, 20), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'))
  .filter((type) => !type.startsWith('sluice.'));
const ids = printableField(64).map((id) => id.replace(/["\\\]]/g, '_'));
const times = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const validEvents = fc.record(
  {
    tenant: tenants,
    type: types,
    message: hardText,
    severity: fc.integer({ min: 0, max: 7 }),
    time: times,
    id: ids,
    app: printableField(48),
    resource: printableField(128),
    host: printableField(255),
    facility: fc.integer({ min: 0, max: 23 }),
    data: fc
      .uniqueArray(
        fc.tuple(
          sdName,
          fc.oneof(hardText, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        ),
        {
          maxLength: 4,
          selector: ([key]) => key,
        },
      )
      .map((pairs) => Object.fromEntries(pairs)),
  },
  { requiredKeys: ['tenant', 'type', 'message'] },
);

/** JSON whose strings, keys too, are spelled with escapes only: the same event to whoever reads JSON. */
const inEscapes = (value: unknown): string =>
  JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => {
    const units = (JSON.parse(text) as string).split('');
    return `"${units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  });

/** Looks at whatever admission answered; a fault fails the test with what is wrong. */
function verdictOn(outcome: Refusal | EncodedEvent): 'refused' | 'sound' {
  if (isRefusal(outcome)) {
    expect(Object.keys(failureKinds)).toContain(outcome.code);
    expect(outcome.message).not.toMatch(controls);
    expect(outcome.message.length).toBeLessThan(200);
    return 'refused';
  }
  expectSound(outcome);
  const record = Buffer.alloc(recordBytes(outcome, 1));
  writeRecord(record, 0, outcome, 1, 1, 1, 1, [1], [1]);
  expect(recordIsWhole(record, 0, record.length)).toBe(true);
  expect(sluiceElementBytes(record, 0)).toBe(outcome.sluiceElementBytes);
  return 'sound';
}
const verdicts = ['refused', 'sound'];

/** Bytes of `input` cut, doubled, swapped for others. */
const mutated = (inputs: fc.Arbitrary<Buffer>) =>
  fc
    .tuple(inputs, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.nat(255)), { minLength: 1, maxLength: 5 }))
    .map(([input, edits]) => {
      let bytes = input;
      for (const [place, kind, octet] of edits) {
        const at = place % (bytes.length + 1);
        const length = kind === 0 ? 0 : kind === 1 ? 1 : octet % 16;
        const inserted = kind === 3 ? bytes.subarray(at, at + length) : Buffer.from([octet]);
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(kind === 3 ? at : at + length)]);
      }
      return bytes;
    });

const validMessages = fc.record({
  facility: fc.integer({ min: 0, max: 23 }),
  severity: fc.integer({ min: 0, max: 7 }),
  timestamp: fc.oneof(times, fc.constant('-')),
  hostname: printableField(255),
  appName: printableField(48),
  procId: printableField(128),
  msgId: printableField(32),
  tenant: tenants,
  type: types,
  id: ids,
  others: fc.uniqueArray(fc.tuple(from('abcde', 1, 6), fc.array(fc.tuple(sdName, hardText), { maxLength: 3 })), {
    maxLength: 4,
    selector: ([id]) => id,
  }),
  first: fc.boolean(),
  message: hardText,
  bom: fc.boolean(),
});

type ValidMessage = typeof validMessages extends fc.Arbitrary<infer Value> ? Value : never;

function encoded(message: ValidMessage): Buffer {
  const sluice = {
    id: 'sluice@32473',
    params: [
      ['tenant', message.tenant],
      ['id', message.id],
      ['type', message.type],
    ] as [string, string][],
  };
  const others = message.others.map(([id, params]) => ({ id: `${id}@1`, params }));
  return encodeMessage({ ...message, elements: message.first ? [sluice, ...others] : [...others, sluice] });
}

const parsesAsObject = (input: Buffer): boolean => {
  try {
    const value = JSON.parse(input.toString()) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

describe('admission', () => {
  it('answers any bytes with a sound event or a refusal', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const door = { tenant: 'acme', keepHost: true };
    fc.assert(
      fc.property(bytes, fc.boolean(), (input, bound) => {
        expect(verdicts).toContain(verdictOn(admitJson(input, bound ? 'acme' : undefined)));
        expect(verdicts).toContain(verdictOn(admitSyslog(input, bound ? door : {})));
        expect(verdicts).toContain(verdictOn(admitSyslog(Buffer.concat([Buffer.from('<13>'), input]), door)));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers any JSON with a sound event or a refusal', () => {
    fc.assert(
      fc.property(fc.json(), (input) => {
        expect(verdicts).toContain(verdictOn(admitJson(input, 'acme')));
      }),
      { numRuns: 500 },
    );
  });

  it('answers broken variants of valid events with a sound event or a refusal', () => {
    fc.assert(
      fc.property(mutated(validEvents.map((event) => Buffer.from(JSON.stringify(event)))), (input) => {
        expect(verdicts).toContain(verdictOn(admitJson(input)));
      }),
      { numRuns: 1500 },
    );
  });

  it('answers broken variants of valid messages with a sound event or a refusal', () => {
    fc.assert(
      fc.property(mutated(validMessages.map(encoded)), fc.boolean(), (input, bound) => {
        expect(verdicts).toContain(verdictOn(admitSyslog(input, bound ? { tenant: 'acme', keepHost: true } : {})));
      }),
      { numRuns: 1500 },
    );
  });

  it('takes for JSON what JSON.parse takes for an object, and nothing else', () => {
    fc.assert(
      fc.property(mutated(validEvents.map((event) => Buffer.from(JSON.stringify(event)))), (input) => {
        const outcome = admitJson(input);
        const verdict = isRefusal(outcome) ? outcome.code : 'admitted';
        // A refusal for something else may come before the place where the JSON is broken.
        fc.pre(verdict === 'admitted' || verdict === 'not_json');
        expect(verdict === 'admitted').toBe(parsesAsObject(input));
      }),
      { numRuns: 2000 },
    );
  });

  it('carries every field of a valid JSON event', () => {
    fc.assert(
      fc.property(validEvents, (event) => {
        const outcome = admitJson(JSON.stringify(event));
        if (isRefusal(outcome)) {
          // Only text that grows: data of more than 2 KiB once escaped.
          expect([outcome.code, outcome.message]).toEqual(['bad_data', expect.stringContaining('2048 bytes')]);
          return;
        }
        const message = expectSound(outcome);
        expect([outcome.tenant, outcome.type, outcome.severity]).toEqual([
          event.tenant,
          event.type,
          event.severity ?? 6,
        ]);
        expect(message.pri >> 3).toBe(event.facility ?? 1);
        expect(message.time).toBe(event.time ?? '2026-11-22T10:00:00.007Z');
        expect(message.host).toBe(event.host ?? 'cloud.example.net');
        expect(message.app).toBe(event.app ?? event.type.split('.')[0].slice(0, 48));
        expect(message.procId).toBe(event.resource ?? '-');
        if (event.id !== undefined) expect(message.elements[0][1][1]).toEqual(['id', event.id]);
        if (!controls.test(event.message)) expect(message.message).toBe(event.message);
        const pairs = Object.entries(event.data ?? {});
        const params = message.elements[1]?.[1] ?? [];
        expect(new Set(params.map(([name]) => name))).toEqual(new Set(pairs.map(([name]) => name)));
        for (const [name, value] of params) {
          const sent = String(event.data![name]);
          if (!controls.test(sent)) expect(value).toBe(sent);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('makes the same of an event that is spelled in escapes', () => {
    fc.assert(
      fc.property(validEvents, (event) => {
        const plain = admitJson(JSON.stringify({ ...event, id: 'i' }));
        const expected = isRefusal(plain) ? plain : messageOf(plain);
        const escaped = admitJson(inEscapes({ ...event, id: 'i' }));
        expect(isRefusal(escaped) ? escaped : messageOf(escaped)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('carries what a valid syslog message says', () => {
    fc.assert(
      fc.property(validMessages, fc.boolean(), (sent, keepHost) => {
        const outcome = admitSyslog(encoded(sent), { keepHost });
        if (isRefusal(outcome)) {
          expect(outcome.message).toContain('4096 bytes');
          return;
        }
        const message = expectSound(outcome);
        expect([outcome.tenant, outcome.type, outcome.severity]).toEqual([sent.tenant, sent.type, sent.severity]);
        expect(message.pri).toBe(sent.facility * 8 + sent.severity);
        expect(message.time).toBe(sent.timestamp === '-' ? '2026-11-22T10:00:00.007Z' : sent.timestamp);
        expect(message.host).toBe(keepHost && sent.hostname !== '-' ? sent.hostname : 'cloud.example.net');
        if (sent.appName !== '-') expect(message.app).toBe(sent.appName);
        expect(message.procId).toBe(sent.procId);
        expect(message.elements[0][1][1]).toEqual(['id', sent.id]);
        expect(message.elements.slice(1).map(([id]) => id)).toEqual(sent.others.map(([id]) => `${id}@1`));
        const values = message.elements.slice(1).flatMap(([, params]) => params.map(([, value]) => value));
        const sentValues = sent.others.flatMap(([, params]) => params.map(([, value]) => value));
        for (const [i, value] of sentValues.entries()) if (!controls.test(value)) expect(values[i]).toBe(value);
        const body = sent.bom || !sent.message.startsWith('\ufeff') ? sent.message : sent.message.slice(1);
        if (!controls.test(body)) expect(message.message).toBe(body);
      }),
      { numRuns: 1500 },
    );
  });
});
