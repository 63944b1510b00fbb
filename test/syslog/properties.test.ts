// What holds for any message, any octets and any chunks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUtf8 } from '../../src/syslog/bytes.js';
import { encodeMessage } from '../../src/syslog/encode.js';
import { FrameDecoder, type Framing } from '../../src/syslog/framing.js';
import { writeOctetCount } from '../../src/syslog/octet-count.js';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';
import { parseRfc3164 } from '../../src/syslog/rfc3164.js';
import { anyMessage } from './any-message.js';
import { fieldsOf, parse } from './parsed.js';

test('5424-03 what the encoder writes, the parser gives back, part by part', () => {
  fc.assert(
    fc.property(anyMessage(), (parts) => {
      expect(parse(encodeMessage(parts))).toEqual(parts);
    }),
    { numRuns: 500 },
  );
});

test('no octets make the parsers throw, look past the end, or answer offsets outside of the message', () => {
  const valid = anyMessage().map((parts) => [...encodeMessage(parts)]);
  const mutated = fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 }), fc.nat(600))
    .map(([octets, changes, cut]) => {
      for (const [at, octet] of changes) if (at < octets.length) octets[at] = octet;
      return Uint8Array.from(cut < octets.length ? octets.slice(0, cut) : octets);
    });
  const parsed = new ParsedMessage();
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), fc.nat(20), (octets, before) => {
      const bytes = Buffer.concat([Buffer.alloc(before, '<'), octets, Buffer.from('"] - x')]);
      const end = before + octets.length;
      for (const parser of [parseRfc5424, parseRfc3164]) {
        const fault = parser(bytes, before, end, parsed);
        const alone = parser(Buffer.from(octets), 0, octets.length, new ParsedMessage());
        expect(fault).toBe(alone);
        if (fault !== undefined) continue;
        const offsets = [
          parsed.timestampStart,
          parsed.timestampEnd,
          parsed.hostnameStart,
          parsed.hostnameEnd,
          parsed.appNameStart,
          parsed.appNameEnd,
          parsed.procIdStart,
          parsed.procIdEnd,
        ];
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        expect(offsets[0]).toBeGreaterThanOrEqual(before);
        expect(parsed.messageStart).toBeLessThanOrEqual(parsed.messageEnd);
        expect([parsed.messageEnd, parsed.sdEnd <= end]).toEqual([end, true]);
        fieldsOf(bytes, parsed);
      }
    }),
    { numRuns: 2000 },
  );
});

test('5424-27 UTF-8 is what the fatal TextDecoder takes', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const oracle = (octets: Uint8Array): boolean => {
    try {
      decoder.decode(octets);
      return true;
    } catch {
      return false;
    }
  };
  const edges = fc.constantFrom(
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xec,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
  );
  fc.assert(
    fc.property(fc.array(edges, { maxLength: 6 }), (octets) => {
      expect(isUtf8(Buffer.from(octets), 0, octets.length)).toBe(oracle(Uint8Array.from(octets)));
    }),
    { numRuns: 20_000 },
  );
});

/** Frames and faults of a stream that comes in these chunks. */
function decode(
  stream: Buffer,
  cuts: readonly number[],
  framing: Framing,
  frameBytesMax: number,
): { seen: string[]; heldMax: number } {
  const seen: string[] = [];
  const decoder = new FrameDecoder({ frameBytesMax, framing, onFault: ({ code }) => seen.push(`!${code}`) });
  const take = (bytes: Buffer, start: number, end: number) => seen.push(bytes.toString('hex', start, end));
  let heldMax = 0;
  const edges = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b);
  let from = 0;
  for (const to of edges) {
    // A chunk of its own, overwritten afterwards, as a socket's read buffer may be.
    const chunk = Buffer.from(stream.subarray(from, to));
    decoder.push(chunk, take);
    chunk.fill(0xff);
    heldMax = Math.max(heldMax, decoder.heldBytes);
    from = to;
  }
  decoder.end(take);
  return { seen, heldMax };
}

const framings = fc.constantFrom<Framing>('octet-counting', 'lf', 'detect');
const cuts = fc.array(fc.nat(5000), { maxLength: 30 });

test('5425-12 6587-02 the same frames and faults whatever the chunks, and no more held than one frame', () => {
  const counted = fc.uint8Array({ minLength: 1, maxLength: 150 }).map((octets) => {
    const count = Buffer.alloc(8);
    return Buffer.concat([count.subarray(0, writeOctetCount(count, 0, octets.length)), octets]);
  });
  const line = fc
    .uint8Array({ maxLength: 150 })
    .map((octets) => Buffer.concat([Buffer.from('<'), octets, Buffer.from('\r\n')]));
  const noise = fc.oneof(
    fc.constantFrom('\n', '\r\n', '0', '101 ', '99999999 ', ' ').map((each) => Buffer.from(each)),
    fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets)),
  );
  const pieces = fc.array(
    fc.oneof({ weight: 10, arbitrary: counted }, { weight: 10, arbitrary: line }, { weight: 1, arbitrary: noise }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(pieces, cuts, framings, (parts, cuts, framing) => {
      const stream = Buffer.concat(parts);
      const whole = decode(stream, [], framing, 100);
      const octetByOctet = decode(
        stream,
        Array.from(stream, (_, i) => i),
        framing,
        100,
      );
      const cut = decode(stream, cuts, framing, 100);
      expect(cut.seen).toEqual(whole.seen);
      expect(octetByOctet.seen).toEqual(whole.seen);
      expect(Math.max(cut.heldMax, octetByOctet.heldMax, whole.heldMax)).toBeLessThanOrEqual(101);
    }),
    { numRuns: 500 },
  );
});

test('5424-02 5425-13 counted frames come out as they went in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 20 }),
      cuts,
      (messages, cuts) => {
        const stream = messages.map((octets) => {
          const count = Buffer.alloc(8);
          return Buffer.concat([count.subarray(0, writeOctetCount(count, 0, octets.length)), octets]);
        });
        const { seen } = decode(Buffer.concat(stream), cuts, 'octet-counting', 300);
        expect(seen).toEqual(messages.map((octets) => Buffer.from(octets).toString('hex')));
      },
    ),
    { numRuns: 300 },
  );
});
