// A record gives back what was written, and junk from a disk is recognised without a crash.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedEvent } from '../../src/event/encoded.js';
import * as record from '../../src/event/record.js';

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));
const count53 = fc.oneof(fc.integer({ min: 1, max: 2 ** 40 }), fc.constantFrom(1, 2 ** 32, Number.MAX_SAFE_INTEGER));
const u32 = fc.integer({ min: 1, max: 2 ** 32 - 1 });

const events = fc
  .record({
    head: bytes(200),
    sd: bytes(300),
    message: bytes(400),
    before: bytes(9),
    severity: fc.integer({ min: 0, max: 7 }),
  })
  .map(
    ({ head, sd, message, before, severity }): EncodedEvent => ({
      tenant: 'acme',
      type: 'a.b',
      severity,
      prefix: Buffer.concat([head, sd, Buffer.from('rest of the reused buffer')]),
      headBytes: head.length,
      sdBytes: sd.length,
      sluiceElementBytes: sd.length >> 1,
      message: Buffer.concat([before, message, before]),
      messageStart: before.length,
      messageEnd: before.length + message.length,
    }),
  );
const routes = fc.uniqueArray(fc.tuple(u32, count53), { maxLength: 255, selector: ([drain]) => drain });

function written(
  event: EncodedEvent,
  at: number,
  routed: [number, number][],
  position = 7,
  receivedMs = 1_795_000_000_123,
): Buffer {
  const target = Buffer.alloc(at + record.recordBytes(event, routed.length), 0xee);
  const drains = routed.map(([drain]) => drain);
  const ordinals = routed.map(([, ordinal]) => ordinal);
  const length = record.writeRecord(target, at, event, 12, position, receivedMs, routed.length, drains, ordinals);
  expect(at + length).toBe(target.length);
  return target;
}

describe('a record', () => {
  it('gives back every field, route and byte that was written', () => {
    fc.assert(
      fc.property(
        events,
        routes,
        count53,
        count53,
        fc.integer({ min: 0, max: 9 }),
        (event, routed, position, ms, words) => {
          const at = words * 4;
          const target = written(event, at, routed, position, ms);
          expect(record.recordLength(target, at)).toBe(target.length - at);
          expect(record.recordLength(target, at) % 4).toBe(0);
          expect(record.recordTenant(target, at)).toBe(12);
          expect(record.recordPosition(target, at)).toBe(position);
          expect(record.recordReceivedMs(target, at)).toBe(ms);
          expect(record.recordSeverity(target, at)).toBe(event.severity);
          expect(record.recordRouteCount(target, at)).toBe(routed.length);
          for (const [i, [drain, ordinal]] of routed.entries()) {
            expect([record.routeDrain(target, at, i), record.routeOrdinal(target, at, i)]).toEqual([drain, ordinal]);
            expect(record.ordinalFor(target, at, drain)).toBe(ordinal);
          }
          const part = (start: number, length: number) => target.subarray(start, start + length).toString('latin1');
          const prefix = event.prefix.toString('latin1');
          expect(part(record.headStart(target, at), record.headBytes(target, at))).toBe(
            prefix.slice(0, event.headBytes),
          );
          expect(part(record.sdStart(target, at), record.sdBytes(target, at))).toBe(
            prefix.slice(event.headBytes, event.headBytes + event.sdBytes),
          );
          expect(part(record.messageStart(target, at), record.messageBytes(target, at))).toBe(
            event.message.toString('latin1', event.messageStart, event.messageEnd),
          );
          expect(record.sluiceElementBytes(target, at)).toBe(event.sluiceElementBytes);
          expect(record.recordIsWhole(target, at, target.length)).toBe(true);
          expect(record.recordIsWhole(target, at, target.length - 1)).toBe(false);
        },
      ),
    );
  });

  it('is laid out as its header comment says', () => {
    const event: EncodedEvent = {
      tenant: 't',
      type: 'x',
      severity: 5,
      prefix: Buffer.from('<13>1 - - - - - [s@1]'),
      headBytes: 16,
      sdBytes: 5,
      sluiceElementBytes: 5,
      message: Buffer.from('hi'),
      messageStart: 0,
      messageEnd: 2,
    };
    expect(written(event, 0, [[3, 2 ** 32 + 9]], 2 ** 33 + 1, 2 ** 32 + 0.75).toString('hex')).toBe(
      '48000000' +
        '0c000000' +
        '0100000002000000' +
        '0000000001000000' +
        '05' +
        '01' +
        '1000' +
        '0500' +
        '0500' +
        '02000000' +
        '03000000' +
        '0900000001000000' +
        Buffer.from('<13>1 - - - - - [s@1]hi').toString('hex') +
        '00',
    );
  });

  it('says 0 for a drain that the event is not routed to', () => {
    fc.assert(
      fc.property(events, routes, u32, (event, routed, drain) => {
        fc.pre(routed.every(([other]) => other !== drain));
        expect(record.ordinalFor(written(event, 0, routed), 0, drain)).toBe(0);
      }),
    );
  });

  it('refuses more routes than its one byte counts', () => {
    const [event] = fc.sample(events, 1);
    const many = Array.from({ length: 256 }, (_, i): [number, number] => [i + 1, 1]);
    expect(() => written(event, 0, many)).toThrow('255 routes');
  });
});

