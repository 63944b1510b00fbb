// Which characters are escaped, which sequences disappear, and that hostile text is read in linear time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/event/sanitise.js';
import { Span } from '../../src/event/span.js';
import { escapeSequenceLength } from '../../src/event/escape-sequence.js';
import { controls } from './admitted.js';

const cleaner = new Cleaner();
function cleaned(text: string): string {
  const span = new Span();
  const bytes = Buffer.from(text);
  span.set(bytes, 0, bytes.length);
  cleaner.clean(span);
  return span.bytes.toString('utf8', span.start, span.end);
}
const octal = (character: string) =>
  Array.from(Buffer.from(character), (octet) => `#${octet.toString(8).padStart(3, '0')}`).join('');

describe('cleaning text', () => {
  it('escapes exactly the control characters, each as its UTF-8 bytes in octal', () => {
    for (let code = 0; code <= 0x10_ff_ff; code += code < 0x3000 || (code >= 0xe000 && code < 0x1_1000) ? 1 : 97) {
      if (code >= 0xd8_00 && code <= 0xdf_ff) continue;
      const character = String.fromCodePoint(code);
      const expected = controls.test(character) ? octal(character) : character;
      if (cleaned(`a${character}\u00e4`) !== `a${expected}\u00e4`) expect.fail(`U+${code.toString(16)}`);
    }
    for (let code = 0xe_00_00; code < 0xe_01_00; code++) {
      const character = String.fromCodePoint(code);
      expect(cleaned(character)).toBe(controls.test(character) ? octal(character) : character);
    }
  });

  it.each([
    ['\u001b[0m', ''],
    ['a\u001b[1;31mb\u001b[0mc', 'abc'],
    ['\u001b[38;2;1;2;3m\u001b[?25l\u001b[2 q!', '!'],
    ['\u009b31mred', 'red'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://example.net\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009d0;title\u009cx', 'x'],
    ['\u001bPq#0\u001b\\x\u001b_apc\u001b\\y\u001b^pm\u009cz\u001bXsos\u001b\\', 'xyz'],
    ['\u001b(B\u001bc\u001b7x\u001b#8', 'x'],
    ['\u001b]0;größe 漢字\u0007x', 'x'],
    // What is not a whole sequence stays as text, its control character escaped.
    ['\u001b', '#033'],
    ['\u001b[', '#033['],
    ['\u001b[31', '#033[31'],
    ['\u001b[31ä', '#033[31ä'],
    ['\u001b]0;no end', '#033]0;no end'],
    ['\u001b]0;two\nlines\u0007', '#033]0;two#012lines#007'],
    ['\u001b]0;a\u007fb\u0007', '#033]0;a#177b#007'],
    ['\u001bPbell does not end it\u0007', '#033Pbell does not end it#007'],
    ['\u001b\u001b[31mx', '#033x'],
    ['\u001b[3\u001b[31m1mx', '#033[31mx'],
    ['\u001bä', '#033ä'],
    ['\u009b', '#302#233'],
  ])('makes of %j %j', (text, expected) => {
    expect(cleaned(text)).toBe(expected);
  });

  it('leaves no control character in any text, and changes none without', () => {
    const pieces = fc.oneof(
      fc.constantFrom('\u001b', '[', ']', '\u0007', '\\', 'm', '1', ';', '\u009b', '\u009c', '\u009d', 'P', '\n', ' '),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const clean = cleaned(text);
        expect(clean).not.toMatch(controls);
        expect(cleaned(clean)).toBe(clean);
        if (!controls.test(text)) expect(clean).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not copy text without control characters', () => {
    const span = new Span();
    const bytes = Buffer.from('größe 漢字 😀');
    span.set(bytes, 0, bytes.length);
    cleaner.clean(span);
    expect(span.bytes).toBe(bytes);
  });

  it.each(['\u001b]', '\u001b[', '\u001bP', '\u001b ', '\u001b', '\u009d', '\u009b1'])(
    'looks no further than the next control character from a broken %j',
    (introducer) => {
      let reads = 0;
      const counted = new Proxy(Buffer.from(introducer.repeat(1000)), {
        get: (target, key) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
          return Reflect.get(target, key, target) as unknown;
        },
      });
      const step = Buffer.byteLength(introducer);
      for (let at = 0; at < 1000 * step; at += step) escapeSequenceLength(counted, at, 1000 * step);
      expect(reads).toBeGreaterThan(1000);
      expect(reads).toBeLessThan(20 * 1000 * step);
    },
  );
});
