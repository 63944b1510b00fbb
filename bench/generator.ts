/*
 * The generator's process: one connection to a forwarder's door, prebuilt bytes, written as fast as the door takes them.
 * Owner: harness.ts, which pins it to cores of its own and tells it what to do over IPC.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FromGenerator, ToGenerator } from './messages.js';
import { buildStream } from './stream.js';

const writeBytes = 256 * 1024;
const tell = (message: FromGenerator) => process.send?.(message);

const streams: Record<'warm-up' | 'measured', Buffer> = { 'warm-up': Buffer.alloc(0), measured: Buffer.alloc(0) };
let door: Socket | undefined;

/** Writes all of it and resolves when the kernel has it. */
async function send(stream: Buffer): Promise<void> {
  if (door === undefined) throw new Error('not connected');
  let done: Promise<void> | undefined;
  for (let at = 0; at < stream.length; at += writeBytes) {
    const slice = stream.subarray(at, at + writeBytes);
    const socket = door;
    done = new Promise((resolve, reject) => socket.write(slice, (error) => (error ? reject(error) : resolve())));
    if (socket.writableNeedDrain) await done;
  }
  await done;
}

async function obey(message: ToGenerator): Promise<void> {
  switch (message.say) {
    case 'prepare': {
      const numbers = new Uint32Array(message.shape.drains);
      streams['warm-up'] = buildStream({ ...message.shape, messages: message.warmUp }, numbers, 1);
      streams.measured = buildStream(message.shape, numbers, 2);
      tell({ say: 'prepared' });
      break;
    }
    case 'connect':
      door = connect(message.door);
      await once(door, 'connect');
      tell({ say: 'connected' });
      break;
    case 'send': {
      const startedAt = process.hrtime.bigint().toString();
      await send(streams[message.part]);
      tell({ say: 'sent', startedAt, at: process.hrtime.bigint().toString() });
      break;
    }
    case 'disconnect': {
      const closed = door === undefined ? undefined : once(door, 'close');
      door?.resume();
      door?.end();
      await closed;
      door = undefined;
      tell({ say: 'disconnected' });
      break;
    }
  }
}

process.on('message', (message: ToGenerator) => {
  obey(message).catch((error: unknown) => {
    process.stderr.write(`bench: generator: ${String(error)}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
