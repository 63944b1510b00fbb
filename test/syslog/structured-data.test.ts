// RFC 5424 6.3: STRUCTURED-DATA as it is checked, walked and unescaped.
import { expect, test } from 'vitest';
import { checkStructuredData, StructuredDataExtent } from '../../src/syslog/structured-data.js';
import { elementsOf, parse } from './parsed.js';

/** What is wrong with a text that is STRUCTURED-DATA and nothing else. */
function faultOf(text: string): string | undefined {
  const bytes = Buffer.from(text);
  const extent = new StructuredDataExtent();
  const fault = checkStructuredData(bytes, 0, bytes.length, extent);
  return fault?.code ?? (extent.end === bytes.length ? undefined : 'bad_structured_data');
}

const value = (escaped: string) => elements(`[a@1 v="${escaped}"]`)[0]?.params[0]?.[1];
const elements = (text: string) => elementsOf(Buffer.from(text), 0, Buffer.byteLength(text));

test('5424-22 `-` stands for no element, and emptiness for nothing', () => {
  expect(parse('<14>1 - - - - - - text')).toMatchObject({ elements: [], message: 'text' });
  expect(parse('<14>1 - - - - -  text')).toBe('bad_structured_data');
  expect(faultOf('')).toBe('bad_structured_data');
  expect(faultOf('--')).toBe('bad_structured_data');
  expect(parse('<14>1 - - - - - -text')).toBe('bad_structured_data');
});

test('5424-23 elements stand right behind one another', () => {
  expect(elements('[a@1 x="1"][b@1][c@1 y="2" z="3"]').map(({ id }) => id)).toEqual(['a@1', 'b@1', 'c@1']);
  expect(faultOf('[a@1] [b@1]')).toBe('bad_structured_data');
  // In a message what stands behind the space is MSG, as in the RFC's own example.
  expect(parse('<14>1 - - - - - [a@1] [b@1] text')).toMatchObject({ elements: [{ id: 'a@1' }], message: '[b@1] text' });
});

test('5424-23 no space before `]`, behind `[`, or around `=`, and one between parameters', () => {
  expect(faultOf('[a@1 ]')).toBe('bad_param_name');
  expect(faultOf('[a@1 x="1" ]')).toBe('bad_param_name');
  expect(faultOf('[ a@1]')).toBe('bad_sd_id');
  expect(faultOf('[a@1  x="1"]')).toBe('bad_param_name');
  expect(faultOf('[a@1 x ="1"]')).toBe('bad_param_name');
  expect(faultOf('[a@1 x= "1"]')).toBe('bad_param_value');
  expect(faultOf('[a@1 x="1"y="2"]')).toBe('bad_structured_data');
  expect(faultOf('[a@1\tx="1"]')).toBe('bad_structured_data');
});

test('5424-24 names are 1 to 32 printable characters without = ] " and space', () => {
  const longest = `${'n'.repeat(26)}@32473`;
  expect(elements(`[${longest} ${'p'.repeat(32)}="v"]`)).toEqual([{ id: longest, params: [['p'.repeat(32), 'v']] }]);
  expect(faultOf(`[${'n'.repeat(33)}]`)).toBe('bad_sd_id');
  expect(faultOf(`[a@1 ${'p'.repeat(33)}="v"]`)).toBe('bad_param_name');
  for (const id of ['', 'a=b', 'a"b', 'a\u00fc', 'a\u007f', 'a\u0000']) {
    expect(['bad_sd_id', 'bad_structured_data'], id).toContain(faultOf(`[${id}]`));
    expect(faultOf(`[a@1 ${id}="v"]`), id).toMatch(/^bad_param_(name|value)$/);
  }
  expect(faultOf('[a@1 ]="v"]')).toBe('bad_param_name');
  // Every other printable character is allowed, brackets and backslashes too.
  expect(elements('[a[\\@1 [\\\'`{|}~="v"]')).toEqual([{ id: 'a[\\@1', params: [["[\\'`{|}~", 'v']] }]);
});

