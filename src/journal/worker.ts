/*
 * Entry of the commit thread: opens the journal's file, says what it found, and answers one request after the other.
 * Promise: a request is answered after what it asks is durable. Worst case: an error that isn't a Failure ends the thread, and with it the
 * journal. Owner: commit-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { Failure } from '../base/failure.js';
import type { Greeting, Loaded, Reply, Request, StoreOptions } from './messages.js';
import { JournalStore } from './store.js';

const port = parentPort;
assert(port !== null, 'this file is the start of a thread');

/** Buffers are moved, not copied. */
const buffersOf = (loaded: readonly Loaded[]): ArrayBuffer[] =>
  loaded.flatMap((batch) => (typeof batch === 'string' ? [] : [batch.buffer as ArrayBuffer]));

function answer(store: JournalStore, request: Request): Reply {
  try {
    if (request.kind === 'write') return { kind: 'done', id: request.id, written: store.write(request.write) };
    if (request.kind === 'load') return { kind: 'loaded', id: request.id, batches: store.load(request.batches) };
    store.close();
    return { kind: 'done', id: request.id, written: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'failed', id: request.id, code: error.code, message: error.message };
  }
}

let greeting: Greeting;
try {
  const store = new JournalStore(workerData as StoreOptions);
  greeting = { kind: 'opened', recovered: store.recover() };
  port.on('message', (request: Request) => {
    const reply = answer(store, request);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage(reply, reply.kind === 'loaded' ? buffersOf(reply.batches) : []);
    if (request.kind === 'close') port.close();
  });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  greeting = { kind: 'refused', code: error.code, message: error.message };
}
port.postMessage(greeting);
