/*
 * The thread that reads the kernel's socket tables, since one read blocks for 12 to 130 ms with thousands of sockets.
 * Promise: answers each look once, with what it found of the watched sockets and how long it took; null where there are no
 * such tables. Owner: SocketSampler, which ends it.
 */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { isTcp6, readSocketTable, type SocketKey } from './socket-table.js';

export type SamplerRequest =
  | { readonly what: 'watch'; readonly key: SocketKey; readonly number: number }
  | { readonly what: 'forget'; readonly key: SocketKey; readonly number: number }
  | { readonly what: 'look' };

/** [number, tx_queue, holding, inode] per socket, or null. */
export type SamplerAnswer = Float64Array | null;

const tables = { tcp: new Map<SocketKey, number>(), tcp6: new Map<SocketKey, number>() };
const port = parentPort;

port?.on('message', (request: SamplerRequest) => {
  if (request.what === 'look') return port.postMessage(look());
  const table = tables[isTcp6(request.key) ? 'tcp6' : 'tcp'];
  if (request.what === 'watch') table.set(request.key, request.number);
  else if (table.get(request.key) === request.number) table.delete(request.key);
});

function look(): SamplerAnswer {
  const found: number[] = [];
  try {
    for (const name of ['tcp', 'tcp6'] as const) {
      if (tables[name].size > 0) readSocketTable(readFileSync(`/proc/self/net/${name}`, 'latin1'), tables[name], found);
    }
  } catch {
    return null; // not Linux, or /proc is hidden: the sampler goes on by its weaker rule
  }
  return Float64Array.from(found);
}
