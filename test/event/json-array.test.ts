// A JSON body is cut into its events, so that a fault in one of them is that one's alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitJson } from '../../src/event/json-array.js';
import { admitJson, isRefusal } from './admitted.js';

function elementsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const elements: string[] = [];
  for (const { start, end } of splitJson(bytes)) elements.push(bytes.toString('utf8', start, end));
  return elements;
}

describe('splitJson', () => {
  it.each([
    ['{"a":1}', ['{"a":1}']],
    [' \n{"a":[1,2]} ', ['{"a":[1,2]} ']],
    ['[]', []],
    [' [ ] \n', []],
    ['[{"a":1}]', ['{"a":1}']],
    ['[{"a":1},{"b":"],}"} , {"c":{"d":[1,{}]}}]', ['{"a":1}', '{"b":"],}"} ', ' {"c":{"d":[1,{}]}}']],
    ['["\\"],[", "\\\\", 1]', ['"\\"],["', ' "\\\\"', ' 1']],
    ['[1,,2,]', ['1', '', '2', '']],
    ['[[1,2],[3]]', ['[1,2]', '[3]']],
  ])('cuts %s', (text, elements) => {
    expect(elementsOf(text)).toEqual(elements);
  });

  it('finds the elements of any array of JSON values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.boolean(), (values, spaced) => {
        const elements = elementsOf(JSON.stringify(values, null, spaced ? '\t' : undefined));
        expect(elements.map((element) => JSON.parse(element))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it.each([
    ['', 'neither a JSON object nor an array'],
    ['"x"', 'neither'],
    ['\ufeff[]', 'neither'],
    ['[', 'has no end'],
    ['[{"a":1}', 'has no end'],
    ['[{"a":1},', 'has no end'],
    ['[{"a":"]}', 'has no end'],
    ['[{"a":"\\', 'has no end'],
    ['[1}', 'has no end'],
    ['[1] [2]', 'Something follows'],
    ['['.repeat(100_000), 'has no end'],
  ])('refuses the body %# whole, before anything was handed over', (text, words) => {
    const taken: number[] = [];
    const split = () => {
      for (const { start } of splitJson(Buffer.from(text))) taken.push(start);
    };
    expect(split).toThrow(expect.objectContaining({ code: 'not_json' }));
    expect(split).toThrow(words);
    expect(taken).toEqual([]);
  });

  it('leaves a duplicate key, a broken element or a wrong bracket to that element', () => {
    const good = '{"tenant":"t","type":"a","message":"m"}';
    const bodies = [good, '{"type":"a","type":"b"}', good, '{"tenant":}', '{"a":[1}]', good];
    const codes = elementsOf(`[${bodies.join(',')}]`).map((element) => {
      const outcome = admitJson(element);
      return isRefusal(outcome) ? outcome.code : 'admitted';
    });
    expect(codes).toEqual(['admitted', 'duplicate_key', 'admitted', 'not_json', 'unknown_field', 'admitted']);
  });

  it('answers any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', ' ', '1'), { maxLength: 30 }),
        (characters) => {
          try {
            elementsOf(characters.join(''));
          } catch (error) {
            expect(error).toMatchObject({ code: 'not_json' });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
