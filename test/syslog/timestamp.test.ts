// RFC 5424 6.2.3: which text is a TIMESTAMP, and which TIMESTAMP we write.
import { expect, test } from 'vitest';
import { encodeMessage } from '../../src/syslog/encode.js';
import { formatTimestamp, isTimestamp } from '../../src/syslog/timestamp.js';
import { parse } from './parsed.js';

const passes = (text: string): boolean => {
  const bytes = Buffer.from(`0${text}00`);
  return isTimestamp(bytes, 1, 1 + Buffer.byteLength(text));
};

test('5424-10 T and Z are upper case, and T is there', () => {
  expect(passes('1985-04-12T23:20:50Z')).toBe(true);
  for (const text of [
    '1985-04-12t23:20:50Z',
    '1985-04-12T23:20:50z',
    '1985-04-12 23:20:50Z',
    '1985-04-1223:20:50.52Z',
  ]) {
    expect(passes(text), text).toBe(false);
  }
});

test("5424-11 one to six digits of a second: the RFC's examples 1 to 4, and not the fifth", () => {
  for (const text of [
    '1985-04-12T23:20:50.52Z',
    '1985-04-12T19:20:50.52-04:00',
    '2003-10-11T22:14:15.003Z',
    '2003-08-24T05:14:15.000003-07:00',
  ]) {
    expect(passes(text), text).toBe(true);
  }
  expect(passes('2003-08-24T05:14:15.000000003-07:00')).toBe(false);
  expect(passes('2003-08-24T05:14:15.0000003Z')).toBe(false);
  expect(passes('2003-08-24T05:14:15.Z')).toBe(false);
  expect(passes('2003-08-24T05:14:15,003Z')).toBe(false);
});

test('5424-12 no leap second, no hour 24, no minute 60', () => {
  for (const time of ['23:59:60', '23:60:00', '24:00:00', '99:00:00'])
    expect(passes(`1990-12-31T${time}Z`), time).toBe(false);
  expect(passes('1990-12-31T23:59:59Z')).toBe(true);
});

test('5424-13 what we write has three digits of a second', () => {
  expect(formatTimestamp(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(formatTimestamp(1_065_910_455_003)).toBe('2003-10-11T22:14:15.003Z');
  expect(passes(formatTimestamp(253_402_300_799_999))).toBe(true);
});

test('5424-14 the NILVALUE stands where no time is known', () => {
  expect(parse('<14>1 - - - - - -')).toMatchObject({ timestamp: '-' });
  const nothing = { hostname: '-', appName: '-', procId: '-', msgId: '-', elements: [], message: '' };
  expect(encodeMessage({ facility: 1, severity: 6, timestamp: '-', ...nothing }).toString()).toBe('<14>1 - - - - - -');
  for (const time of ['--', '0', 'now', '-1']) expect(parse(`<14>1 ${time} - - - - -`), time).toBe('bad_timestamp');
});

test('5424-15 the offset is Z or ±hh:mm', () => {
  for (const offset of ['Z', '+00:00', '-00:00', '+23:59', '-12:30'])
    expect(passes(`1985-04-12T23:20:50${offset}`)).toBe(true);
  for (const offset of [
    '',
    '+0000',
    '+00',
    '+00:00Z',
    '+24:00',
    '+00:60',
    '00:00',
    'UTC',
    '+1:00',
    '+01:0',
    'ZZ',
    '*01:00',
  ]) {
    expect(passes(`1985-04-12T23:20:50${offset}`), offset).toBe(false);
  }
});

test('5424-11 the date exists', () => {
  for (const date of ['2024-02-29', '2000-02-29', '2023-12-31', '2023-04-30', '0000-01-01', '9999-12-31']) {
    expect(passes(`${date}T00:00:00Z`), date).toBe(true);
  }
  for (const date of [
    '2023-02-29',
    '1900-02-29',
    '2023-04-31',
    '2023-00-01',
    '2023-13-01',
    '2023-01-00',
    '2023-01-32',
  ]) {
    expect(passes(`${date}T00:00:00Z`), date).toBe(false);
  }
});

test('5424-11 an octet that is no digit is in no place of a digit', () => {
  const text = '2003-08-24T05:14:15.000003-07:00';
  for (let i = 0; i < text.length; i++) {
    for (const octet of [' ', '/', ':', 'a', '-', '']) {
      if (text[i] !== octet && !(i === 26 && octet === '')) {
        const wrong = text.slice(0, i) + octet + text.slice(i + 1);
        // A digit less of the fraction is a shorter fraction.
        const isShorter = octet === '' && i > 19 && i < 26;
        expect(passes(wrong), wrong).toBe(isShorter);
      }
    }
  }
});
