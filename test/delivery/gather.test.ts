// Guards: one write carries many frames, as many as the pace and the buffer let through, and never a part of one.
import { describe, expect, test } from 'vitest';
import { Gather } from '../../src/delivery/gather.js';
import type { DrainSettings } from '../../src/delivery/settings.js';
import { WriteBuffers } from '../../src/delivery/write-buffers.js';
import { drainSettings } from '../support/drain-settings.js';
import { FakeCursor } from '../support/fake-cursor.js';

function gathering(changes: Partial<DrainSettings> = {}) {
  const cursor = new FakeCursor();
  const gather = new Gather(drainSettings(changes), new WriteBuffers());
  let nowMs = 1_000_000;
  return {
    cursor,
    gather,
    /** Reads `afterMs` later; gives why it ended and how many frames and bytes it has. */
    read: (afterMs = 0): [string, number, number] => {
      nowMs += afterMs;
      const end = gather.read(cursor, nowMs);
      return [end, gather.events, gather.bytes];
    },
    waitMs: () => gather.waitMs(nowMs),
  };
}

describe('gathering', () => {
  test('takes all that is there in one buffer', () => {
    const { cursor, read, gather } = gathering();
    cursor.appendMany(100);
    const [end, events, bytes] = read();
    expect([end, events, gather.upTo]).toEqual(['end', 100, 100]);
    expect(gather.take().toString('utf8', 0, bytes).split('\n')).toHaveLength(101);
    expect(read()).toEqual(['end', 0, 0]);
  });

  test('ends with whole frames when the buffer is full, and goes on with the next', () => {
    const { cursor, read, gather } = gathering();
    cursor.appendMany(1000);
    let sent = 0;
    for (let end = 'full'; end === 'full'; ) {
      let events = 0;
      let bytes = 0;
      [end, events, bytes] = read();
      expect(bytes).toBeLessThanOrEqual(65_536);
      expect(gather.take()[bytes - 1]).toBe(0x0a);
      sent += events;
      expect(gather.upTo).toBe(sent);
    }
    expect(sent).toBe(1000);
  });

  test('an element of the producer’s gives way to the drain’s own with the same SD-ID', () => {
    const { cursor, read, gather } = gathering({ structuredData: '[token@1 key="ours"]' });
    const theirs = '[a@1 x="[token@1 "][token@1 key="theirs"][token@12 y="z"]';
    cursor.append({ data: theirs, message: 'hello' }, { data: '[token@12 y="z"]' });
    const [, , bytes] = read();
    const lines = gather.take().toString('utf8', 0, bytes).split('\n');
    expect(lines[0]).toMatch(
      / \[meta sequenceId="1"\]\[token@1 key="ours"\]\[sluice@32473 [^\]]+\]\[a@1 x="\[token@1 "\]\[token@12 y="z"\] hello$/,
    );
    expect(lines[1]).toContain('[token@1 key="ours"][sluice@32473');
    expect(lines[1]).toContain('[token@12 y="z"] event 2');
  });

  test('gives an event longer than the buffer a buffer of its own', () => {
    const { cursor, read, gather } = gathering({ messageBytesMax: 262_144 });
    cursor.append({ message: 'a' }, { message: 'b'.repeat(200_000) }, { message: 'c' });
    expect(read().slice(0, 2)).toEqual(['full', 1]);
    gather.take();
    const [end, events, bytes] = read();
    expect([end, events]).toEqual(['full', 1]);
    expect(bytes).toBeGreaterThan(200_000);
    expect(gather.take().length).toBeGreaterThanOrEqual(bytes);
    expect(read().slice(0, 2)).toEqual(['end', 1]);
  });

  test('reports refused events to the cursor and passes over them', () => {
    const { cursor, read, gather } = gathering({ messageBytesMax: 480 });
    cursor.append({}, { data: `[data@1 k="${'v'.repeat(500)}"]` });
    expect(read().slice(0, 2)).toEqual(['end', 1]);
    expect([cursor.refused, gather.upTo]).toEqual([[2], 2]);
  });

  test('counts as fresh only what was never acknowledged', () => {
    const { cursor, read, gather } = gathering();
    cursor.appendMany(10);
    read();
    gather.take();
    cursor.acknowledged = 6;
    cursor.rewind();
    read();
    expect([gather.events, gather.freshEvents]).toEqual([10, 4]);
  });
});

describe('a pace', () => {
  test('of events lets a second’s worth through at once, then as many as time has passed for', () => {
    const { cursor, read, waitMs } = gathering({ rate: { eventsPerS: 100, bytesPerS: Infinity } });
    cursor.appendMany(1000);
    expect(read().slice(0, 2)).toEqual(['paced', 100]);
    expect(waitMs()).toBe(10);
    expect(read(9).slice(0, 2)).toEqual(['paced', 0]);
    expect(read(1).slice(0, 2)).toEqual(['paced', 1]);
    expect(read(500).slice(0, 2)).toEqual(['paced', 50]);
    expect(read(60_000).slice(0, 2)).toEqual(['paced', 100]); // a burst doesn't grow
  });

  test('of bytes is exact over time', () => {
    const { cursor, read } = gathering({ rate: { eventsPerS: Infinity, bytesPerS: 10_000 } });
    cursor.appendMany(1000);
    let bytes = read()[2];
    for (let n = 0; n < 100; n++) bytes += read(100)[2];
    expect(bytes).toBeGreaterThan(109_000);
    expect(bytes).toBeLessThan(110_400); // ten seconds, the burst, and one frame
  });

  test('changes from the next read on, without a new burst', () => {
    const { cursor, read, gather } = gathering({ rate: { eventsPerS: 100, bytesPerS: Infinity } });
    cursor.appendMany(1000);
    read();
    gather.apply(drainSettings({ rate: { eventsPerS: 10, bytesPerS: Infinity } }));
    expect(read(100)[1]).toBeLessThanOrEqual(1);
  });
});
