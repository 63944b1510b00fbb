/*
 * The address space that a tenant's events must not reach on their own, as data: one row per range with the words that the
 * tenant is shown and who may open it. IANA's special-purpose registries (RFC 6890, 5735, 6598, 4193, 4291, 9637, 9602).
 * Promise: a range is listed once; the first row that matches names the rule. Owner: policy.ts.
 */

/** Who can open a range: `allow` or `unsafe_allow` of the settings, only `unsafe_allow`, or nobody. */
export type OpenedBy = 'allow' | 'unsafe_allow' | 'nobody';

export interface Range {
  readonly cidr: string;
  /** Stands before the CIDR in the refusal: "private range 10.0.0.0/8". */
  readonly words: string;
  readonly openedBy: OpenedBy;
}

const range = (cidr: string, words: string, openedBy: OpenedBy): Range => ({ cidr, words, openedBy });

export const forbiddenRanges: readonly Range[] = [
  // Reach the node itself, or everything that listens on its link
  range('0.0.0.0/8', 'unspecified range', 'nobody'),
  range('127.0.0.0/8', 'loopback range', 'unsafe_allow'),
  range('169.254.0.0/16', 'link-local range', 'unsafe_allow'),
  range('::/128', 'unspecified address', 'nobody'),
  range('::1/128', 'loopback address', 'unsafe_allow'),
  range('fe80::/10', 'link-local range', 'unsafe_allow'),
  // More than one receiver
  range('224.0.0.0/4', 'multicast range', 'nobody'),
  range('255.255.255.255/32', 'broadcast address', 'nobody'),
  range('ff00::/8', 'multicast range', 'nobody'),
  // Private: an operator may have receivers there
  range('10.0.0.0/8', 'private range', 'allow'),
  range('172.16.0.0/12', 'private range', 'allow'),
  range('192.168.0.0/16', 'private range', 'allow'),
  range('100.64.0.0/10', 'shared (carrier-grade NAT) range', 'allow'),
  range('fc00::/7', 'private (unique local) range', 'allow'),
  range('fec0::/10', 'private (site-local) range', 'allow'),
  range('64:ff9b:1::/48', 'private (local NAT64) range', 'allow'),
  // Special purposes: nothing public lives there; laboratories use them
  range('192.0.0.0/24', 'protocol assignment range', 'allow'),
  range('192.0.2.0/24', 'documentation range', 'allow'),
  range('192.88.99.0/24', '6to4 relay range', 'allow'),
  range('198.18.0.0/15', 'benchmarking range', 'allow'),
  range('198.51.100.0/24', 'documentation range', 'allow'),
  range('203.0.113.0/24', 'documentation range', 'allow'),
  range('240.0.0.0/4', 'reserved range', 'allow'),
  range('100::/64', 'discard range', 'allow'),
  range('2001::/32', 'Teredo range', 'nobody'), // the IPv4 address inside belongs to somebody else's NAT
  range('2001:2::/48', 'benchmarking range', 'allow'),
  range('2001:10::/28', 'ORCHID range', 'allow'),
  range('2001:20::/28', 'ORCHIDv2 range', 'allow'),
  range('2001:db8::/32', 'documentation range', 'allow'),
  range('3fff::/20', 'documentation range', 'allow'),
  range('5f00::/16', 'segment routing range', 'allow'),
];

/** Where an IPv6 prefix carries an IPv4 address that routers or our own kernel will take out: the byte at which it stands. */
export const embeddings: readonly { readonly cidr: string; readonly words: string; readonly at: number }[] = [
  { cidr: '::ffff:0:0/96', words: 'IPv4-mapped', at: 12 }, // RFC 4291 2.5.5.2
  { cidr: '::ffff:0:0:0/96', words: 'IPv4-translated', at: 12 }, // RFC 7915
  { cidr: '::/96', words: 'IPv4-compatible', at: 12 }, // RFC 4291 2.5.5.1
  { cidr: '64:ff9b::/96', words: 'NAT64', at: 12 }, // RFC 6052 2.1
  { cidr: '2002::/16', words: '6to4', at: 2 }, // RFC 3056 2
];
