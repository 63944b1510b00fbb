/*
 * What delivery needs of a drain's place in its tenant's journal. The journal's Cursor is one implementation, the fake under
 * test/support the other.
 */
import type { Ordinal } from '../base/ids.js';

export interface DrainCursor {
  /** Up to here the receiver's TCP stack has everything; only moves forward. */
  readonly acknowledged: number;
  /** From after here sending starts again after an abnormal close; trails `acknowledged`. */
  readonly resume: number;
  /** Set by delivery: called when there is something to read again. */
  onReady: () => void;
  /** Accepted and not acknowledged. */
  backlog(): { readonly events: number; readonly bytes: number; readonly oldestMs: number | null };
  /**
   * Gives committed records after the last read one to `take`, in order, until it returns false (that record stays unread).
   * 'end': nothing more now; 'stopped': `take` said no; 'loading': they come from disk. After 'end' and 'loading' `onReady` follows.
   */
  read(take: (source: Buffer, at: number, ordinal: Ordinal) => boolean): 'end' | 'stopped' | 'loading';
  /** The next read starts after `resume`. */
  rewind(): void;
  /** Evidence for everything up to `upTo`; `outstanding`: later bytes are written and unacknowledged, so the margin's clock stands. */
  acknowledge(upTo: Ordinal, outstanding: boolean): void;
  /** A clean close: the replay margin is nothing. */
  settle(): void;
  /** The record can't be sent in any length; counted as dropped. */
  refuse(which: Ordinal): void;
}
