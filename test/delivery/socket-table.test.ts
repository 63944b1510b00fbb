// Guards: a socket is found in /proc/self/net/tcp and tcp6 by its addresses, in the machine's byte order.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { holdingOf, isTcp6, readSocketTable, type SocketKey, socketKey } from '../../src/delivery/socket-table.js';
import { until } from '../support/until.js';

const HEADINGS = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const tcp = `${HEADINGS}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1F90 01 000001F4:00000000 01:00000014 00000003  1000        0 29451 2 0 20 4 30 10 -1
  12: 0200007F:C350 0100007F:1F90 01 0000BEEF:00000001 04:00000014 00000000     0        0 29452 2 0 20 4 30 10 -1
9999: 0300007F:C350 0100007F:1F90 06 00000000:00000000 03:00001000 00000000     0        0 0 3 0
`;
const wanted = new Map<SocketKey, number>([
  ['0100007F:C350 0100007F:1F90', 1],
  ['0200007F:C350 0100007F:1F90', 2],
  ['0300007F:C350 0100007F:1F90', 3],
  ['0400007F:C350 0100007F:1F90', 4],
]);

describe.runIf(endianness() === 'LE')('a key', () => {
  test.each([
    ['127.0.0.1', 50_000, '192.0.2.7', 601, '0100007F:C350 070200C0:0259', false],
    [
      '::1',
      50_000,
      '2001:db8::1',
      6514,
      '00000000000000000000000001000000:C350 B80D0120000000000000000001000000:1972',
      true,
    ],
    [
      '::ffff:127.0.0.1',
      80,
      '::ffff:10.0.0.2',
      5,
      '0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000200000A:0005',
      true,
    ],
    [
      'fe80::1%eth0',
      1,
      'fe80::2%eth0',
      2,
      '000080FE000000000000000001000000:0001 000080FE000000000000000002000000:0002',
      true,
    ],
  ])('of %s:%d to %s:%d is %s', (local, localPort, remote, remotePort, key, six) => {
    expect(socketKey(local, localPort, remote, remotePort)).toBe(key);
    expect(isTcp6(key)).toBe(six);
  });
});

test('a line tells its queue, its timer and its inode; lines of others are passed over', () => {
  const found: number[] = [];
  readSocketTable(tcp, wanted, found);
  expect(found).toEqual([1, 500, 0, 29_451, 2, 48_879, 1, 29_452, 3, 0, 0, 0]);
  expect([0, 1, 2, 99].map(holdingOf)).toEqual(['network', 'closed window', 'unknown', 'unknown']);
});

test.each(['', HEADINGS, 'nonsense', `${HEADINGS}nonsense\n\n: \n 1: 0100007F:C350 0100007F:1F90`, tcp.slice(0, 320)])(
  'a table that is cut or strange gives what it has and no error',
  (table) => {
    const found: number[] = [];
    readSocketTable(table, wanted, found);
    expect(found.length % 4).toBe(0);
  },
);

test.runIf(process.platform === 'linux').each([
  ['127.0.0.1', 'tcp'],
  ['::1', 'tcp6'],
])('a real socket to %s is found in %s with what its peer has not taken', async (host, table) => {
  const server = createServer((socket) => void socket.pause().on('error', () => {}));
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host, port }).on('error', () => {});
  await once(socket, 'connect');
  const key = socketKey(socket.localAddress!, socket.localPort!, host, port);
  const look = (): number[] => {
    const found: number[] = [];
    readSocketTable(readFileSync(`/proc/self/net/${table}`, 'latin1'), new Map([[key, 1]]), found);
    return found;
  };
  const [number, queued, , inode] = look();
  expect([number, queued]).toEqual([1, 0]);
  expect(inode).toBeGreaterThan(0);
  socket.write(Buffer.alloc(64 << 20));
  await until('bytes that are not acknowledged', () => look()[1] > 0);
  socket.destroy();
  server.close();
});
