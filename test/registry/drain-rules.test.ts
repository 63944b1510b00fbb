// What a drain may not be: each refusal with its code, and what is stored in place of what was typed.
import { beforeAll, describe, expect, test } from 'vitest';
import { newDrain, patchDrain } from '../../src/registry/input.js';
import { newChoices, patchedChoices } from '../../src/registry/drain-rules.js';
import { Authority, type Issued } from '../support/certificates.js';
import { ceilings, codeOf } from './open-registry.js';

const url = 'syslog+tls://logs.example.com:6514';
const nowMs = Date.now();
const choose = (fields: object) => newChoices(newDrain.parse({ url, ...fields }), ceilings, nowMs);
const refusal = (fields: object) => codeOf(() => choose(fields));

let authority: Authority;
let client: Issued;
let other: Issued;
let expired: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  client = await authority.issue({ commonName: 'client' });
  other = await authority.issue({ commonName: 'other' });
  expired = await authority.issue({ commonName: 'old', notBeforeDays: -10, notAfterDays: -1 });
});

describe('TLS material', () => {
  test('is kept as its certificates and its key alone', () => {
    const { tls } = choose({
      ca: `a comment\n${authority.pem}\n\nanother`,
      client_cert: `${client.cert}${authority.pem}`,
      client_key: client.key,
    });
    expect(tls.ca?.startsWith('-----BEGIN CERTIFICATE-----')).toBe(true);
    expect(tls.ca).not.toContain('comment');
    expect(tls.client_cert?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(tls.client_key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test.each([
    ['text that is no PEM', () => ({ ca: 'hello' })],
    ['a path in place of PEM', () => ({ ca: '/etc/ssl/ca.pem' })],
    ['PEM around rubbish', () => ({ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' })],
    ['a key where certificates are shown', () => ({ ca: `${authority.pem}${client.key}` })],
    ['a certificate that has ended', () => ({ ca: expired.cert })],
    ['a client certificate that has ended', () => ({ client_cert: expired.cert, client_key: expired.key })],
    ["somebody else's key", () => ({ client_cert: client.cert, client_key: other.key })],
    ['a certificate in place of the key', () => ({ client_cert: client.cert, client_key: client.cert })],
    ['a certificate without its key', () => ({ client_cert: client.cert })],
    ['a key without its certificate', () => ({ client_key: client.key })],
    ['TLS options for a TCP drain', () => ({ url: 'syslog://logs.example.com', ca: authority.pem })],
    ['a server name for a TCP drain', () => ({ url: 'syslog://logs.example.com', server_name: 'a.example' })],
    ['a fingerprint without its hash', () => ({ fingerprint: 'AA:BB' })],
    ['a fingerprint that is too short', () => ({ fingerprint: 'sha-256:AA:BB' })],
    ['a server name with a space', () => ({ server_name: 'a b' })],
    ['a server name with a port', () => ({ server_name: 'a.example:6514' })],
  ])('refused: %s', (_, fields) => {
    expect(refusal(fields())).toBe('tls_material_invalid');
  });

  test('an encrypted key is refused by that name', () => {
    const encrypted = client.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    expect(() => choose({ client_cert: client.cert, client_key: encrypted })).toThrow(/encrypted/);
  });

  test('no refusal quotes what was given', () => {
    expect.assertions(1);
    try {
      choose({ client_cert: client.cert, client_key: `SECRET${client.key.slice(40)}` });
    } catch (error) {
      expect(String(error)).not.toContain('SECRET');
    }
  });

  test('a fingerprint and a server name get one spelling', () => {
    const hex = Array.from({ length: 32 }, () => 'ab').join(':');
    expect(choose({ fingerprint: `SHA-256:${hex}` }).tls.fingerprint).toBe(`sha-256:${hex.toUpperCase()}`);
    expect(choose({ server_name: 'Logs.Example.com.' }).tls.server_name).toBe('logs.example.com');
    expect(choose({ server_name: 'logstash' }).tls.server_name).toBe('logstash');
    expect(choose({ server_name: '2001:DB8::1' }).tls.server_name).toBe('2001:db8::1');
  });

  test('a change of something else leaves material alone that has ended since', () => {
    const before = choose({ client_cert: client.cert, client_key: client.key });
    const muchLaterMs = nowMs + 100 * 365 * 86_400_000;
    expect(patchedChoices(before, { name: 'renamed' }, ceilings, muchLaterMs).tls).toEqual(before.tls);
    const renew = { client_cert: client.cert, client_key: client.key };
    expect(codeOf(() => patchedChoices(before, renew, ceilings, muchLaterMs))).toBe('tls_material_invalid');
  });

  test('a client certificate is replaced with its key, and removed with it', () => {
    const before = choose({ client_cert: client.cert, client_key: client.key });
    expect(codeOf(() => patchedChoices(before, { client_cert: other.cert }, ceilings, nowMs))).toBe(
      'tls_material_invalid',
    );
    expect(codeOf(() => patchedChoices(before, { client_cert: null }, ceilings, nowMs))).toBe('tls_material_invalid');
    const both = patchedChoices(before, { client_cert: other.cert, client_key: other.key }, ceilings, nowMs);
    expect(both.tls.client_cert).toBe(other.cert.endsWith('\n') ? other.cert : `${other.cert}\n`);
    const none = patchedChoices(before, { client_cert: null, client_key: null }, ceilings, nowMs);
    expect(none.tls).toMatchObject({ client_cert: null, client_key: null });
  });
});

describe('limits', () => {
  test.each([
    ['events_per_s', ceilings.eventsPerS],
    ['bytes_per_s', ceilings.bytesPerS],
    ['message_bytes_max', ceilings.messageBytesMax],
  ])('%s may be the ceiling and no more', (field, ceiling) => {
    expect(choose({ [field]: ceiling }).limits).toMatchObject({ [field]: ceiling });
    expect(refusal({ [field]: ceiling + 1 })).toBe('limit_above_ceiling');
  });

  test('a message is never shorter than what every receiver takes', () => {
    expect(choose({ message_bytes_max: 480 }).limits.message_bytes_max).toBe(480);
    expect(refusal({ message_bytes_max: 479 })).toBe('bad_request');
  });
});

describe('structured data', () => {
  test.each(['[token@32473 k="v"]', '[token@41058]', String.raw`[a@1.2.3 x="\"\\\]" y="ü"]`])(
    'taken: %s',
    (element) => {
      expect(choose({ structured_data: element }).structured_data).toBe(element);
    },
  );

  test.each([
    '-',
    '',
    'token@32473 k="v"',
    '[token@32473 k="v"',
    '[token@32473 k=v]',
    '[token@32473 k="]"]',
    '[token@32473 k="v"][b@1]',
    '[token@32473 k="v"] x',
    '[token k="v"]',
    '[token@ k="v"]',
    '[@1 k="v"]',
    '[meta sequenceId="1"]',
    '[origin software="x"]',
    '[timeQuality tzKnown="1"]',
    '[sluice@32473 tenant="other"]',
    '[data@1 k="v"]',
    '[token@32473 k="a\nb"]',
    '[token@32473 k="a\u2028b"]',
    '[token@32473 k="a\u202eb"]',
    '[token@32473 k="\ud800"]',
    `[token@32473 k="${'ü'.repeat(300)}"]`,
  ])('refused: %j', (element) => {
    expect(refusal({ structured_data: element })).toBe('bad_request');
  });
});

describe('what other rooms judge', () => {
  test.each([
    ['udp://logs.example.com', 'udp_refused'],
    ['syslog://logs', 'name_single_label'],
    ['https://logs.example.com', 'url_invalid'],
    ['syslog://user:pass@logs.example.com', 'url_invalid'],
  ])('%s is %s', (typed, code) => {
    expect(refusal({ url: typed })).toBe(code);
  });

  test('a filter that does not parse is filter_invalid', () => {
    expect(refusal({ types: ['a..b'] })).toBe('filter_invalid');
    expect(refusal({ types: ['a.***'] })).toBe('filter_invalid');
  });
});

describe('the fields of an input', () => {
  test.each([
    ['an unknown field', { colour: 'red' }],
    ['a number as a name', { name: 5 }],
    ['an empty name', { name: '' }],
    ['a name with a control character', { name: 'a\u001b[31m' }],
    ['17 patterns', { types: Array.from({ length: 17 }, () => 'a') }],
    ['a pattern of 129 characters', { types: ['a'.repeat(129)] }],
    ['a severity that is none', { min_severity: 'loud' }],
    ['severity 8', { min_severity: 8 }],
    ['another framing', { framing: 'crlf' }],
    ['a fraction of an event', { events_per_s: 0.5 }],
    ['no events at all', { events_per_s: 0 }],
    ['null in place of a value', { ca: null }],
  ])('%s is refused', (_, fields) => {
    expect(newDrain.safeParse({ url, ...fields }).success).toBe(false);
  });

  test.each([
    ['warn', 4],
    ['ERROR', 3],
    [0, 0],
    ['7', 7],
  ])('min_severity %j is %d', (given, severity) => {
    expect(newDrain.parse({ url, min_severity: given }).min_severity).toBe(severity);
  });

  test('a patch takes null for everything that has a default, and for nothing else', () => {
    expect(patchDrain.safeParse({ ca: null, types: null, events_per_s: null, framing: null }).success).toBe(true);
    expect(patchDrain.safeParse({ url: null }).success).toBe(false);
    expect(patchDrain.safeParse({ name: null }).success).toBe(false);
    expect(patchDrain.safeParse({ state: 'paused' }).success).toBe(false);
  });
});
