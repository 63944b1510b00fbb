// The plain encoder shows its octets, and refuses parts that would not be a message.
import { describe, expect, test } from 'vitest';
import { encodeMessage, escapeParamValue, isSdId, isSdName, type Message } from '../../src/syslog/encode.js';

const nothing: Message = {
  facility: 1,
  severity: 6,
  timestamp: '-',
  hostname: '-',
  appName: '-',
  procId: '-',
  msgId: '-',
  elements: [],
  message: '',
};
const encoded = (parts: Partial<Message>): string => encodeMessage({ ...nothing, ...parts }).toString('latin1');

describe('what is written', () => {
  test('5424-03 the parts in their order, each behind one space, and no space where there is no MSG', () => {
    expect(
      encoded({
        timestamp: '2003-10-11T22:14:15.003Z',
        hostname: 'cloud.example.net',
        appName: 'orchestration',
        procId: 'stack-7',
        msgId: 'orchestration.stack.create.end',
        elements: [{ id: 'sluice@32473', params: [['tenant', 'acme']] }],
        message: 'done',
      }),
    ).toBe(
      '<14>1 2003-10-11T22:14:15.003Z cloud.example.net orchestration stack-7 orchestration.stack.create.end [sluice@32473 tenant="acme"] done',
    );
    expect(encoded({})).toBe('<14>1 - - - - - -');
  });

  test('5424-06 5424-07 every PRI without leading zeros', () => {
    for (let pri = 0; pri <= 191; pri++) {
      expect(encoded({ facility: pri >> 3, severity: pri & 7 })).toMatch(new RegExp(`^<${pri}>1 `));
    }
  });

  test('5424-22 5424-23 no element is `-`, elements stand right behind one another', () => {
    expect(
      encoded({
        elements: [
          { id: 'a@1', params: [] },
          {
            id: 'b@1',
            params: [
              ['x', '1'],
              ['y', '2'],
            ],
          },
        ],
      }),
    ).toBe('<14>1 - - - - - [a@1][b@1 x="1" y="2"]');
  });

  test('5424-28 `"` `\\` `]` are escaped and nothing else is', () => {
    expect(encoded({ elements: [{ id: 'a@1', params: [['v', 'q"b\\c]d[e\'f\n\t=']] }] })).toBe(
      '<14>1 - - - - - [a@1 v="q\\"b\\\\c\\]d[e\'f\n\t="]',
    );
    expect(escapeParamValue('plain')).toBe('plain');
  });

  test('5424-27 5424-30 values and MSG are UTF-8', () => {
    expect(
      encodeMessage({ ...nothing, elements: [{ id: 'a@1', params: [['v', '\u20ac']] }], message: '\u00fc' }).toString(
        'hex',
      ),
    ).toBe(`${Buffer.from('<14>1 - - - - - [a@1 v="').toString('hex')}e282ac${Buffer.from('"] ').toString('hex')}c3bc`);
  });

  test('5424-31 5424-32 the BOM stands before MSG if asked for, and not otherwise', () => {
    expect(encoded({ message: 'x', bom: true })).toBe('<14>1 - - - - - - \u00ef\u00bb\u00bfx');
    expect(encoded({ message: '', bom: true })).toBe('<14>1 - - - - - - \u00ef\u00bb\u00bf');
    expect(encoded({ message: 'x', bom: false })).toBe('<14>1 - - - - - - x');
  });
});

describe('what is refused', () => {
  test('5424-08 a facility above 23, a severity above 7', () => {
    for (const parts of [
      { facility: 24 },
      { facility: -1 },
      { severity: 8 },
      { severity: 1.5 },
      { facility: Number.NaN },
    ]) {
      expect(() => encoded(parts)).toThrow('facility 0 to 23');
    }
  });

  test('5424-05 5424-16 5424-19 5424-20 5424-21 a header field that is empty, too long, or not printable ASCII', () => {
    const fields = { hostname: 255, appName: 48, procId: 128, msgId: 32 } as const;
    for (const [field, lengthMax] of Object.entries(fields)) {
      expect(encoded({ [field]: 'f'.repeat(lengthMax) })).toContain('f'.repeat(lengthMax));
      for (const text of ['', 'a b', '\u00fc', 'a\n', '\u007f', '\u0121', 'f'.repeat(lengthMax + 1)]) {
        expect(() => encoded({ [field]: text }), `${field} ${text}`).toThrow('may stand in a header');
      }
    }
  });

  test('5424-11 5424-12 a TIMESTAMP that is none', () => {
    for (const timestamp of ['', '2003-10-11T22:14:60Z', '2003-10-11T22:14:15.1234567Z', '- ']) {
      expect(() => encoded({ timestamp })).toThrow('TIMESTAMP');
    }
  });

  test('5424-24 a name that is none', () => {
    for (const name of ['', 'a b', 'a=b', 'a]b', 'a"b', 'a\u00fc', 'p'.repeat(33)]) {
      expect(isSdName(name), name).toBe(false);
      expect(() => encoded({ elements: [{ id: 'a@1', params: [[name, '']] }] })).toThrow('PARAM-NAME');
    }
  });

  test('5424-25 an SD-ID that comes twice', () => {
    const element = { id: 'a@1', params: [] };
    expect(() => encoded({ elements: [element, element] })).toThrow('comes twice');
  });

  test('5424-26 an SD-ID that is neither registered nor a name with an enterprise number', () => {
    for (const id of ['timeQuality', 'origin', 'meta', 'sluice@32473', 'data@32473.1', `${'n'.repeat(26)}@32473`]) {
      expect(isSdId(id), id).toBe(true);
    }
    for (const id of [
      'sluice',
      'Meta',
      '@32473',
      'a@',
      'a@b',
      'a@b@1',
      'a b@1',
      'a=@1',
      'a@1.',
      `${'n'.repeat(27)}@32473`,
    ]) {
      expect(isSdId(id), id).toBe(false);
      expect(() => encoded({ elements: [{ id, params: [] }] })).toThrow('SD-ID');
    }
  });
});
