// The sink of the benchmark: a figure is believed only because each of these would have been seen.
import { expect, test } from 'vitest';
import { FrameReader, type Tally } from '../../bench/frames.js';
import { shareCores } from '../../bench/pinned.js';
import { buildStream, numberDigits } from '../../bench/stream.js';

const shape = { drains: 3, messages: 300, messageBytes: 250 };
const frameBytes = '250 '.length + shape.messageBytes;
const makeTally = (): Tally => ({ expected: new Uint32Array(10), received: 0, doubled: 0, missing: 0, misrouted: 0 });
const stream = (): Buffer => buildStream(shape, new Uint32Array(shape.drains), 1);

test('counts all messages once, however the bytes are cut', () => {
  for (const chunkBytes of [1, 7, 253, 254, 255, 1000, 100_000]) {
    const tally = makeTally();
    const reader = new FrameReader(tally, undefined);
    const bytes = stream();
    for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
    expect(tally).toMatchObject({ received: 300, doubled: 0, missing: 0, misrouted: 0 });
  }
});

test('a stream says the same in every run, and goes on where the last one ended', () => {
  expect(stream().equals(stream())).toBe(true);
  const numbers = new Uint32Array(shape.drains);
  const both = [buildStream(shape, numbers, 1), buildStream(shape, numbers, 2)];
  const tally = makeTally();
  new FrameReader(tally, undefined).push(Buffer.concat(both));
  expect(tally).toMatchObject({ received: 600, doubled: 0, missing: 0 });
  expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(600);
});

test('a message that is left out counts as missing', () => {
  const tally = makeTally();
  const bytes = stream();
  new FrameReader(tally, undefined).push(
    Buffer.concat([bytes.subarray(0, frameBytes * 5), bytes.subarray(frameBytes * 6)]),
  );
  expect(tally).toMatchObject({ received: 299, missing: 1, doubled: 0 });
});

test('a message that comes again counts as doubled and not as received', () => {
  const tally = makeTally();
  const bytes = stream();
  new FrameReader(tally, undefined).push(Buffer.concat([bytes, bytes.subarray(0, frameBytes)]));
  expect(tally).toMatchObject({ received: 300, missing: 0, doubled: 1 });
});

test("a message at another tenant's port counts as misrouted", () => {
  const tally = makeTally();
  new FrameReader(tally, 1).push(stream());
  expect(tally.received + tally.misrouted).toBe(300);
  expect(tally.misrouted).toBeGreaterThan(100);
});

test('bytes that are no frame of ours throw', () => {
  const damaged = stream();
  damaged[frameBytes - numberDigits] = 'x'.charCodeAt(0);
  expect(() => new FrameReader(makeTally(), undefined).push(damaged)).toThrow(/no digits/);
  expect(() => new FrameReader(makeTally(), undefined).push(Buffer.from('<14>1 - - - - - -\n'))).toThrow(/length/);
});

test('the forwarder has its cores for itself where there are four, and a remark where there are fewer', () => {
  expect(shareCores([0, 1, 2, 3])).toMatchObject({ forwarder: '0,1', generator: '2', sink: '3' });
  expect(shareCores([4, 6, 9])).toMatchObject({ forwarder: '4,6', generator: '9', sink: '9' });
  expect(shareCores([0, 1])).toMatchObject({ forwarder: '0', generator: '1', sink: '1' });
  expect(shareCores([0, 1]).remark).toContain('two cores only');
});
