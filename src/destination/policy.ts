/*
 * May we dial this address? Decides on the bytes of the address, never on its text, by our own table (ranges.ts) and by
 * ipaddr.js as a second opinion, since each alone misses forms.
 * Promise: what is not plainly public is refused unless the operator opened it; an IPv4 address inside an IPv6 one is judged
 * as itself. Worst case: what cannot be parsed is refused. Owner: agent.ts makes one; it never changes.
 */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { Failure } from '../base/failure.js';
import { embeddings, forbiddenRanges, type OpenedBy } from './ranges.js';

/** Lists of CIDRs or single addresses, from `destinations` of the settings. */
export interface PolicySettings {
  /** Opens private and special ranges. */
  readonly allow: readonly string[];
  /** Closes whatever is in it; wins over both others. */
  readonly deny: readonly string[];
  /** Opens loopback, link-local and the node's own addresses too. */
  readonly unsafeAllow: readonly string[];
}

/** `rule` is in words that a tenant may read: "private range 10.0.0.0/8". */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly rule: string };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Subnet {
  readonly network: Address;
  readonly bits: number;
}

const ALLOWED: Verdict = { allowed: true };
const refused = (rule: string): Verdict => ({ allowed: false, rule });

const forbidden = forbiddenRanges.map((row) => ({ ...row, subnet: parseSubnet(row.cidr) }));
const globalUnicast = parseSubnet('2000::/3'); // the only part of IPv6 that IANA has given out (RFC 3587)
const embedded = embeddings.map((row) => ({ ...row, subnet: parseSubnet(row.cidr) }));

export class Policy {
  readonly #allow: readonly Subnet[];
  readonly #deny: readonly Subnet[];
  readonly #unsafeAllow: readonly Subnet[];
  readonly #ownAddresses: () => readonly string[];

  /**
   * @param ownAddresses this node's addresses at the moment of the call; a fake in tests
   * @throws Failure `config_invalid` for what is no CIDR or address
   */
  constructor(settings: PolicySettings, ownAddresses: () => readonly string[] = nodeAddresses) {
    this.#allow = settings.allow.map((text) => settingSubnet('destinations.allow', text));
    this.#deny = settings.deny.map((text) => settingSubnet('destinations.deny', text));
    this.#unsafeAllow = settings.unsafeAllow.map((text) => settingSubnet('destinations.unsafe_allow', text));
    this.#ownAddresses = ownAddresses;
  }

  /** Judges an IP literal (no brackets, no zone id); anything else is refused. */
  check(address: string): Verdict {
    const parsed = parseLiteral(address);
    if (!parsed) return refused('not an address');
    const inner = innerAddress(parsed);
    if (!inner) return this.#judge(parsed);
    const verdict = this.#judge(inner.address);
    if (!verdict.allowed) return refused(`${verdict.rule}, written as ${inner.words} address`);
    return within(parsed, this.#deny) ? refused("the operator's list destinations.deny") : ALLOWED;
  }

  #judge(address: Address): Verdict {
    if (within(address, this.#deny)) return refused("the operator's list destinations.deny");
    const { openedBy, rule } = classify(address);
    if (openedBy === 'nobody') return refused(rule);
    if (within(address, this.#unsafeAllow)) return ALLOWED;
    if (openedBy === 'unsafe_allow') return refused(rule);
    if (this.#ownAddresses().some((own) => parseLiteral(own)?.toString() === address.toString())) {
      return refused("the node's own address");
    }
    return openedBy === 'anybody' || within(address, this.#allow) ? ALLOWED : refused(rule);
  }
}

/** Which rule forbids `address`, and who can open it; `anybody` if it is public. */
function classify(address: Address): { openedBy: OpenedBy | 'anybody'; rule: string } {
  const row = forbidden.find(({ subnet }) => inSubnet(address, subnet));
  if (row) return { openedBy: row.openedBy, rule: `${row.words} ${row.cidr}` };
  const secondOpinion = address.range();
  if (address instanceof ipaddr.IPv6 && !inSubnet(address, globalUnicast)) {
    return { openedBy: 'allow', rule: 'unassigned range' };
  }
  if (secondOpinion === 'unicast') return { openedBy: 'anybody', rule: '' };
  return { openedBy: 'allow', rule: `special range (${secondOpinion})` };
}

function innerAddress(address: Address): { address: Address; words: string } | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  const bytes = address.toByteArray();
  // ::1 and :: lie in the IPv4-compatible prefix and have rows of their own.
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] <= 1) return undefined;
  const row = embedded.find(({ subnet }) => inSubnet(address, subnet));
  if (row) return { address: new ipaddr.IPv4(bytes.slice(row.at, row.at + 4)), words: row.words };
  // RFC 5214 6.1: ISATAP stands in the interface identifier, under any prefix.
  const isatap = (bytes[8] & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isatap ? { address: new ipaddr.IPv4(bytes.slice(12)), words: 'ISATAP' } : undefined;
}

const within = (address: Address, subnets: readonly Subnet[]): boolean =>
  subnets.some((subnet) => inSubnet(address, subnet));

function inSubnet(address: Address, subnet: Subnet): boolean {
  if (address instanceof ipaddr.IPv4)
    return subnet.network instanceof ipaddr.IPv4 && address.match(subnet.network, subnet.bits);
  return subnet.network instanceof ipaddr.IPv6 && address.match(subnet.network, subnet.bits);
}

/** An address in its canonical families' notation only: no zone id, no octal, no short form. */
function parseLiteral(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function parseSubnet(text: string): Subnet {
  const [addressText, bitsText, ...rest] = text.split('/');
  const network = parseLiteral(addressText);
  const bitsMax = network instanceof ipaddr.IPv4 ? 32 : 128;
  const bits = bitsText === undefined ? bitsMax : /^[0-9]{1,3}$/.test(bitsText) ? Number(bitsText) : -1;
  if (!network || rest.length > 0 || bits < 0 || bits > bitsMax) throw new RangeError('not a CIDR');
  return { network, bits };
}

function settingSubnet(key: string, text: string): Subnet {
  try {
    return parseSubnet(text);
  } catch (cause) {
    throw new Failure('config_invalid', `${key}: "${text}" is neither an address nor a CIDR such as 10.0.0.0/8.`, {
      cause,
    });
  }
}

const nodeAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((faces) => (faces ?? []).map(({ address }) => address));
