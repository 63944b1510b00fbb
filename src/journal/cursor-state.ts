/*
 * A drain's ledger as numbers: what its row keeps, and why an accepted event may never be delivered.
 * Promise: accepted = delivered + dropped + (accepted − acknowledged), asserted whenever a row is written. Owner: cursor.ts.
 */

export type DropReason = 'expired' | 'journal_full' | 'too_large' | 'removed';

/** A cursor's numbers as its row keeps them; all are counts of events. */
export interface CursorState {
  readonly accepted: number;
  readonly acknowledged: number;
  readonly resume: number;
  readonly written: number;
  readonly delivered: number;
  readonly resent: number;
  readonly filtered: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

export const cursorStateNew: CursorState = {
  accepted: 0,
  acknowledged: 0,
  resume: 0,
  written: 0,
  delivered: 0,
  resent: 0,
  filtered: 0,
  dropped: { expired: 0, journal_full: 0, too_large: 0, removed: 0 },
};
