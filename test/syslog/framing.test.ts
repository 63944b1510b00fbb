// Frames on a byte stream, shown as octets. Chunks are fed in hex or as text; what comes out is text.
import { describe, expect, test } from 'vitest';
import { FrameDecoder, type FrameDecoderOptions, type FramingFault } from '../../src/syslog/framing.js';
import { frameLengthDigits, writeOctetCount } from '../../src/syslog/octet-count.js';

/** Feeds chunks, ends the stream, and gives frames and faults in the order in which they came. */
function decode(chunks: readonly (string | Buffer)[], options: Partial<FrameDecoderOptions> = {}): string[] {
  const seen: string[] = [];
  const decoder = new FrameDecoder({ frameBytesMax: 1000, ...options, onFault: ({ code }) => seen.push(`!${code}`) });
  const take = (bytes: Buffer, start: number, end: number) => seen.push(bytes.toString('latin1', start, end));
  for (const chunk of chunks) decoder.push(Buffer.from(chunk as string, 'latin1'), take);
  decoder.end(take);
  return seen;
}

/** Octet by octet. */
const split = (text: string): string[] => Array.from(text);
const never = () => expect.unreachable();
const hex = (octets: string): Buffer => Buffer.from(octets.replaceAll(' ', ''), 'hex');

describe('octet counting', () => {
  const framing = 'octet-counting';

  test('5425-12 MSG-LEN, a space, as many octets', () => {
    // "5 <1>1 " "3 abc" "10 0123456789"
    expect(decode([hex('35 20 3c313e3120 33 20 616263 3130 20 30313233343536373839')], { framing })).toEqual([
      '<1>1 ',
      'abc',
      '0123456789',
    ]);
  });

  test('5425-12 a frame, its length and its space may each come in pieces', () => {
    expect(decode(['1', '0', ' ', '01234', '', '5678', '93 a', 'bc'], { framing })).toEqual(['0123456789', 'abc']);
  });

  test('5425-12 a leading zero, a zero length, no digit or another octet in MSG-LEN ends the stream at once', () => {
    for (const start of [
      '0 ',
      '05 hello',
      '00',
      ' 5 hello',
      'a',
      '-5 hello',
      '5hello',
      '5\thello',
      '5\n',
      '<13>1 ',
      '\n',
      '1.5 ',
    ]) {
      expect(decode([`3 abc${start}`, '3 def'], { framing }), start).toEqual(['abc', '!bad_length']);
    }
  });

  test('5425-12 a fault is answered by push, again by each later push, and told once', () => {
    const faults: FramingFault[] = [];
    const decoder = new FrameDecoder({ frameBytesMax: 10, framing, onFault: (fault) => faults.push(fault) });
    expect(decoder.push(Buffer.from('x'), never)).toEqual({
      code: 'bad_length',
      message: 'MSG-LEN is no number from 1 on',
    });
    expect(decoder.push(Buffer.from('3 abc'), never)?.code).toBe('bad_length');
    expect(decoder.end(never)).toBeUndefined();
    expect(faults).toHaveLength(1);
  });

  test('5425-13 MSG-LEN counts octets and not characters, and LF is an octet like any other', () => {
    const frames: string[] = [];
    const decoder = new FrameDecoder({ frameBytesMax: 100, framing });
    decoder.push(Buffer.from('7 \u00fc\u20aca\n3 b\nc'), (bytes, start, end) =>
      frames.push(bytes.toString('utf8', start, end)),
    );
    expect(frames).toEqual(['\u00fc\u20aca\n', 'b\nc']);
  });

  test('5425-14 a frame of the longest length is taken, a longer one is left out and harms no neighbour', () => {
    const longest = `1000 ${'x'.repeat(1000)}`;
    const tooLong = `1001 ${'y'.repeat(1001)}`;
    expect(decode([`${longest}${tooLong}3 abc`], { framing })).toEqual(['x'.repeat(1000), '!frame_too_long', 'abc']);
    const octets = split(`${tooLong}3 abc`);
    expect(decode(octets, { framing })).toEqual(['!frame_too_long', 'abc']);
  });

  test('a MSG-LEN of eight digits ends the stream: nobody sends such a frame, and nobody could wait for its end', () => {
    expect(decode(['9999999 ', '3 abc'], { framing })).toEqual(['!frame_too_long']);
    expect(decode(['10000000 '], { framing })).toEqual(['!bad_length']);
    expect(decode(['9'.repeat(100_000)], { framing })).toEqual(['!bad_length']);
  });

  test('a stream that ends within a frame says so, and hands over nothing of it', () => {
    for (const start of ['1', '10', '10 ', '10 012345678']) {
      expect(decode(['3 abc', start], { framing }), start).toEqual(['abc', '!unfinished']);
    }
  });
});

describe('LF', () => {
  const framing = 'lf';

  test('6587-02 what stands between two LFs is a frame, an empty one too', () => {
    expect(decode([hex('61 62 0a 0a 63 0d 0a')], { framing })).toEqual(['ab', '', 'c\r']);
    expect(decode(['a', 'b', '\n', '\nc', '\r', '\n'], { framing })).toEqual(['ab', '', 'c\r']);
  });

  test('6587-02 a digit begins no count', () => {
    expect(decode(['3 abc\n12\n'], { framing })).toEqual(['3 abc', '12']);
  });

  test('6587-02 the last line may do without its LF', () => {
    expect(decode(['a\nb'], { framing })).toEqual(['a', 'b']);
    expect(decode(['a\n'], { framing })).toEqual(['a']);
    expect(decode([], { framing })).toEqual([]);
  });

  test('6587-02 a line of the longest length is taken, a longer one is left out up to its LF', () => {
    const longest = 'x'.repeat(1000);
    const tooLong = 'y'.repeat(1001);
    const all = `${longest}\n${tooLong}\nabc\n`;
    expect(decode([all], { framing })).toEqual([longest, '!frame_too_long', 'abc']);
    expect(decode(split(all), { framing })).toEqual([longest, '!frame_too_long', 'abc']);
    expect(decode([tooLong, tooLong, '\nabc\n', tooLong], { framing })).toEqual([
      '!frame_too_long',
      'abc',
      '!frame_too_long',
    ]);
  });
});

