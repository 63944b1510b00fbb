// What a filter lets through, what it refuses to be, and that no pattern makes it work hard.
import fc from 'fast-check';
import globToRegExp from 'glob-to-regexp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { Filter } from '../../src/event/filter.js';

afterEach(() => vi.restoreAllMocks());

const inSegment = (segment: string, label: string) => globToRegExp(segment).test(label);
const passes = (glob: string, type: string) => Filter.parse([glob], 7).matches(type, 5);

describe('a filter', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'a', false],
    ['a.b', 'xa.b', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.b.c', false],
    ['*.b', 'a.b', true],
    ['*', 'a', true],
    ['*', 'a.b', false],
    ['a*', 'a', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'ab.c', false],
    ['a*a', 'a', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'abxba', true],
    ['*ab*ab*', 'xabab', true],
    ['*ab*ab*', 'xabb', false],
    ['**', 'a', true],
    ['**', 'a.b.c', true],
    ['a.**', 'a', true],
    ['a.**', 'a.b.c', true],
    ['a.**', 'ab.c', false],
    ['**.c', 'c', true],
    ['**.c', 'a.b.c', true],
    ['**.c', 'a.c.b', false],
    ['a.**.c', 'a.c', true],
    ['a.**.c', 'a.c.c', true],
    ['a.**.c', 'a.x.y.c', true],
    ['a.**.c', 'a.x.y.d', false],
    ['**.b.**', 'a.b.c', true],
    ['**.b.**', 'b', true],
    ['**.b.**', 'a.c', false],
    ['**.a.b.**.d', 'a.a.b.c.d', true],
    ['**.**', 'a', true],
    ['**.*', 'a', true],
    ['**.*.*', 'a', false],
    ['x.b*.**.*d', 'x.bb.c.ed', true],
  ])('%s and %s: %s', (glob, type, expected) => {
    expect(passes(glob, type)).toBe(expected);
  });

  it('takes a type that any one of its globs matches, and every type without globs', () => {
    const filter = Filter.parse(['a.*', '**.error'], 7);
    expect(['a.b', 'x.y.error', 'x.y'].map((type) => filter.matches(type, 7))).toEqual([true, true, false]);
    expect(Filter.parse([], 7).matches('any.thing', 7)).toBe(true);
    expect(Filter.all.matches('any.thing', 7)).toBe(true);
  });

  it('takes the severities from emerg down to its least severe', () => {
    const filter = Filter.parse(['a'], 4);
    expect([0, 3, 4, 5, 7].map((severity) => filter.matches('a', severity))).toEqual([true, true, true, false, false]);
  });

  const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
  const types = fc.array(word, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
  const piece = fc
    .string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 })
    .map((s) => s.replace(/\*+/g, '*'));
  const globs = fc.array(fc.oneof({ weight: 3, arbitrary: piece }, { weight: 1, arbitrary: fc.constant('**') }), {
    minLength: 1,
    maxLength: 5,
  });

  it('agrees with glob-to-regexp where that means the same', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), types, (segments, type) => {
        // Its globstar works on slashes; `\*` within a segment is `[^/]*` there, so only the separator differs.
        const oracle = globToRegExp(segments.join('/'), { globstar: true });
        expect(passes(segments.join('.'), type)).toBe(oracle.test(type.replaceAll('.', '/')));
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with the definition of ** written as a recursion', () => {
    const defined = (glob: string[], labels: string[]): boolean => {
      if (glob.length === 0) return labels.length === 0;
      if (glob[0] === '**')
        return labels.some((_, i) => defined(glob.slice(1), labels.slice(i))) || defined(glob.slice(1), []);
      return labels.length > 0 && inSegment(glob[0], labels[0]) && defined(glob.slice(1), labels.slice(1));
    };
    fc.assert(
      fc.property(globs, types, (glob, type) => {
        expect(passes(glob.join('.'), type)).toBe(defined(glob, type.split('.')));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['*a*a*a*a*b', 'a'.repeat(128)],
    ['*a'.repeat(63) + '*b', 'a'.repeat(128)],
    ['**.a.'.repeat(25) + 'b', 'a.'.repeat(63) + 'a'],
    ['**.*a*.'.repeat(18) + 'b', 'a.'.repeat(63) + 'a'],
    ['**.' + 'a.'.repeat(60) + 'b', 'a.'.repeat(63) + 'a'],
    ['**.*a*a*a*a*b.'.repeat(9) + '**', ('a'.repeat(15) + '.').repeat(7) + 'a'],
  ])('searches at most once per pair of characters for %s', (glob, type) => {
    expect(type.length).toBeLessThanOrEqual(128);
    const filter = Filter.parse([glob], 7);
    const indexOf = vi.spyOn(String.prototype, 'indexOf');
    const startsWith = vi.spyOn(String.prototype, 'startsWith');
    const matched = filter.matches(type, 5);
    const searches = indexOf.mock.calls.length + startsWith.mock.calls.length;
    vi.restoreAllMocks();
    expect(matched).toBe(false);
    expect(searches).toBeGreaterThan(0);
    // Segments of the glob × segments of the type, and each literal of the glob once per place of its segment.
    const literals = glob.split(/[.*]/).length;
    expect(searches).toBeLessThanOrEqual(4 * literals * type.split('.').length);
  });

  it.each([
    [[''], 7, 'Type 1 of the filter is empty.'],
    [['a', 'a..b'], 7, 'Type 2 of the filter has an empty segment: a dot stands between two names.'],
    [['.a'], 7, 'empty segment'],
    [['a.'], 7, 'empty segment'],
    [['a**'], 7, 'has ** within a segment: it stands alone between dots'],
    [['a.***'], 7, 'has ** within a segment'],
    [['Stack.*'], 7, 'has an upper-case letter, S: types are lower-case'],
    [['a.[bc]'], 7, 'holds "[": a type is made of'],
    [['a b'], 7, 'holds " "'],
    [['a\n'], 7, 'holds "U+000A"'],
    [['a\u{1f4a9}'], 7, 'holds "U+1F4A9"'],
    [['a'.repeat(129)], 7, 'is longer than 128 characters'],
    [Array.from({ length: 17 }, () => 'a'), 7, 'A filter has at most 16 types, not 17.'],
    [['a'], 8, 'from 0 (emerg) to 7 (debug)'],
    [['a'], -1, 'from 0 (emerg) to 7 (debug)'],
    [['a'], 1.5, 'from 0 (emerg) to 7 (debug)'],
  ])('refuses %j with least severity %d and says why', (globs, minSeverity, words) => {
    const attempt = () => Filter.parse(globs, minSeverity);
    expect(attempt).toThrow(Failure);
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ code: 'filter_invalid' }));
  });

  it('keeps what it was given, whatever becomes of the array', () => {
    const types = ['a.*'];
    const filter = Filter.parse(types, 3);
    types[0] = 'b';
    expect([filter.types, filter.minSeverity]).toEqual([['a.*'], 3]);
  });
});
