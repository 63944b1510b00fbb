// Every rule of DESIGN's "Events" table at the JSON door, and every refusal by its own code.
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/base/ids.js';
import { Admission } from '../../src/event/admit.js';
import { admitJson, chance, clock, expectSound, identity, isRefusal, messageOf, newAdmission } from './admitted.js';

const event = (fields: object) => JSON.stringify({ tenant: 'acme', type: 'a.b', message: 'hello', ...fields });
const admitted = (fields: object) => messageOf(admitJson(event(fields)));
const refused = (input: string | Buffer, boundTenant?: string) => {
  const outcome = admitJson(input, boundTenant);
  return isRefusal(outcome) ? outcome : { code: 'admitted', message: messageOf(outcome) };
};
const HEAD = '<14>1 2026-11-22T10:00:00.007Z cloud.example.net a - a.b ';

describe('a JSON event', () => {
  it('becomes the message that DESIGN shows', () => {
    const full = {
      type: 'orchestration.stack.create.end',
      severity: 'notice',
      time: '2026-11-22T11:00:00.5+01:00',
      id: 'e-1',
      app: 'heat',
      resource: '8f14e45f',
      host: 'api.example.net',
      facility: 'local0',
      data: { stack: 'web', size: 3, ok: true },
    };
    expect(admitted(full)).toBe(
      '<133>1 2026-11-22T11:00:00.5+01:00 api.example.net heat 8f14e45f orchestration.stack.create.end ' +
        '[sluice@32473 tenant="acme" id="e-1" type="orchestration.stack.create.end"]' +
        '[data@32473 stack="web" size="3" ok="true"] hello',
    );
  });

  it('gets the defaults for what it leaves out', () => {
    expect(admitted({})).toMatch(
      /^<14>1 2026-11-22T10:00:00\.007Z cloud\.example\.net a - a\.b \[sluice@32473 tenant="acme" id="q{12}[0-9a-z]{7}" type="a\.b"\] hello$/,
    );
  });

  it('takes its tenant from a bound door, named or not', () => {
    expect(messageOf(admitJson('{"type":"a.b","message":"m"}', 'acme'))).toContain('tenant="acme"');
    expect(messageOf(admitJson(event({}), 'acme'))).toContain('tenant="acme"');
    expect(messageOf(admitJson('{"type":"a.b","message":"m"}', 'other'))).toContain('tenant="other"');
  });

  it('keeps the order of data as it was sent, also of keys that look like numbers', () => {
    const text = '{"tenant":"t","type":"a","message":"m","data":{"b":1,"10":2,"1":3,"a":4}}';
    expect(messageOf(admitJson(text))).toContain('[data@32473 b="1" 10="2" 1="3" a="4"]');
  });

  it.each([
    [
      'data values are escaped as RFC 5424 6.3.3 says and nothing else',
      { k: 'a"b\\c]d[e=f' },
      'k="a\\"b\\\\c\\]d[e=f"',
    ],
    ['control characters in data', { k: 'a\nb\u0085c\u202e' }, 'k="a#012b#302#205c#342#200#256"'],
    ['an ANSI sequence that hides a quote', { k: '\\\u001b[0m"' }, 'k="\\\\\\""'],
    ['fractions', { k: 1.5, l: -0.25, m: 1e21, n: 1e-7 }, 'k="1.5" l="-0.25" m="1e+21" n="1e-7"'],
    ['an empty string', { k: '' }, 'k=""'],
    ['false', { k: false }, 'k="false"'],
    ['other scripts', { k: 'größe 漢字 😀' }, 'k="größe 漢字 😀"'],
  ])('%s', (_what, data, params) => {
    expect(admitted({ data })).toContain(`[data@32473 ${params}] hello`);
  });

  it.each([
    ['1.0', '1'],
    ['1.50', '1.5'],
    ['1E2', '100'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['0', '0'],
    ['-12', '-12'],
    ['9007199254740993', '9007199254740993'],
  ])('prints the number %s as %s', (number, printed) => {
    const text = `{"tenant":"t","type":"a","message":"m","data":{"k":${number}}}`;
    expect(messageOf(admitJson(text))).toContain(`k="${printed}"`);
  });

  it('has no data element for empty data', () => {
    expect(admitted({ data: {}, id: 'i' })).toBe(`${HEAD}[sluice@32473 tenant="acme" id="i" type="a.b"] hello`);
  });

  it.each([
    ['a\tb\r\nc\u0000d\u007f', 'a#011b#015#012c#000d#177'],
    ['\u0080\u009f\u00a0', '#302#200#302#237\u00a0'],
    ['\u2028\u2029\u202f', '#342#200#250#342#200#251\u202f'],
    ['\u200b\u200f\u2066\ufeff\u061c', '#342#200#213#342#200#217#342#201#246#357#273#277#330#234'],
    ['\u001b[31;1mred\u001b[0m text', 'red text'],
    ['\u001b]0;title\u0007after', 'after'],
    ['"quoted" \\ / [x]', '"quoted" \\ / [x]'],
    ['größe 漢字 😀', 'größe 漢字 😀'],
    ['', ''],
  ])('carries the message %j as %j', (message, carried) => {
    const outcome = admitJson(event({ message, id: 'i' }));
    expect(messageOf(outcome)).toBe(`${HEAD}[sluice@32473 tenant="acme" id="i" type="a.b"] ${carried}`);
    if (!isRefusal(outcome)) expectSound(outcome);
  });

  it('points to the bytes of a message that needs no change, and copies nothing', () => {
    const admission = newAdmission();
    const bytes = Buffer.from(event({ message: 'plain ASCII, größer too' }));
    expect(admission.json(bytes, 0, bytes.length)).toBeUndefined();
    expect(admission.event.message).toBe(bytes);
  });

  it.each([
    ['a.b', 'a.b'],
    ['orchestration.stack.create.endxyz', 'orchestration.stack.create'],
    [`${'a'.repeat(16)}.${'b'.repeat(15)}`, `${'a'.repeat(16)}.${'b'.repeat(15)}`],
    [`${'a'.repeat(32)}.b`, 'a'.repeat(32)],
    [`${'a'.repeat(33)}.b`, 'a'.repeat(32)],
    [`aa.${'b'.repeat(29)}.c`, `aa.${'b'.repeat(29)}`],
    [`aa.${'b'.repeat(30)}.c`, 'aa'],
    ['a'.repeat(128), 'a'.repeat(32)],
  ])('of type %s has the MSGID %s', (type, msgId) => {
    expect(admitted({ type }).split(' ')[5]).toBe(msgId);
  });

  it('has the first 48 characters of a long first label as APP-NAME', () => {
    expect(admitted({ type: `${'a'.repeat(60)}.b` }).split(' ')[3]).toBe('a'.repeat(48));
  });

  it.each([
    ['emerg', 0],
    ['PANIC', 0],
    ['alert', 1],
    ['crit', 2],
    ['critical', 2],
    ['err', 3],
    ['Error', 3],
    ['warning', 4],
    ['warn', 4],
    ['notice', 5],
    ['info', 6],
    ['debug', 7],
    [0, 0],
    [7, 7],
    ['3', 3],
    [-0, 0],
  ])('takes the severity %s as %d', (severity, level) => {
    expect(admitted({ severity })).toMatch(`<${8 + level}>1 `);
  });

  it.each([
    ['kern', 0],
    ['local7', 23],
    ['authpriv', 10],
    [23, 23],
    [0, 0],
    ['16', 16],
  ])('takes the facility %s as %d', (facility, number) => {
    expect(admitted({ facility })).toMatch(`<${number * 8 + 6}>1 `);
  });

  it.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
    ['2026-11-22t10:00:00.1z', '2026-11-22T10:00:00.1Z'],
    ['2026-11-22T10:00:00.123456789Z', '2026-11-22T10:00:00.123456Z'],
    ['2026-11-22T10:00:00.9999999-03:30', '2026-11-22T10:00:00.999999-03:30'],
    ['2024-02-29T23:59:59+14:00', '2024-02-29T23:59:59+14:00'],
  ])('takes the time %s as %s', (time, timestamp) => {
    expect(admitted({ time }).split(' ')[1]).toBe(timestamp);
  });
});