test('5424-25 an SD-ID that comes twice is refused, however many there are', () => {
  expect(faultOf('[a@1][b@1][a@1]')).toBe('duplicate_sd_id');
  expect(faultOf('[a@1][A@1][aa@1][a@11]')).toBeUndefined();
  for (const count of [15, 16, 17, 1000]) {
    const many = Array.from({ length: count }, (_, i) => `[e${i}@1 p="]"]`.replace('"]"', '"\\]"')).join('');
    expect(faultOf(many), String(count)).toBeUndefined();
    expect(faultOf(`${many}[e${count - 1}@1]`), String(count)).toBe('duplicate_sd_id');
    expect(faultOf(`${many}[e0@1]`), String(count)).toBe('duplicate_sd_id');
  }
});

test('5424-27 a PARAM-VALUE is UTF-8 in shortest form', () => {
  expect(
    elements('[a@1 u="\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}"]')[0]?.params[0]?.[1],
  ).toHaveLength(11);
  const bad = [
    '80',
    'bf',
    'c080',
    'c1bf',
    'c3',
    'c328',
    'e08080',
    'e09fbf',
    'e282',
    'eda080',
    'edbfbf',
    'f0808080',
    'f08fbfbf',
  ];
  for (const hex of [...bad, 'f09f98', 'f4908080', 'f5808080', 'f8888080', 'fe', 'ff']) {
    const octets = [Buffer.from('<14>1 - - - - - [a@1 u="'), Buffer.from(hex, 'hex'), Buffer.from('"] text')];
    expect(parse(Buffer.concat(octets)), hex).toBe('param_value_not_utf8');
    // Nor may the sequence be completed by what stands behind the message.
    expect(parse(Buffer.concat(octets.slice(0, 2))), hex).toBe('param_value_not_utf8');
  }
});

test('5424-28 `\\"` `\\\\` `\\]` are escapes, and a backslash before anything else is a backslash', () => {
  expect(value('\\"')).toBe('"');
  expect(value('\\\\')).toBe('\\');
  expect(value('\\]')).toBe(']');
  expect(value('\\n\\u0041\\[')).toBe('\\n\\u0041\\[');
  expect(value('\\\\n')).toBe('\\n');
  expect(value('\\\\\\"')).toBe('\\"');
  expect(value('\\\u00fc')).toBe('\\\u00fc');
  expect(value('')).toBe('');
});

test('5424-28 a quote or a `]` without its backslash ends nothing and is refused', () => {
  expect(faultOf('[a@1 v="x]y"]')).toBe('bad_param_value');
  expect(faultOf('[a@1 v="x"y"]')).toBe('bad_structured_data');
  expect(faultOf('[a@1 v="x')).toBe('bad_param_value');
  expect(faultOf('[a@1 v="x\\"]')).toBe('bad_param_value');
  expect(faultOf('[a@1 v="x\\')).toBe('bad_param_value');
  expect(faultOf('[a@1 v=x]')).toBe('bad_param_value');
  expect(faultOf('[a@1 v]')).toBe('bad_param_name');
  expect(faultOf('[a@1 v="x"')).toBe('bad_structured_data');
  expect(faultOf('[a@1 v=')).toBe('bad_param_value');
});

test('5424-29 a PARAM-NAME may come again', () => {
  expect(elements('[origin ip="192.0.2.1" ip="192.0.2.129"]')[0]?.params).toEqual([
    ['ip', '192.0.2.1'],
    ['ip', '192.0.2.129'],
  ]);
});

test('a walk that visits no parameter finds every element, with its own octets', () => {
  const text = '[a@1 v="\\]\\"[x@1"][b@1 w="]"]'.replace('"]"', '"\\]"');
  expect(faultOf(text)).toBeUndefined();
  expect(elements(text)).toEqual([
    { id: 'a@1', params: [['v', ']"[x@1']] },
    { id: 'b@1', params: [['w', ']']] },
  ]);
});
