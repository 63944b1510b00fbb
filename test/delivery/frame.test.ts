// Guards: what stands on the wire, byte for byte (RFC 5424 6, RFC 5425 4.3, RFC 6587 3.4).
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ordinal, sequenceIdOf } from '../../src/base/ids.js';
import { type FrameShape, frameBytesMax, refused, writeFrame } from '../../src/delivery/frame.js';
import { type Parts, recordOf } from '../support/fake-cursor.js';

const shape = (changes: Partial<Omit<FrameShape, 'ownElements'>> & { own?: string } = {}): FrameShape => ({
  framing: changes.framing ?? 'octet-counting',
  messageBytesMax: changes.messageBytesMax ?? 8192,
  ownElements: Buffer.from(changes.own ?? ''),
});

/** Writes into a target of exactly the promised room, off its start, and checks that nothing beside it is touched. */
function frameOf(parts: Parts, sequenceId: number, wanted: FrameShape): string | undefined {
  const record = recordOf(parts);
  const room = frameBytesMax(record, 0, wanted);
  const target = Buffer.alloc(3 + room + 3, '~');
  const length = writeFrame(target, 3, record, 0, sequenceId, wanted);
  if (length === refused) return undefined;
  expect(length).toBeLessThanOrEqual(room);
  expect(target.toString('latin1', 0, 3)).toBe('~~~');
  expect(target.toString('latin1', 3 + room)).toBe('~~~');
  return target.toString('utf8', 3, 3 + length);
}

const head = '<14>1 - - a - a.b ';
const sluice = '[sluice@32473 tenant="t" id="1" type="a.b"]';

describe('a frame', () => {
  test('has the octets of the message before it, and meta first in its structured data (5425-12, 5425-13, 5424-41)', () => {
    expect(frameOf({ head, sluice, message: 'häppened' }, 7, shape())).toBe(
      '92 <14>1 - - a - a.b [meta sequenceId="7"][sluice@32473 tenant="t" id="1" type="a.b"] häppened',
    );
  });

  test('ends with LF and has no length under LF framing (6587-02)', () => {
    expect(frameOf({ head, sluice, message: 'ok' }, 7, shape({ framing: 'lf' }))).toBe(
      '<14>1 - - a - a.b [meta sequenceId="7"][sluice@32473 tenant="t" id="1" type="a.b"] ok\n',
    );
  });

  test('has no space at its end without MSG (5424-03)', () => {
    expect(frameOf({ head, sluice, message: '' }, 7, shape({ framing: 'lf' }))).toBe(
      '<14>1 - - a - a.b [meta sequenceId="7"][sluice@32473 tenant="t" id="1" type="a.b"]\n',
    );
  });

  test("has the drain's own elements between meta and the event's", () => {
    const own = '[token@41058 key="abc"]';
    expect(frameOf({ head, sluice, data: '[data@32473 k="v"]', message: 'ok' }, 1, shape({ own, framing: 'lf' }))).toBe(
      `<14>1 - - a - a.b [meta sequenceId="1"]${own}${sluice}[data@32473 k="v"] ok\n`,
    );
  });

  test('counts its sequenceId to 2147483647 and then from 1 again (5424-41)', () => {
    const frames = [1, 2_147_483_647, 2_147_483_648, 4_294_967_295].map((n) =>
      frameOf({}, sequenceIdOf(ordinal(n)), shape()),
    );
    const ids = frames.map((frame) => /sequenceId="(\d+)"/.exec(frame ?? '')?.[1]);
    expect(ids).toEqual(['1', '2147483647', '1', '1']);
  });
});

describe('a message that is too long', () => {
  const framing = 'lf';
  const bytesWithoutMessage = Buffer.byteLength(`${head}[meta sequenceId="7"]${sluice}`);

  test('loses the end of MSG and says how many bytes', () => {
    const messageBytesMax = bytesWithoutMessage + ' truncated="80"'.length + 1 + 19;
    expect(frameOf({ head, sluice, message: 'x'.repeat(99) }, 7, shape({ framing, messageBytesMax }))).toBe(
      `<14>1 - - a - a.b [meta sequenceId="7"][sluice@32473 tenant="t" id="1" type="a.b" truncated="80"] ${'x'.repeat(19)}\n`,
    );
  });

  test('is cut between code points', () => {
    for (const character of ['é', '€', '😀']) {
      for (let messageBytesMax = 104; messageBytesMax < 116; messageBytesMax++) {
        const cut = frameOf({ head, sluice, message: character.repeat(50) }, 7, shape({ framing, messageBytesMax }))!;
        const kept = /\] (.*)\n$/.exec(cut)?.[1] ?? '';
        expect(kept).toBe(character.repeat(Array.from(kept).length));
        const bytes = Buffer.byteLength(character) * 50 - Buffer.byteLength(kept);
        expect(cut).toContain(` truncated="${bytes}"]`);
        expect(Buffer.byteLength(cut) - 1).toBeLessThanOrEqual(messageBytesMax);
      }
    }
  });

  test('marks the sluice element alone, not the ones after it', () => {
    const own = '[token@41058 key="abc"]';
    const parts = { head, sluice, data: '[data@32473 k="v"]', message: 'y'.repeat(300) };
    expect(frameOf(parts, 7, shape({ own, framing, messageBytesMax: 180 }))).toBe(
      `<14>1 - - a - a.b [meta sequenceId="7"]${own}[sluice@32473 tenant="t" id="1" type="a.b" truncated="260"][data@32473 k="v"] ${'y'.repeat(40)}\n`,
    );
  });

  test('is refused if HEADER and STRUCTURED-DATA alone are too long', () => {
    expect(frameOf({ head, sluice, message: 'ok' }, 7, shape({ messageBytesMax: 80 }))).toBeUndefined();
    expect(frameOf({ head, sluice, message: '' }, 7, shape({ messageBytesMax: 80 }))).toBeUndefined();
  });
});

test('any event in any shape is a frame of the right length with the whole text or a true count of what was cut', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const own = fc.constantFrom('', '[a@1]', '[token@41058 key="x"][b@1 c="d"]');
  const numbers = fc.record({
    max: fc.integer({ min: 130, max: 600 }),
    sequenceId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  });
  fc.assert(
    fc.property(text, own, numbers, (message, ownElements, { max, sequenceId }) => {
      const frame = frameOf({ head, sluice, message }, sequenceId, shape({ own: ownElements, messageBytesMax: max }));
      if (frame === undefined) {
        expect(max).toBeLessThan(170);
        return;
      }
      const [, count, rest] = /^([1-9]\d*) (.*)$/su.exec(frame)!;
      expect(Number(count)).toBe(Buffer.byteLength(rest));
      expect(Number(count)).toBeLessThanOrEqual(max);
      const start = `${head}[meta sequenceId="${sequenceId}"]${ownElements}${sluice.slice(0, -1)}`;
      expect(rest.startsWith(start)).toBe(true);
      const [, truncated, kept] = /^(?: truncated="(\d+)")?\](?: (.*))?$/su.exec(rest.slice(start.length))!;
      expect(message.startsWith(kept ?? '')).toBe(true);
      expect(Buffer.byteLength(kept ?? '') + Number(truncated ?? 0)).toBe(Buffer.byteLength(message));
    }),
  );
});