describe('detection', () => {
  test('6587-01 a message that begins with a digit is counted, one with `<` is a line, each message anew', () => {
    const stream = '6 <1>1 a<2>1 b\n6 <3>1 c6 <4>1 d<5>1 e\n<6>1 f\n';
    const messages = ['<1>1 a', '<2>1 b', '<3>1 c', '<4>1 d', '<5>1 e', '<6>1 f'];
    expect(decode([stream])).toEqual(messages);
    expect(decode(split(stream))).toEqual(messages);
  });

  test('6587-01 the LF that rsyslog and syslog-ng put inside the counted frame is a trailer, one of them', () => {
    expect(decode(['7 <1>1 a\n8 <2>1 b\n\n'])).toEqual(['<1>1 a', '<2>1 b\n']);
    expect(decode(['7 <1>1 a\n'], { framing: 'octet-counting' })).toEqual(['<1>1 a\n']);
  });

  test('6587-02 CR LF is a trailer too, and an empty line no message', () => {
    expect(decode(['<1>1 a\r\n', '\r\n\n', '<2>1 b\r', '\n', '6 <3>1 c\n'])).toEqual(['<1>1 a', '<2>1 b', '<3>1 c']);
  });

  test('6587-01 a line that begins with anything else is handed over: it is one bad message, not a broken stream', () => {
    expect(decode(['hello\n<1>1 a\n'])).toEqual(['hello', '<1>1 a']);
  });

  test('the CR of a line of the longest length does not count', () => {
    const longest = `<1>1 ${'x'.repeat(995)}`;
    for (const chunks of [[`${longest}\r\n`], [`${longest}\r`, '\n'], [longest, '\r\n'], split(`${longest}\r\n`)]) {
      expect(decode(chunks)).toEqual([longest]);
    }
    for (const stream of [`${longest}x\n`, `${longest}x\r\n`, `${longest}\r\r\n`, `${longest}x`]) {
      expect(decode([stream])).toEqual(['!frame_too_long']);
      expect(decode(split(stream))).toEqual(['!frame_too_long']);
    }
  });
});

describe('bytes stay bytes', () => {
  test('a frame that lies whole in a chunk is handed over where it lies', () => {
    const chunk = Buffer.from('6 <1>1 a<2>1 b\n6 <3>1 c4 <4');
    const places: [boolean, number, number][] = [];
    const decoder = new FrameDecoder({ frameBytesMax: 100 });
    decoder.push(chunk, (bytes, start, end) => places.push([bytes === chunk, start, end]));
    expect(places).toEqual([
      [true, 2, 8],
      [true, 8, 14],
      [true, 17, 23],
    ]);
    expect(decoder.heldBytes).toBe(2);
    const last = Buffer.from('>1');
    decoder.push(last, () => undefined);
    const whole = Buffer.from('6 <5>1 e');
    decoder.push(whole, (bytes, start, end) => places.push([bytes === whole, start, end]));
    expect(places[3]).toEqual([true, 2, 8]);
  });

  test('a long frame in many chunks is put together', () => {
    const long = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(97 + (i % 25))).join('');
    const chunks = Array.from({ length: 200 }, (_, i) => long.slice(100 * i, 100 * (i + 1)));
    const frameBytesMax = 20_000;
    expect(decode([...chunks, '\n', '20000 ', ...chunks, 'a', '\n'], { frameBytesMax })).toEqual([long, long, 'a']);
  });

  test('a MSG-LEN reserves nothing: only octets that arrived are held', () => {
    const decoder = new FrameDecoder({ frameBytesMax: 256 * 1024 });
    const before = process.memoryUsage().arrayBuffers;
    const chunk = Buffer.from('262144 x');
    const many = Array.from({ length: 200 }, () => new FrameDecoder({ frameBytesMax: 256 * 1024 }));
    for (const each of [decoder, ...many]) each.push(chunk, never);
    expect(decoder.heldBytes).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 4 * 1024);
  });

  test('an endless line holds one frame and no more', () => {
    const decoder = new FrameDecoder({ frameBytesMax: 10_000 });
    const chunk = Buffer.alloc(997, 'x');
    for (let i = 0; i < 10_000; i++) {
      decoder.push(chunk, never);
      expect(decoder.heldBytes).toBeLessThanOrEqual(10_001);
    }
    expect(decoder.heldBytes).toBe(0);
  });
});

describe('counting out', () => {
  test('5425-12 5425-13 MSG-LEN is the number of octets without leading zeros, then a space', () => {
    for (const length of [1, 9, 10, 99, 100, 8192, 99_999, 262_144, 1_000_000]) {
      const target = Buffer.alloc(12, '.');
      const end = writeOctetCount(target, 1, length);
      expect(target.toString('latin1', 0, end)).toBe(`.${length} `);
      expect(end).toBe(1 + frameLengthDigits(length) + 1);
    }
  });
});
