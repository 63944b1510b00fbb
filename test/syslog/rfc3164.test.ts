// Messages of BSD's syslogs, as they really look (RFC 3164 4 and 5.4, glibc's syslog(), rsyslog's forwarding): nothing is lost.
import { expect, test } from 'vitest';
import { ParsedMessage } from '../../src/syslog/parse.js';
import { parseRfc3164 } from '../../src/syslog/rfc3164.js';
import { fieldsOf } from './parsed.js';

/** Fields that are there, of a message with other octets around it, which make no difference. */
function parse(message: string, ...tails: string[]): Record<string, unknown> | string {
  const [answer, ...others] = [...tails, '', ': x', ' x', '[1]: x', '1', '>'].map((tail) => parseBefore(tail, message));
  for (const other of others) expect(other).toEqual(answer);
  return answer;
}

function parseBefore(tail: string, message: string): Record<string, unknown> | string {
  const bytes = Buffer.from(`<9>Oct 1${message}${tail}`);
  const parsed = new ParsedMessage();
  const fault = parseRfc3164(bytes, 8, 8 + Buffer.byteLength(message), parsed);
  if (fault !== undefined) return fault.code;
  const { facility, severity, elements, bom, ...texts } = fieldsOf(bytes, parsed);
  expect([elements, bom]).toEqual([[], false]);
  const there = Object.entries(texts).filter(([name, text]) => text !== '' || name === 'message');
  return { pri: `${facility}.${severity}`, form: parsed.timestampForm, ...Object.fromEntries(there) };
}

const all = { form: 'rfc3164', timestamp: 'Oct 11 22:14:15', hostname: 'mymachine' };

test('the first example of the RFC: time, host, tag', () => {
  expect(parse("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")).toEqual({
    pri: '4.2',
    ...all,
    appName: 'su',
    message: "'su root' failed for lonvick on /dev/pts/8",
  });
});

test('the examples of the RFC without PRI, or with a time that it does not know', () => {
  expect(parse('Use the BFG!')).toBe('bad_pri');
  expect(parse('<13>Use the BFG!')).toEqual({ pri: '1.5', form: 'none', message: 'Use the BFG!' });
  const odd = "1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!";
  expect(parse(`<0>${odd}`)).toEqual({ pri: '0.0', form: 'none', message: odd });
});

test('a tag with its process', () => {
  const expected = { pri: '3.6', ...all, appName: 'postfix/smtpd', procId: '4711', message: 'connect' };
  expect(parse('<30>Oct 11 22:14:15 mymachine postfix/smtpd[4711]: connect')).toEqual(expected);
  expect(parse('<30>Oct 11 22:14:15 mymachine postfix/smtpd[4711] connect')).toEqual(expected);
});

test('glibc writes no host', () => {
  expect(parse('<13>Feb  5 17:32:18 logger: hello')).toEqual({
    pri: '1.5',
    form: 'rfc3164',
    timestamp: 'Feb  5 17:32:18',
    appName: 'logger',
    message: 'hello',
  });
  expect(parse('<13>Feb 05 17:32:18 cron[77]: hello')).toMatchObject({
    appName: 'cron',
    procId: '77',
    message: 'hello',
  });
});

test('a time of RFC 3339, as rsyslog forwards it', () => {
  expect(parse('<13>2003-10-11T22:14:15.003+02:00 mymachine app: hello')).toEqual({
    pri: '1.5',
    form: 'rfc5424',
    timestamp: '2003-10-11T22:14:15.003+02:00',
    hostname: 'mymachine',
    appName: 'app',
    message: 'hello',
  });
});

test('a tag without a time', () => {
  expect(parse('<13>app[1]: hello')).toEqual({
    pri: '1.5',
    form: 'none',
    appName: 'app',
    procId: '1',
    message: 'hello',
  });
  expect(parse('<13> app: hello')).toMatchObject({ appName: 'app', message: 'hello' });
});

test('what is no tag is the beginning of MSG', () => {
  for (const message of [
    'hello world',
    'http://example.com/ x',
    '[1]: x',
    ': x',
    'a[]: x',
    'a[b c]: x',
    'a[1',
    'a[1]x',
    '\u00fc: x',
    '',
  ]) {
    expect(parse(`<13>Oct 11 22:14:15 mymachine ${message}`), message).toEqual({ pri: '1.5', ...all, message });
  }
  const long = `${'t'.repeat(49)}: x`;
  expect(parse(`<13>Oct 11 22:14:15 mymachine ${long}`)).toEqual({ pri: '1.5', ...all, message: long });
  expect(parse(`<13>Oct 11 22:14:15 mymachine ${long.slice(1)}`)).toMatchObject({
    appName: 't'.repeat(48),
    message: 'x',
  });
});

test('what is no time is the beginning of MSG', () => {
  for (const time of [
    'Okt 11 22:14:15',
    'oct 11 22:14:15',
    'Oct 32 22:14:15',
    'Oct 00 22:14:15',
    'Oct 11 24:14:15',
    'Oct 11 22:60:15',
    'Oct 11 22:14:60',
    'Oct 1 22:14:155',
    'Oct 11 22:14:5',
    'Oct 11 22.14.15',
    'Oct 11 22:14:15x',
    'Oct 11 22:14',
  ]) {
    expect(parse(`<13>${time} h x`), time).toEqual({ pri: '1.5', form: 'none', message: `${time} h x` });
  }
});

test('a message may end anywhere', () => {
  const whole = '<34>Oct 11 22:14:15 mymachine su[1]: x';
  for (let length = 4; length <= whole.length; length++) {
    expect(parse(whole.slice(0, length), whole.slice(length))).toMatchObject({ pri: '4.2' });
  }
  expect(parse('<34>')).toEqual({ pri: '4.2', form: 'none', message: '' });
  expect(parse('<34>Oct 11 22:14:15')).toEqual({
    pri: '4.2',
    form: 'rfc3164',
    timestamp: 'Oct 11 22:14:15',
    message: '',
  });
  expect(parse('<34>Oct 11 22:14:15 last')).toMatchObject({ message: 'last' });
});

test('5424-06 a PRI that is none is refused', () => {
  for (const pri of ['', '<', '<>', '<192>', '<013>', '<a>', '13'])
    expect(parse(`${pri}Oct 11 22:14:15 h x`), pri).toBe('bad_pri');
});
