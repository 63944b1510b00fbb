// Counts, sizes, times, tables and foreign text: what a person reads on the terminal.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ago, count, counted, json, printable, size, span, timeOfDay, width } from '../../src/cli/format.js';
import { bytes, pair, whole } from '../../src/cli/options.js';
import { entries, table } from '../../src/cli/print.js';

describe('figures', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [700 * 1024, '700 KiB'],
    [64 * 1024 ** 2, '64 MiB'],
    [8 * 1024 ** 3, '8 GiB'],
  ])('%i bytes read as %s', (given, text) => expect(size(given)).toBe(text));

  test.each([
    [-5, '0 ms'],
    [340, '340 ms'],
    [3400, '3.4 s'],
    [2000, '2 s'],
    [59_000, '59 s'],
    [200_000, '3 min 20 s'],
    [120_000, '2 min'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%i ms read as %s', (given, text) => expect(span(given)).toBe(text));

  test('an age counts from now, and a future time is just now', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    expect(ago('2026-11-22T09:59:48Z', now)).toBe('12 s ago');
    expect(ago('2026-11-22T10:00:01Z', now)).toBe('just now');
  });

  test('one event is no events', () => {
    expect([counted(1, 'event'), counted(0, 'event'), counted(12_345, 'event')]).toEqual([
      '1 event',
      '0 events',
      '12,345 events',
    ]);
    expect(count(1_000_000)).toBe('1,000,000');
  });

  test('the time of day is the one that was written', () => {
    expect(timeOfDay('2026-11-22T10:00:00.123456+05:30')).toBe('10:00:00.123');
    expect(timeOfDay('-')).toBe('-');
  });
});

describe('foreign text', () => {
  test.each([
    ['a\u001b[31mb', 'a\\x1b[31mb'],
    ['a\r\nb\u0007', 'a\\x0d\\x0ab\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['abc\u202edef', 'abc\\u{202e}def'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['Grüße, 世界 🚰', 'Grüße, 世界 🚰'],
  ])('%j is shown as %s', (given, shown) => expect(printable(given)).toBe(shown));

  test('nothing that a terminal obeys is left in any text, or in its JSON', () => {
    // The characters that must not be there have to be named.
    // oxlint-disable-next-line no-control-regex
    const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(obeyed);
        const shown = json({ text });
        expect(shown).not.toMatch(obeyed);
        expect(JSON.parse(shown)).toEqual({ text });
      }),
    );
  });
});

describe('tables', () => {
  test('columns are as wide as their widest cell, numbers end together, nothing trails', () => {
    const rows = [
      ['a', '1', 'x'],
      ['long name', '1,000', ''],
    ];
    expect(table(['name', 'count', 'why'], rows, [1]).split('\n')).toEqual([
      'NAME       COUNT  WHY',
      'a              1  x',
      'long name  1,000',
    ]);
  });

  test('colours take no room', () => {
    expect(width('\u001b[31mred\u001b[39m')).toBe(3);
    expect(table(['a', 'b'], [['\u001b[31mred\u001b[39m', 'x']])).toBe('A    B\n\u001b[31mred\u001b[39m  x');
  });

  test('a value of several lines continues under its first', () => {
    expect(
      entries([
        ['a', ['1', '2']],
        ['long', '3'],
      ]),
    ).toBe('a     1\n      2\nlong  3');
  });
});

describe('values of options', () => {
  test.each([
    ['4096', 4096],
    ['512KiB', 524_288],
    ['1MiB', 1_048_576],
    ['2g', 2_147_483_648],
  ])('the size %s is %i bytes', (text, value) => expect(bytes(text)).toBe(value));

  test.each(['', '0', '-1', '1.5', '1TB', 'x', '1e9', '9'.repeat(40)])('%j is no size and no number', (text) => {
    expect(() => bytes(text)).toThrow('a size such as');
    expect(() => whole(1)(text)).toThrow('a whole number');
  });

  test('the first = of a pair ends its name', () => {
    expect(pair('k=v=w', { a: '1' })).toEqual({ a: '1', k: 'v=w' });
    expect(() => pair('=v')).toThrow('name=value');
  });
});
