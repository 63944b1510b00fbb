// RFC 5424 6 and 6.2: the parts of a message and its HEADER, each row of the checklist with what it allows and what it forbids.
import { describe, expect, test } from 'vitest';
import { parse } from './parsed.js';

/** A valid message with one part exchanged. */
const message = (
  parts: Partial<Record<'pri' | 'version' | 'time' | 'host' | 'app' | 'proc' | 'msgId', string>>,
): string => {
  const { pri = '<14>', version = '1', time = '-', host = 'host', app = 'app', proc = 'proc', msgId = 'id' } = parts;
  return `${pri}${version} ${time} ${host} ${app} ${proc} ${msgId} - text`;
};

describe('the whole message', () => {
  test('5424-03 the first example of the RFC is taken apart', () => {
    const text = `<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8`;
    expect(parse(text)).toEqual({
      facility: 4,
      severity: 2,
      timestamp: '2003-10-11T22:14:15.003Z',
      hostname: 'mymachine.example.com',
      appName: 'su',
      procId: '-',
      msgId: 'ID47',
      elements: [],
      message: "'su root' failed for lonvick on /dev/pts/8",
      bom: true,
    });
  });

  test('5424-03 the fourth example of the RFC has elements and no MSG', () => {
    const text = `<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]`;
    expect(parse(text)).toMatchObject({
      facility: 20,
      severity: 5,
      elements: [
        {
          id: 'exampleSDID@32473',
          params: [
            ['iut', '3'],
            ['eventSource', 'Application'],
            ['eventID', '1011'],
          ],
        },
        { id: 'examplePriority@32473', params: [['class', 'high']] },
      ],
      message: '',
    });
  });

  test('5424-03 a message that ends anywhere before its STRUCTURED-DATA is refused by the name of what is missing', () => {
    const whole = '<14>1 2003-10-11T22:14:15Z host app proc id -';
    expect(parse(whole)).toMatchObject({ message: '' });
    const faults = Array.from({ length: whole.length }, (_, length) => parse(whole.slice(0, length)));
    expect(faults.filter((fault) => typeof fault !== 'string')).toEqual([]);
    expect([...new Set(faults)]).toEqual([
      'bad_pri',
      'bad_version',
      'bad_timestamp',
      'bad_hostname',
      'bad_app_name',
      'bad_proc_id',
      'bad_msg_id',
      'bad_structured_data',
    ]);
  });

  test('5424-03 two spaces where one belongs are a field that is empty', () => {
    expect(parse('<14>1 -  host app proc id - text')).toBe('bad_hostname');
    expect(parse('<14>1  - host app proc id - text')).toBe('bad_timestamp');
  });

  test('5424-04 a message of 256 KiB is taken whole', () => {
    const long = 'x'.repeat(256 * 1024);
    expect(parse(message({}) + long)).toMatchObject({ message: `text${long}` });
  });

  test('5424-05 an octet beyond ASCII, a control character or DEL is in no header field', () => {
    for (const octet of ['\u00fc', '\u0000', '\t', '\n', '\u001b', '\u007f']) {
      expect(parse(message({ host: `a${octet}b` }))).toBe('bad_hostname');
      expect(parse(message({ app: octet }))).toBe('bad_app_name');
      expect(parse(message({ proc: `1${octet}` }))).toBe('bad_proc_id');
      expect(parse(message({ msgId: octet }))).toBe('bad_msg_id');
    }
  });
});

describe('PRI and VERSION', () => {
  test('5424-06 PRI is `<`, one to three digits, `>`', () => {
    for (const pri of [
      '',
      '14',
      '<>',
      '<14',
      '14>',
      '<1234>',
      '<-1>',
      '< 1>',
      '<1 >',
      '<0x1>',
      '<+1>',
      '<1.>',
      '<\u0661>',
    ]) {
      expect(parse(message({ pri })), pri).toBe('bad_pri');
    }
  });

  test('5424-07 a leading zero is refused, `<0>` is not', () => {
    expect(parse(message({ pri: '<0>' }))).toMatchObject({ facility: 0, severity: 0 });
    for (const pri of ['<00>', '<01>', '<014>', '<000>']) expect(parse(message({ pri })), pri).toBe('bad_pri');
  });

  test('5424-08 every facility 0 to 23 and severity 0 to 7, and nothing above', () => {
    for (let pri = 0; pri <= 191; pri++) {
      const expected = { facility: Math.floor(pri / 8), severity: pri % 8 };
      expect(parse(message({ pri: `<${pri}>` }))).toMatchObject(expected);
    }
    for (const pri of [192, 199, 255, 999]) expect(parse(message({ pri: `<${pri}>` }))).toBe('bad_pri');
  });

  test('5424-09 VERSION is 1, right behind `>`', () => {
    for (const version of ['', '0', '2', '10', '01', ' 1', 'v1']) {
      expect(parse(message({ version })), version).toBe('bad_version');
    }
  });
});

describe('HOSTNAME, APP-NAME, PROCID, MSGID', () => {
  const every = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');

  test('5424-16 HOSTNAME is `-` or 1 to 255 characters', () => {
    expect(parse(message({ host: '-' }))).toMatchObject({ hostname: '-' });
    expect(parse(message({ host: 'h'.repeat(255) }))).toMatchObject({ hostname: 'h'.repeat(255) });
    expect(parse(message({ host: 'h'.repeat(256) }))).toBe('bad_hostname');
  });

  test('5424-18 HOSTNAME may be an IPv6 address, without brackets', () => {
    expect(parse(message({ host: '2001:db8::1' }))).toMatchObject({ hostname: '2001:db8::1' });
  });

  test('5424-19 APP-NAME is `-` or 1 to 48 characters', () => {
    expect(parse(message({ app: '-' }))).toMatchObject({ appName: '-' });
    expect(parse(message({ app: 'a'.repeat(48) }))).toMatchObject({ appName: 'a'.repeat(48) });
    expect(parse(message({ app: 'a'.repeat(49) }))).toBe('bad_app_name');
  });

  test('5424-20 PROCID is `-` or 1 to 128 characters, any printable one', () => {
    expect(parse(message({ proc: '-' }))).toMatchObject({ procId: '-' });
    expect(parse(message({ proc: every }))).toMatchObject({ procId: every });
    expect(parse(message({ proc: 'p'.repeat(128) }))).toMatchObject({ procId: 'p'.repeat(128) });
    expect(parse(message({ proc: 'p'.repeat(129) }))).toBe('bad_proc_id');
  });

  test('5424-21 MSGID is `-` or 1 to 32 characters', () => {
    expect(parse(message({ msgId: '-' }))).toMatchObject({ msgId: '-' });
    expect(parse(message({ msgId: 'm'.repeat(32) }))).toMatchObject({ msgId: 'm'.repeat(32) });
    expect(parse(message({ msgId: 'm'.repeat(33) }))).toBe('bad_msg_id');
  });
});
