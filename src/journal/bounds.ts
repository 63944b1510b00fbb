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

/**
 * The bounds of base/limits.ts, with some replaced.
 * @param marginMs the replay margin's time: an epoch is settled when every drain that keeps up is past it
 */
export function journalBounds(marginMs: number, replaced: Partial<JournalBounds> = {}): JournalBounds {
  const epochSettledMs = Math.max(limits.epochSettledMs, marginMs + limits.epochAfterMarginMs);
  const bounds = { ...limits, epochSettledMs, ...replaced };
  assert(bounds.segmentBytes <= bounds.youngBytesMax, 'a segment fits into memory');
  assert(bounds.uncommittedBytesLow < bounds.uncommittedBytesHigh, 'low mark under high mark');
  assert(bounds.coldReadBytesMax <= bounds.coldBytesMax, 'one drain can read from disk');
  return bounds;
}
