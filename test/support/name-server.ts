// A DNS server on loopback that answers from a table: for resolver tests, including names that never answer or change.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface NameRecords {
  readonly a?: readonly string[];
  /** Full form, eight groups without `::`. */
  readonly aaaa?: readonly string[];
  /** Answers nothing at all. */
  readonly silent?: boolean;
  /** RCODE: 2 SERVFAIL, 3 NXDOMAIN. */
  readonly rcode?: number;
}

/** @param answer called for each query, so that a second query may see other records */
export async function startNameServer(answer: (name: string) => NameRecords) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    asked.push(`${name} ${type === 28 ? 'AAAA' : 'A'}`);
    const records = answer(name);
    if (records.silent) return;
    const data = type === 28 ? (records.aaaa ?? []).map(groups) : (records.a ?? []).map(octets);
    socket.send(writeAnswer(query.subarray(0, end), type, data, records.rcode ?? 0), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

const octets = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
const groups = (address: string): Buffer =>
  Buffer.concat(address.split(':').map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (; query[at] !== 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function writeAnswer(question: Buffer, type: number, data: readonly Buffer[], rcode: number): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | rcode, 2);
  head.writeUInt16BE(data.length, 6);
  head.fill(0, 8, 12);
  const records = data.map((bytes) => {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0); // the name of the question
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([record, bytes]);
  });
  return Buffer.concat([head, ...records]);
}