describe('a JSON event is refused', () => {
  it.each([
    ['an empty line', '', 'not_json'],
    ['an array', '[]', 'not_json'],
    ['a string', '"x"', 'not_json'],
    ['an object without its end', '{"tenant":"t"', 'not_json'],
    ['a comma too many', '{"tenant":"t",}', 'not_json'],
    ['a key without quotes', '{tenant:"t"}', 'not_json'],
    ['something behind it', `${event({})}{}`, 'not_json'],
    ['a raw control character in a string', '{"tenant":"a\tb"}', 'not_json'],
    ['an escape that JSON does not have', '{"tenant":"t","type":"a","message":"\\x41"}', 'not_json'],
    ['a number with a leading zero', '{"tenant":"t","type":"a","message":"m","severity":03}', 'not_json'],
    ['NaN', '{"tenant":"t","type":"a","message":"m","data":{"k":NaN}}', 'not_json'],
    ['a byte order mark', `\ufeff${event({})}`, 'not_json'],
    ['a field that is unknown', event({ colour: 1 }), 'unknown_field'],
    ['__proto__', '{"__proto__":{}}', 'unknown_field'],
    ['constructor', '{"constructor":1}', 'unknown_field'],
    ['an empty key', '{"":1}', 'unknown_field'],
    ['a key twice', '{"tenant":"t","tenant":"t"}', 'duplicate_key'],
    ['a key twice, once in escapes', '{"type":"a","\\u0074ype":"a"}', 'duplicate_key'],
    ['a key of data twice', '{"data":{"k":1,"k":1}}', 'duplicate_key'],
    ['a key of data twice, once in escapes', '{"data":{"k":1,"l":2,"\\u006B":1}}', 'duplicate_key'],
    ['an object within data', event({ data: { k: {} } }), 'too_deep'],
    ['an array within data', event({ data: { k: [] } }), 'too_deep'],
    ['no tenant', '{"type":"a","message":"m"}', 'missing_field'],
    ['no type', '{"tenant":"t","message":"m"}', 'missing_field'],
    ['no message', '{"tenant":"t","type":"a"}', 'missing_field'],
    ['nothing', '{}', 'missing_field'],
    ['a lone high surrogate', '{"tenant":"t","type":"a","message":"\\ud800"}', 'lone_surrogate'],
    ['a lone low surrogate', '{"tenant":"t","type":"a","message":"\\udc00x"}', 'lone_surrogate'],
    ['a high surrogate with another', '{"tenant":"t","type":"a","message":"\\ud800\\ud800"}', 'lone_surrogate'],
    ['two low surrogates', '{"tenant":"t","type":"a","message":"\\udc00\\udc00"}', 'lone_surrogate'],
    ['a high surrogate before U+E000', '{"tenant":"t","type":"a","message":"\\ud800\\ue000"}', 'lone_surrogate'],
    ['a surrogate cut short', '{"tenant":"t","type":"a","message":"\\ud83d\\ude0"}', 'lone_surrogate'],
    ['an escape cut short', '{"tenant":"t","type":"a","message":"\\u00e"}', 'not_json'],
    ['a lone surrogate in data', '{"tenant":"t","type":"a","message":"m","data":{"k":"\\udfff"}}', 'lone_surrogate'],
    ['a lone surrogate in a key', '{"\\ud800":1}', 'lone_surrogate'],
  ])('for %s', (_what, text, code) => {
    expect(refused(text)).toMatchObject({ code });
  });

  it.each([
    ['tenant', ['', 'a b', 'ä', 'a'.repeat(65), 'a/b', 1, null, {}, []], 'bad_tenant'],
    ['type', ['', 'A', 'a..b', '.a', 'a.', 'a b', 'ä', 'a'.repeat(129), 'a\n', 1, null, true, {}], 'bad_type'],
    ['type', ['sluice.dropped', 'sluice.a.b'], 'reserved_type'],
    ['message', [1, null, true, {}, []], 'bad_message'],
    ['severity', ['', 'bad', 'infos', 8, -1, 1.5, '8', null, true, [], 'toString', 'x'.repeat(99)], 'bad_severity'],
    ['facility', ['', 'local8', 24, -1, 0.5, '24', null, {}, '__proto__'], 'bad_facility'],
    ['id', ['', 'a b', 'a"b', 'a\\b', 'a]b', 'ä', 'a\u007f', 'x'.repeat(65), 5, null], 'bad_id'],
    ['app', ['', 'a b', 'ä', 'a\tb', 'x'.repeat(49), 5, null], 'bad_app'],
    ['resource', ['', 'a b', 'ä', 'x'.repeat(129), 5, null], 'bad_resource'],
    ['host', ['', 'a b', 'ä', 'x'.repeat(256), 5, null], 'bad_host'],
    ['data', ['x', 1, null, [], true], 'bad_data'],
    [
      'data',
      [{ '': 1 }, { 'a b': 1 }, { 'a=b': 1 }, { 'a"b': 1 }, { 'a]b': 1 }, { ä: 1 }, { ['x'.repeat(33)]: 1 }],
      'bad_data',
    ],
    ['data', [{ k: null }, { k: 'x'.repeat(2048) }, { a: 'x'.repeat(1100), b: 'x'.repeat(1100) }], 'bad_data'],
    ['data', [Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 1]))], 'bad_data'],
  ])('for a bad %s', (field, values, code) => {
    const outcomes = values.map((value) => [value, refused(event({ [field]: value })).code]);
    expect(outcomes).toEqual(values.map((value) => [value, code]));
  });

  it.each([
    '',
    'x',
    '2026-11-22',
    '2026-11-22T10:00:00',
    '2026-11-22 10:00:00Z',
    '2026-11-22T10:00Z',
    '2026-11-22T10:00:60Z',
    '2026-11-22T24:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-31T00:00:00Z',
    '2026-11-22T10:00:00.Z',
    '2026-11-22T10:00:00+0100',
    '2026-11-22T10:00:00+24:00',
    '2026-11-22T10:00:00Zx',
    '1763805600',
    '2026-11-22T10:00:00.1',
    `2026-11-22T10:00:00.${'1'.repeat(5000)}`,
  ])('for the time %j', (time) => {
    expect(refused(event({ time }))).toMatchObject({ code: 'bad_time' });
  });

  it('for a time that is no string', () => {
    expect(refused(event({ time: 1_763_805_600 }))).toMatchObject({ code: 'bad_time' });
  });

  it('for a number beyond what a double holds', () => {
    for (const number of ['1e400', '-1e400', '9'.repeat(400)]) {
      const text = `{"tenant":"t","type":"a","message":"m","data":{"k":${number}}}`;
      expect(refused(text)).toMatchObject({ code: 'bad_data' });
    }
  });

  it('for a tenant other than the one that the door is bound to', () => {
    expect(refused(event({}), 'other')).toMatchObject({ code: 'tenant_mismatch' });
  });

  it.each([
    ['a stray continuation', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
  ])('for %s as bad UTF-8, in a value, a key or anywhere', (_what, octets) => {
    const bad = Buffer.from(octets);
    for (const [before, behind] of [
      ['{"tenant":"t","type":"a","message":"', '"}'],
      ['{"tenant":"t","type":"a","message":"m","', '":1}'],
      ['{"tenant":"t","type":"a","message":"m","data":{"k":"', '"}}'],
      ['', event({})],
    ]) {
      expect(refused(Buffer.concat([Buffer.from(before), bad, Buffer.from(behind)]))).toMatchObject({
        code: 'bad_utf8',
      });
    }
  });

  it('for more than 256 KiB, and not for exactly that much', () => {
    const empty = event({ message: '' }).length;
    const longest = event({ message: 'x'.repeat(256 * 1024 - empty) });
    expect(refused(longest)).toMatchObject({ code: 'admitted' });
    expect(refused(`${longest} `)).toMatchObject({ code: 'event_too_large' });
  });

  it('at once, however deep and however many keys', () => {
    const deep = 10_000;
    expect(refused(`{"data":${'{"a":'.repeat(deep)}1${'}'.repeat(deep + 1)}`)).toMatchObject({ code: 'too_deep' });
    expect(refused(`{"message":${'['.repeat(deep)}`)).toMatchObject({ code: 'bad_message' });
    expect(refused(`{"x":${'['.repeat(deep)}`)).toMatchObject({ code: 'unknown_field' });
    expect(refused('['.repeat(deep))).toMatchObject({ code: 'not_json' });
    const many = Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join(',');
    expect(refused(`{${many}}`)).toMatchObject({ code: 'unknown_field', message: 'There is no field "k0".' });
    expect(refused(`{"data":{${many}}}`)).toMatchObject({ code: 'bad_data', message: '`data` has more than 32 keys.' });
  });

  it('by a sentence that names the field and not its value', () => {
    const secret = 'p4ssw0rd !';
    for (const field of ['tenant', 'type', 'severity', 'time', 'id', 'app', 'resource', 'host', 'facility', 'data']) {
      const refusal = refused(event({ [field]: secret }));
      expect(refusal.code).not.toBe('admitted');
      expect(refusal.message).toContain(`\`${field}\``);
      expect(refusal.message).not.toContain('p4ssw0rd');
    }
  });

  it('by an unknown name cut to 64 printable characters', () => {
    expect(refused('{"a\\n\\u001b[2Jb\\"":1}').message).toBe('There is no field "aU+000AU+001B[2JbU+0022".');
    expect(refused(`{"${'x'.repeat(1000)}":1}`).message).toBe(`There is no field "${'x'.repeat(63)}…".`);
    expect(refused(`{"${'😀'.repeat(1000)}":1}`).message).toMatch(/^There is no field "(?:U\+1F600){9}…"\.$/);
  });

  it('without harm to the next event', () => {
    refused('{"tenant":"t","type":"a","message":"m","data":{"k":"v","k":1}}');
    expect(admitted({ id: 'i' })).toBe(`${HEAD}[sluice@32473 tenant="acme" id="i" type="a.b"] hello`);
  });
});

describe('an event without a time', () => {
  it('gets the time of its receipt, to the millisecond', () => {
    let ms = Date.UTC(2026, 10, 22, 10, 0, 0, 999);
    const admission = new Admission(identity, { ...clock, wall: () => unixMs(ms) }, chance);
    const bytes = Buffer.from(event({}));
    const times = [0, 0, 1, 59_000].map((later) => {
      ms += later;
      admission.json(bytes, 0, bytes.length);
      return admission.event.prefix.toString('latin1').split(' ')[1];
    });
    expect(times).toEqual([
      '2026-11-22T10:00:00.999Z',
      '2026-11-22T10:00:00.999Z',
      '2026-11-22T10:00:01.000Z',
      '2026-11-22T10:01:00.000Z',
    ]);
  });
});

describe('ids made at admission', () => {
  it('are unique, also where the counter carries', () => {
    const admission = newAdmission();
    const bytes = Buffer.from(event({}));
    const ids = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      admission.json(bytes, 0, bytes.length);
      const text = admission.event.prefix.toString('latin1', 0, admission.event.headBytes + admission.event.sdBytes);
      ids.add(/ id="([^"]+)"/.exec(text)![1]);
    }
    expect(ids.size).toBe(5000);
  });
});
