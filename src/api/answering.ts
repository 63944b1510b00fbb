/*
 * Does anybody answer on a unix socket? Asked before a socket that a killed agent left behind is removed.
 * Promise: connects, says nothing, and lets go. Worst case: as long as the kernel takes to refuse. Owner: listen.ts.
 */
import { createConnection } from 'node:net';

/** True if a process listens on `path`; false if nobody does (ECONNREFUSED) or the path is gone. Rejects when that can't be told. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}
