/*
 * The sink's process: one port per drain, counts frames, checks each one's number, and says when all have come.
 * Owner: harness.ts, which pins it to cores of its own and tells it what to do over IPC.
 */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { FrameReader, type Tally } from './frames.js';
import type { CertificateFiles, FromSink, ToSink } from './messages.js';
import { drainsMax } from './stream.js';

const tell = (message: FromSink) => process.send?.(message);
const newTally = (): Tally => ({
  expected: new Uint32Array(drainsMax),
  received: 0,
  doubled: 0,
  missing: 0,
  misrouted: 0,
});

let tally = newTally();
let fault: string | null = null;
/** How many messages answer the open question, or infinity. */
let wanted = Number.POSITIVE_INFINITY;
let deadline: NodeJS.Timeout | undefined;
const open = new Set<Socket>();
let onAllClosed: (() => void) | undefined;

function answer(): void {
  wanted = Number.POSITIVE_INFINITY;
  clearTimeout(deadline);
  const { received, missing, doubled, misrouted } = tally;
  tell({ say: 'received', at: process.hrtime.bigint().toString(), received, missing, doubled, misrouted, fault });
}

function accept(socket: Socket, tenant: number | undefined): void {
  open.add(socket);
  const reader = new FrameReader(tally, tenant);
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      fault ??= String(error);
      socket.destroy();
    }
    if (tally.received >= wanted) answer();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    open.delete(socket);
    if (open.size === 0) onAllClosed?.();
  });
}

async function listen(tenant: number | undefined, tls: CertificateFiles | null): Promise<number> {
  const server: Server =
    tls === null
      ? createServer((socket) => accept(socket, tenant))
      : createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, (socket) =>
          accept(socket, tenant),
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', 1024, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function obey(message: ToSink): Promise<void> {
  switch (message.say) {
    case 'listen': {
      const ports: number[] = [];
      for (let tenant = 0; tenant < message.drains; tenant++) ports.push(await listen(tenant, message.tls));
      tell({ say: 'listening', ports, anyPort: await listen(undefined, null) });
      break;
    }
    case 'forget':
      if (open.size > 0) await new Promise<void>((resolve) => (onAllClosed = resolve));
      onAllClosed = undefined;
      tally = newTally();
      fault = null;
      tell({ say: 'forgotten' });
      break;
    case 'expect':
      wanted = message.messages;
      deadline = setTimeout(answer, message.deadlineMs);
      if (tally.received >= wanted) answer();
      break;
  }
}

process.on('message', (message: ToSink) => {
  obey(message).catch((error: unknown) => {
    process.stderr.write(`bench: sink: ${String(error)}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
