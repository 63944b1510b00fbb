// Guards: what may be dialled is decided on the bytes of the final address, whatever form it comes in (FAULTS F20).
import { describe, expect, test } from 'vitest';
import { Policy, type PolicySettings } from '../../src/destination/policy.js';

const nothing: PolicySettings = { allow: [], deny: [], unsafeAllow: [] };
const policy = (settings: Partial<PolicySettings> = {}, own: string[] = []) =>
  new Policy({ ...nothing, ...settings }, () => own);
const ruleOf = (verdict: ReturnType<Policy['check']>): string => (verdict.allowed ? 'allowed' : verdict.rule);

describe('with no list of the operator', () => {
  test.each([
    ['8.8.8.8', 'allowed'],
    ['1.1.1.1', 'allowed'],
    ['2606:4700::1111', 'allowed'],
    ['::ffff:8.8.8.8', 'allowed'],
    ['64:ff9b::8.8.8.8', 'allowed'],
    ['2002:0808:0808::1', 'allowed'],
    // Loopback, in every form that reaches it
    ['127.0.0.1', 'loopback range 127.0.0.0/8'],
    ['127.255.255.254', 'loopback range 127.0.0.0/8'],
    ['::1', 'loopback address ::1/128'],
    ['0:0:0:0:0:0:0:1', 'loopback address ::1/128'],
    ['::ffff:127.0.0.1', 'loopback range 127.0.0.0/8, written as IPv4-mapped address'],
    ['::ffff:7f00:1', 'loopback range 127.0.0.0/8, written as IPv4-mapped address'],
    ['::ffff:0:127.0.0.1', 'loopback range 127.0.0.0/8, written as IPv4-translated address'],
    ['::127.0.0.1', 'loopback range 127.0.0.0/8, written as IPv4-mapped address'],
    ['::7f00:1', 'loopback range 127.0.0.0/8, written as IPv4-compatible address'],
    ['64:ff9b::7f00:1', 'loopback range 127.0.0.0/8, written as NAT64 address'],
    ['2002:7f00:1::', 'loopback range 127.0.0.0/8, written as 6to4 address'],
    ['2001:4860::5efe:127.0.0.1', 'loopback range 127.0.0.0/8, written as ISATAP address'],
    ['2001:4860::200:5efe:7f00:1', 'loopback range 127.0.0.0/8, written as ISATAP address'],
    // Link-local, with the cloud's metadata service
    ['169.254.169.254', 'link-local range 169.254.0.0/16'],
    ['::ffff:a9fe:a9fe', 'link-local range 169.254.0.0/16, written as IPv4-mapped address'],
    ['fe80::1', 'link-local range fe80::/10'],
    ['febf::1', 'link-local range fe80::/10'],
    // Unspecified, multicast, broadcast
    ['0.0.0.0', 'unspecified range 0.0.0.0/8'],
    ['0.1.2.3', 'unspecified range 0.0.0.0/8'],
    ['::', 'unspecified address ::/128'],
    ['::ffff:0.0.0.0', 'unspecified range 0.0.0.0/8, written as IPv4-mapped address'],
    ['224.0.0.1', 'multicast range 224.0.0.0/4'],
    ['ff02::1', 'multicast range ff00::/8'],
    ['255.255.255.255', 'broadcast address 255.255.255.255/32'],
    // Private
    ['10.0.0.1', 'private range 10.0.0.0/8'],
    ['172.16.0.1', 'private range 172.16.0.0/12'],
    ['172.31.255.255', 'private range 172.16.0.0/12'],
    ['192.168.1.1', 'private range 192.168.0.0/16'],
    ['100.64.0.1', 'shared (carrier-grade NAT) range 100.64.0.0/10'],
    ['fd00::1', 'private (unique local) range fc00::/7'],
    ['fec0::1', 'private (site-local) range fec0::/10'],
    ['64:ff9b:1::a00:1', 'private (local NAT64) range 64:ff9b:1::/48'],
    // Special
    ['192.0.2.1', 'documentation range 192.0.2.0/24'],
    ['198.18.0.1', 'benchmarking range 198.18.0.0/15'],
    ['240.0.0.1', 'reserved range 240.0.0.0/4'],
    ['2001:0:7f00:1::', 'Teredo range 2001::/32'],
    ['2001:db8::1', 'documentation range 2001:db8::/32'],
    ['4000::1', 'unassigned range'],
    ['192.31.196.1', 'special range (as112)'],
    // No address, or one that others read differently
    ['127.1', 'not an address'],
    ['0177.0.0.1', 'not an address'],
    ['010.0.0.1', 'not an address'],
    ['2130706433', 'not an address'],
    ['0x7f000001', 'not an address'],
    ['fe80::1%eth0', 'not an address'],
    ['8.8.8.8%eth0', 'not an address'],
    ['[::1]', 'not an address'],
    ['logs.example.com', 'not an address'],
    ['', 'not an address'],
  ])('%s: %s', (address, rule) => {
    expect(ruleOf(policy().check(address))).toBe(rule);
  });

  test('the edges of each range are where the registry has them', () => {
    for (const open of ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '128.0.0.0', '223.255.255.255']) {
      expect(ruleOf(policy().check(open))).toBe('allowed');
    }
  });
});

