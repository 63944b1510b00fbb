/*
 * What a person typed as a drain's URL, as a Destination that can be compared, stored, printed and dialled.
 * Promise: one spelling per destination; an address in any of inet_aton's spellings becomes the literal that it means, so that
 * policy sees the bytes; nothing with credentials in it gets through, and no error repeats what was typed.
 * Worst case: linear in limits.drainUrlLengthMax characters. Owner: registry and fleet keep Destinations; nobody changes one.
 */
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';

export interface Destination {
  readonly transport: 'tcp' | 'tls';
  /** A full domain name in ASCII (ACE) and lower case without the root's dot, or an IP literal without brackets or zone. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The canonical URL, always with its port; printable, holds no secret. */
  readonly url: string;
}

/** RFC 5425 4.1 for TLS; 601 is what syslog over plain TCP is registered with (RFC 6587 4 names no other). */
const SCHEMES: Readonly<Record<string, { transport: Destination['transport']; scheme: string; port: number }>> = {
  syslog: { transport: 'tcp', scheme: 'syslog', port: 601 },
  'syslog+tls': { transport: 'tls', scheme: 'syslog+tls', port: 6514 },
  'syslog-tls': { transport: 'tls', scheme: 'syslog+tls', port: 6514 },
};
const UDP_SCHEMES = new Set(['udp', 'syslog+udp', 'syslog-udp']);

const URL_PARTS = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const HOSTNAME_LENGTH_MAX = 253; // RFC 1035 2.3.4, without the root's dot

const invalid = (message: string): Failure => new Failure('url_invalid', message);

/**
 * Reads `syslog://HOST[:PORT]` or `syslog+tls://HOST[:PORT]`; `syslog-tls` means the latter. A lone `/` at the end is let pass.
 * @throws Failure `url_invalid`, `udp_refused` or `name_single_label`
 */
export function parseDestination(url: string): Destination {
  if (url.length > limits.drainUrlLengthMax) {
    throw invalid(`The URL is longer than ${limits.drainUrlLengthMax} characters.`);
  }
  const parts = URL_PARTS.exec(url);
  if (!parts) throw invalid('The URL does not begin with syslog+tls:// or syslog://.');
  const name = parts[1].toLowerCase();
  if (UDP_SCHEMES.has(name)) throw new Failure('udp_refused', 'UDP destinations are not supported.');
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (!scheme) throw invalid('The URL does not begin with syslog+tls:// or syslog://.');
  const { host, port } = parseAuthority(parts[2].replace(/\/$/, ''), scheme.port);
  const printed = host.includes(':') ? `[${host}]` : host;
  return { transport: scheme.transport, host, port, url: `${scheme.scheme}://${printed}:${port}` };
}

function parseAuthority(authority: string, portDefault: number): { host: string; port: number } {
  // eslint-disable-next-line no-control-regex -- refusing control characters needs them named
  if (/[\s\u0000-\u001f\u007f]/.test(authority)) throw invalid('The URL has a space or a control character in it.');
  if (authority.includes('@')) throw invalid('The URL has a user name or a password in it: plain syslog has neither.');
  if (/[/\\?#]/.test(authority))
    throw invalid('The URL goes on after the port: a syslog destination has no path, query or fragment.');
  const split = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/.exec(authority);
  if (!split)
    throw invalid('The host is not readable: an IPv6 address stands in brackets, as in syslog://[2001:db8::1]:601.');
  const [, hostText, portText] = split;
  return { host: parseHost(hostText), port: parsePort(portText, portDefault) };
}

function parsePort(text: string | undefined, portDefault: number): number {
  if (text === undefined) return portDefault;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid('The port is not a number from 1 to 65535.');
  return port;
}

function parseHost(text: string): string {
  if (text === '') throw invalid('The URL has no host.');
  if (text.startsWith('[')) return parseBracketed(text.slice(1, -1));
  if (text.includes('%')) throw invalid('The host has a % in it: give it as plain text.');
  // WHATWG's host parser: IDN to ACE (RFC 5425 5.2), and 127.1, 0177.0.0.1, 2130706433, 0x7f000001, circled digits to a literal.
  const ascii = domainToASCII(text).replace(/\.$/, '');
  if (ipaddr.IPv4.isValidFourPartDecimal(ascii)) return ascii;
  const labels = ascii.split('.');
  if (ascii.length > HOSTNAME_LENGTH_MAX || !labels.every((label) => LABEL.test(label))) {
    throw invalid('The host is neither a domain name nor an address.');
  }
  if (labels.length === 1) throw new Failure('name_single_label', 'The host is a name of a single label.');
  return ascii;
}

function parseBracketed(text: string): string {
  if (text.includes('%')) throw invalid('The address has a zone id: give one that is valid on any interface.');
  if (!ipaddr.IPv6.isValid(text)) throw invalid('What stands in the brackets is not an IPv6 address.');
  return ipaddr.IPv6.parse(text).toRFC5952String();
}

/** True if `host` of a Destination is an address and not a name. */
export const isLiteral = (host: string): boolean => host.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(host);
