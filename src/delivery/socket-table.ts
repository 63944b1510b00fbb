/*
 * Lines of /proc/self/net/tcp and tcp6: how a socket's addresses are spelled there, and what a line says.
 * Promise: pure; a line that is not understood is skipped. Worst case: linear in the table, off the main thread.
 */
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Holding } from './acknowledgement.js';

/** `LOCAL REMOTE` as the table has them, the key by which a line is found. */
export type SocketKey = string;

/**
 * @param address as net.Socket tells it: IPv4, IPv6, v4-mapped, with or without a zone id
 * @returns the table's spelling: each 32-bit word of the address in the machine's byte order, then the port, all in hex
 */
function spelled(address: string, port: number): string {
  const bytes = ipaddr.parse(address.replace(/%.*$/, '')).toByteArray();
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    const four = bytes.slice(word, word + 4);
    if (endianness() === 'LE') four.reverse();
    text += Buffer.from(four).toString('hex').toUpperCase();
  }
  return `${text}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

export const socketKey = (
  localAddress: string,
  localPort: number,
  remoteAddress: string,
  remotePort: number,
): SocketKey => `${spelled(localAddress, localPort)} ${spelled(remoteAddress, remotePort)}`;

/** True if the key's socket stands in tcp6. */
export const isTcp6 = (key: SocketKey): boolean => key.indexOf(':') > 8;

/** Numbers per socket in what `readSocketTable` collects. */
export const readingNumbers = 4;

const HOLDINGS: readonly Holding[] = ['network', 'closed window', 'unknown'];
export const holdingOf = (number: number): Holding => HOLDINGS[number] ?? 'unknown';

/** `tr`: 01 retransmission, 04 zero-window probe (proc_net_tcp); everything else holds nothing back for long. */
const holdingNumber = (timer: string): number => (timer === '04' ? 1 : 0);

/**
 * Collects [number, tx_queue, holding, inode] of each line whose addresses are in `wanted`.
 * @param table the whole text of tcp or tcp6
 */
export function readSocketTable(table: string, wanted: ReadonlyMap<SocketKey, number>, into: number[]): void {
  let at = table.indexOf('\n') + 1; // after the headings
  while (at > 0 && at < table.length) {
    const end = table.indexOf('\n', at);
    const lineEnd = end < 0 ? table.length : end;
    const addresses = table.indexOf(': ', at) + 2;
    const state = table.indexOf(' ', table.indexOf(' ', addresses) + 1);
    const number = addresses < lineEnd ? wanted.get(table.slice(addresses, state)) : undefined;
    if (number !== undefined) readLine(table.slice(state + 1, lineEnd), number, into);
    at = lineEnd + 1;
  }
}

/** `line`: from the state on: `01 00000000:00000000 00:00000000 00000000     0        0 12345 1 …`. */
function readLine(line: string, number: number, into: number[]): void {
  const [, queues, timer, , , , inode] = line.split(/ +/);
  const queuedBytes = Number.parseInt(queues?.slice(0, 8) ?? '', 16);
  if (!timer || !inode || Number.isNaN(queuedBytes)) return;
  into.push(number, queuedBytes, holdingNumber(timer.slice(0, 2)), Number(inode));
}