describe('the lists of the operator', () => {
  test('allow opens a private range, in its embedded forms too', () => {
    const opened = policy({ allow: ['10.1.0.0/16', 'fd00::/8'] });
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1'].map((a) => ruleOf(opened.check(a)))).toEqual(
      Array(3).fill('allowed'),
    );
    expect(ruleOf(opened.check('10.2.0.1'))).toBe('private range 10.0.0.0/8');
  });

  test('allow never opens loopback or link-local, unsafe_allow does', () => {
    const wide = policy({ allow: ['0.0.0.0/0', '::/0'] });
    expect(ruleOf(wide.check('127.0.0.1'))).toBe('loopback range 127.0.0.0/8');
    expect(ruleOf(wide.check('fe80::1'))).toBe('link-local range fe80::/10');
    const unsafe = policy({ unsafeAllow: ['127.0.0.0/8', '::1'] });
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((a) => ruleOf(unsafe.check(a)))).toEqual(
      Array(3).fill('allowed'),
    );
  });

  test('nothing opens unspecified, multicast and broadcast', () => {
    const wide = policy({ unsafeAllow: ['0.0.0.0/0', '::/0'] });
    for (const address of ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', '255.255.255.255']) {
      expect(wide.check(address).allowed).toBe(false);
    }
  });

  test('deny wins over both, and over a public address', () => {
    const denied = policy({ deny: ['8.8.8.0/24', '127.0.0.1', '64:ff9b::/96'], unsafeAllow: ['127.0.0.0/8'] });
    for (const address of ['8.8.8.8', '::ffff:8.8.8.8', '127.0.0.1', '64:ff9b::1.1.1.1']) {
      expect(ruleOf(denied.check(address))).toMatch(/^the operator's list destinations.deny/);
    }
    expect(denied.check('127.0.0.2').allowed).toBe(true);
  });

  test("the node's own public address is opened by unsafe_allow alone", () => {
    const own = ['203.0.113.9', '2606:4700::9', 'fe80::1'];
    expect(ruleOf(policy({ allow: ['0.0.0.0/0', '::/0'] }, own).check('2606:4700:0::9'))).toBe(
      "the node's own address",
    );
    expect(ruleOf(policy({}, ['1.2.3.4']).check('::ffff:1.2.3.4'))).toMatch(/^the node's own address/);
    expect(ruleOf(policy({ unsafeAllow: ['1.2.3.4'] }, ['1.2.3.4']).check('1.2.3.4'))).toBe('allowed');
  });

  test.each(['10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', 'example.com', '010.0.0.0/8', ''])(
    '%j is no CIDR and ends the start with the name of its key',
    (text) => {
      expect(() => policy({ allow: [text] })).toThrow(/destinations\.allow/);
    },
  );
});
