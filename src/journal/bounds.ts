/*
 * The journal's own bounds as one value, so that a test can make them small. What each means stands in base/limits.ts.
 * Promise: asserted when the journal opens. Owner: journal.ts.
 */
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';

const names = [
  'segmentBytes',
  'youngBytesMax',
  'uncommittedBytesHigh',
  'uncommittedBytesLow',
  'batchBytesMax',
  'epochMsMax',
  'epochBytesMax',
  'epochSettledMs',
  'youngDiskBytesMax',
  'compactionBatchesMax',
  'coldReadBytesMax',
  'coldBytesMax',
  'coldHeldMsMax',
  'journalSweepMs',
  'diskFullRetryMs',
  'journalCheckpointBytes',
] as const;

export type JournalBounds = Readonly<Record<(typeof names)[number], number>>;

/** The bounds of base/limits.ts, with some replaced. */
export function journalBounds(replaced: Partial<JournalBounds> = {}): JournalBounds {
  const bounds = { ...limits, ...replaced };
  assert(bounds.segmentBytes <= bounds.youngBytesMax, 'a segment fits into memory');
  assert(bounds.uncommittedBytesLow < bounds.uncommittedBytesHigh, 'low mark under high mark');
  assert(bounds.coldReadBytesMax <= bounds.coldBytesMax, 'one drain can read from disk');
  return bounds;
}
