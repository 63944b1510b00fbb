// Guards: a destination has one spelling, and nothing that could hide another host or a secret gets through.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { isLiteral, parseDestination } from '../../src/destination/address.js';

const codeOf = (url: string): string => {
  try {
    return parseDestination(url).url;
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
};

describe('a spelling of a destination', () => {
  test.each([
    ['syslog://logs.example.com', 'syslog://logs.example.com:601'],
    ['syslog+tls://logs.example.com', 'syslog+tls://logs.example.com:6514'],
    ['syslog-tls://logs.example.com:6514', 'syslog+tls://logs.example.com:6514'],
    ['SYSLOG+TLS://LOGS.Example.COM:1', 'syslog+tls://logs.example.com:1'],
    ['syslog://logs.example.com./', 'syslog://logs.example.com:601'],
    ['syslog://bücher.example:601', 'syslog://xn--bcher-kva.example:601'],
    ['syslog://a_b.example:65535', 'syslog://a_b.example:65535'],
    ['syslog://192.0.2.7', 'syslog://192.0.2.7:601'],
    ['syslog://127.1', 'syslog://127.0.0.1:601'],
    ['syslog://0177.0.0.1', 'syslog://127.0.0.1:601'],
    ['syslog://2130706433', 'syslog://127.0.0.1:601'],
    ['syslog://0x7f000001', 'syslog://127.0.0.1:601'],
    ['syslog://①②⑦.⓪.⓪.①', 'syslog://127.0.0.1:601'],
    ['syslog://[2001:DB8:0:0::1]:601', 'syslog://[2001:db8::1]:601'],
    ['syslog://[::ffff:127.0.0.1]', 'syslog://[::ffff:7f00:1]:601'],
  ])('%s is %s', (typed, canonical) => {
    expect(codeOf(typed)).toBe(canonical);
    expect(codeOf(canonical)).toBe(canonical);
  });

  test.each([
    ['udp://logs.example.com:514', 'udp_refused'],
    ['syslog+udp://logs.example.com', 'udp_refused'],
    ['syslog://localhost', 'name_single_label'],
    ['syslog://localhost.:601', 'name_single_label'],
    ['syslog+tls://rsyslog', 'name_single_label'],
    ['logs.example.com:6514', 'url_invalid'],
    ['https://logs.example.com', 'url_invalid'],
    ['constructor://logs.example.com', 'url_invalid'],
    ['syslog://', 'url_invalid'],
    ['syslog://:601', 'url_invalid'],
    ['syslog://user:secret@logs.example.com', 'url_invalid'],
    ['syslog://logs.example.com/path', 'url_invalid'],
    ['syslog://logs.example.com?x=1', 'url_invalid'],
    ['syslog://logs.example.com#x', 'url_invalid'],
    ['syslog://logs.example.com\\@127.0.0.1', 'url_invalid'],
    ['syslog://logs.example.com:0', 'url_invalid'],
    ['syslog://logs.example.com:65536', 'url_invalid'],
    ['syslog://logs.example.com:', 'url_invalid'],
    ['syslog://logs.example.com:6e3', 'url_invalid'],
    ['syslog://logs.example.com :601', 'url_invalid'],
    ['syslog://logs.example.com\r\n:601', 'url_invalid'],
    ['syslog://logs..example.com', 'url_invalid'],
    ['syslog://-logs.example.com', 'url_invalid'],
    ['syslog://logs%2eexample.com', 'url_invalid'],
    ['syslog://256.256.256.256', 'url_invalid'],
    ['syslog://2001:db8::1', 'url_invalid'],
    ['syslog://[fe80::1%25eth0]', 'url_invalid'],
    ['syslog://[::1', 'url_invalid'],
    ['syslog://[127.0.0.1]', 'url_invalid'],
    [`syslog://${'a'.repeat(64)}.example`, 'url_invalid'],
    [`syslog://${'a.'.repeat(400)}example`, 'url_invalid'],
  ])('%j is refused as %s', (typed, code) => {
    expect(codeOf(typed)).toBe(code);
  });
});

test('a refusal never repeats what was typed', () => {
  expect(() => parseDestination('syslog://user:hunter2@logs.example.com')).toThrow(/^(?!.*hunter2)/s);
});

test('any text is either refused by a code of ours or canonical', () => {
  const scheme = fc.constantFrom('syslog://', 'syslog+tls://', 'syslog-tls://', '');
  fc.assert(
    fc.property(scheme, fc.string({ unit: 'binary', maxLength: 40 }), (prefix, rest) => {
      const result = codeOf(prefix + rest);
      expect(result).toMatch(/^(url_invalid|udp_refused|name_single_label|syslog(\+tls)?:\/\/[a-z0-9._[\]:-]+:\d+)$/);
      if (result.startsWith('syslog')) expect(codeOf(result)).toBe(result);
    }),
  );
});

test('a literal is told from a name', () => {
  expect(['127.0.0.1', '::1', 'logs.example.com', '127.1'].map(isLiteral)).toEqual([true, true, false, false]);
});
