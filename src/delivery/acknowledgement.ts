/*
 * What the peer's TCP stack has taken of one connection, by public API alone: bytes that the kernel had before a look at
 * /proc/self/net/tcp, minus the bytes that the look shows as unacknowledged (tx_queue).
 * Promise: never ahead of the truth, since the bytes are noted in a write's callback, before the look; exact once writes pause.
 * Worst case: a socket without a line, or with another inode than at first sight, gives no evidence. Owner: one Connection.
 */
import type { Ordinal } from '../base/ids.js';
import { Marks } from './marks.js';

/** What keeps unacknowledged bytes where they are, from the line's timer column. */
export type Holding = 'network' | 'closed window' | 'unknown';

/** One socket's line at one look. */
export interface Reading {
  /** tx_queue: written and not acknowledged, bytes. */
  readonly queuedBytes: number;
  readonly holding: Holding;
  /** 0 where lines have none. */
  readonly inode: number;
}

export interface Evidence {
  /** Everything up to here is acknowledged; 0: no news. */
  readonly upTo: Ordinal | 0;
  /** The kernel or the peer has taken bytes since the last look. */
  readonly progressed: boolean;
  readonly holding: Holding;
}

export class Acknowledgement {
  readonly marks = new Marks();
  /** Bytes that the kernel has at least: from the last write's callback. */
  #kernelBytes = 0;
  /** The same, at the moment before the look that is under way. */
  #kernelBytesAtLook = 0;
  #acknowledgedBytes = -Infinity;
  #kernelBytesSeen = 0;
  #inode = 0;

  /**
   * A write's callback came and no other write is under way.
   * @param kernelBytes bytesWritten of the raw socket, now
   */
  written(kernelBytes: number, upTo: Ordinal, events: number): void {
    this.#kernelBytes = kernelBytes;
    this.marks.push(kernelBytes, upTo, events);
  }

  /** Events that were read but not sent: acknowledged with what was written before them. */
  skipped(upTo: Ordinal): void {
    this.marks.push(this.#kernelBytes, upTo, 0);
  }

  /** To be called before the table is read. */
  beforeLook(): void {
    this.#kernelBytesAtLook = this.#kernelBytes;
  }

  /** @param reading the socket's line, or undefined if it has none */
  look(reading: Reading | undefined): Evidence {
    if (!reading || !this.#sameSocket(reading.inode)) return { upTo: 0, progressed: false, holding: 'network' };
    const acknowledgedBytes = this.#kernelBytesAtLook - reading.queuedBytes;
    const progressed = acknowledgedBytes > this.#acknowledgedBytes || this.#kernelBytesAtLook > this.#kernelBytesSeen;
    this.#acknowledgedBytes = Math.max(this.#acknowledgedBytes, acknowledgedBytes);
    this.#kernelBytesSeen = this.#kernelBytesAtLook;
    return { upTo: this.marks.takeUpTo(this.#acknowledgedBytes), progressed, holding: reading.holding };
  }

  /** A line with the same addresses may belong to a successor, or to what is left in TIME_WAIT (inode 0). */
  #sameSocket(inode: number): boolean {
    if (this.#inode === 0) this.#inode = inode;
    return inode === this.#inode;
  }
}
