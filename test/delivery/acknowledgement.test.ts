// Guards: what counts as acknowledged is never ahead of what the kernel's table shows.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ordinal } from '../../src/base/ids.js';
import { Acknowledgement, type Reading } from '../../src/delivery/acknowledgement.js';
import { Marks } from '../../src/delivery/marks.js';

const line = (queuedBytes: number, changes: Partial<Reading> = {}): Reading => ({
  queuedBytes,
  holding: 'network',
  inode: 7,
  ...changes,
});

describe('an acknowledgement', () => {
  test('covers the marks up to the bytes before the look, minus those queued', () => {
    const connection = new Acknowledgement();
    connection.written(100, ordinal(1), 1);
    connection.written(250, ordinal(4), 3);
    connection.written(400, ordinal(5), 1);
    connection.beforeLook();
    expect(connection.look(line(151)).upTo).toBe(1);
    expect(connection.marks).toMatchObject({ size: 2, events: 4 });
    connection.beforeLook();
    expect(connection.look(line(150)).upTo).toBe(4);
    connection.beforeLook();
    expect(connection.look(line(0))).toEqual({ upTo: 5, progressed: true, holding: 'network' });
    expect(connection.marks).toMatchObject({ size: 0, events: 0 });
  });

  test('counts no byte that was written after the look began', () => {
    const connection = new Acknowledgement();
    connection.written(100, ordinal(1), 1);
    connection.beforeLook();
    connection.written(200, ordinal(2), 1); // between the snapshot and the answer
    expect(connection.look(line(0)).upTo).toBe(1);
    connection.beforeLook();
    expect(connection.look(line(0)).upTo).toBe(2);
  });

  test('is not taken from a line of another socket, nor without a line', () => {
    const connection = new Acknowledgement();
    connection.written(100, ordinal(1), 1);
    connection.beforeLook();
    expect(connection.look(line(50)).upTo).toBe(0);
    expect(connection.look(line(0, { inode: 8 })).upTo).toBe(0);
    expect(connection.look(line(0, { inode: 0 })).upTo).toBe(0); // what TIME_WAIT looks like
    expect(connection.look(undefined)).toEqual({ upTo: 0, progressed: false, holding: 'network' });
    expect(connection.look(line(0)).upTo).toBe(1);
  });

  test('tells whether bytes moved since the last look', () => {
    const connection = new Acknowledgement();
    connection.written(1000, ordinal(1), 1);
    const progress = (queued: number) => {
      connection.beforeLook();
      return connection.look(line(queued, { holding: 'closed window' })).progressed;
    };
    expect([progress(600), progress(600), progress(599), progress(599)]).toEqual([true, false, true, false]);
    connection.written(1100, ordinal(2), 1); // the kernel took more, so its buffer had room
    expect([progress(699), progress(699)]).toEqual([true, false]);
  });

  test('passes over what was read and left out, with what was written before it', () => {
    const connection = new Acknowledgement();
    connection.written(100, ordinal(1), 1);
    connection.skipped(ordinal(3));
    connection.beforeLook();
    expect(connection.look(line(1)).upTo).toBe(0);
    connection.beforeLook();
    expect(connection.look(line(0)).upTo).toBe(3);
  });
});

describe('marks', () => {
  test('leave once each, in order, whatever the positions asked for', () => {
    const writes = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 50 }), asked: fc.integer({ min: 0, max: 60 }) }),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(writes, (steps) => {
        const marks = new Marks();
        let position = 0;
        let acknowledged = 0;
        let held: [number, number][] = [];
        steps.forEach(({ bytes, asked }, index) => {
          position += bytes;
          marks.push(position, ordinal(index + 1), 1);
          held.push([position, index + 1]);
          acknowledged = Math.min(position, acknowledged + asked);
          const expected = held.findLast(([at]) => at <= acknowledged)?.[1] ?? 0;
          held = held.filter(([at]) => at > acknowledged);
          expect(marks.takeUpTo(acknowledged)).toBe(expected);
          expect(marks).toMatchObject({ size: held.length, events: held.length });
        });
      }),
    );
  });

  test('never go back', () => {
    const marks = new Marks();
    marks.push(100, ordinal(5), 1);
    expect(() => marks.push(99, ordinal(6), 1)).toThrow(/bytes only grow/);
    expect(() => marks.push(100, ordinal(4), 1)).toThrow(/ordinals only grow/);
  });

  test('are full at their bound', () => {
    const marks = new Marks();
    for (let n = 1; n <= 8_191; n++) marks.push(n, ordinal(n), 1);
    expect(marks.full).toBe(false);
    marks.push(8_192, ordinal(8_192), 1);
    expect(marks.full).toBe(true);
    marks.takeUpTo(1);
    expect(marks.full).toBe(false);
  });
});
