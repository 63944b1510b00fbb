/*
 * An address with a port, as a listener or a name server is written: `127.0.0.1:5514`, `[::1]:5514`. Literals only, no names.
 * Promise: what comes back is an address that the kernel takes as it stands. Pure. Owner: settings and doors.
 */
import ipaddr from 'ipaddr.js';

export interface HostPort {
  /** An address without brackets. */
  readonly host: string;
  /** 0 to 65535; 0 takes any. */
  readonly port: number;
}

/** Takes the two apart; undefined for anything else, names too. */
export function hostPort(text: string): HostPort | undefined {
  const parts = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const host = parts[1] ?? parts[2];
  const valid = parts[1] === undefined ? ipaddr.IPv4.isValidFourPartDecimal(host) : ipaddr.IPv6.isValid(host);
  const port = Number(parts[3]);
  return valid && port <= 65_535 ? { host, port } : undefined;
}

/** The two together again, IPv6 in brackets. */
export const printHostPort = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