describe('recordIsWhole', () => {
  it('answers for any bytes at any place, and never accepts a record that runs over the end', () => {
    fc.assert(
      fc.property(bytes(120), fc.integer({ min: -4, max: 130 }), fc.double({ min: -4, max: 200 }), (junk, at, end) => {
        if (record.recordIsWhole(junk, at, end)) {
          expect(at + record.recordLength(junk, at)).toBeLessThanOrEqual(Math.min(end, junk.length));
          expect(record.messageStart(junk, at) + record.messageBytes(junk, at)).toBeLessThanOrEqual(
            Math.min(end, junk.length),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never accepts a record whose bytes were changed into one that runs over the end', () => {
    const flips = fc.array(fc.tuple(fc.nat(71), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(events, fc.array(fc.tuple(u32, count53), { maxLength: 3 }), flips, (event, routed, changes) => {
        const target = written(event, 0, routed);
        for (const [at, value] of changes) if (at < target.length) target[at] = value;
        if (!record.recordIsWhole(target, 0, target.length)) return;
        expect(record.recordLength(target, 0)).toBeLessThanOrEqual(target.length);
        expect(record.messageStart(target, 0) + record.messageBytes(target, 0)).toBeLessThanOrEqual(target.length);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a length that is shorter than the fixed part', 0, '20000000'],
    ['a length that is not what the parts add up to', 0, '4c000000'],
    ['no tenant', 4, '00000000'],
    ['no position', 8, '00000000'],
    ['a position above 2^53', 12, '00002000'],
    ['a time above 2^53', 20, '00002000'],
    ['a severity above 7', 24, '08'],
    ['a sluice element longer than STRUCTURED-DATA', 30, '0600'],
    ['a message that runs over the record', 32, 'ffffffff'],
    ['a route without a drain', 36, '00000000'],
    ['a route without an ordinal', 40, '00000000'],
    ['padding that is not zero', 71, '01'],
  ])('refuses %s', (_what, at, hex) => {
    const event: EncodedEvent = {
      tenant: 't',
      type: 'x',
      severity: 5,
      prefix: Buffer.from('<13>1 - - - - - [s@1]'),
      headBytes: 16,
      sdBytes: 5,
      sluiceElementBytes: 5,
      message: Buffer.from('hi'),
      messageStart: 0,
      messageEnd: 2,
    };
    const target = Buffer.concat([written(event, 0, [[3, 9]]), Buffer.alloc(8)]);
    expect(record.recordIsWhole(target, 0, target.length)).toBe(true);
    target.write(hex, at, 'hex');
    expect(record.recordIsWhole(target, 0, target.length)).toBe(false);
  });
});
