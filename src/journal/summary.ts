/*
 * Builds the summary of an extent from its records, as recovery finds them and as compaction writes them.
 * Promise: trusts no record that isn't sound; counts only records that at least one drain may still have to be sent, and only the routes of those drains.
 * Worst case: 255 routes per record. Owner: recovery.ts, rewrite.ts (commit thread).
 */
import {
  recordIsWhole,
  recordLength,
  recordPosition,
  recordReceivedMs,
  recordRouteCount,
  recordTenant,
  routeDrain,
  routeOrdinal,
} from '../event/record.js';
import type { ExtentSummary } from './extents.js';

/** Where each drain would start again, an ordinal; drains that aren't in it are gone. */
export type Resumes = ReadonlyMap<number, number>;

/**
 * True if a whole record lies at `at` whose ordinals can be true: a drain has at most one for each position. Bytes that a disk has
 * flipped must not make a drain count on from, or up to, a number that it will never reach.
 */
export function recordIsSound(source: Buffer, at: number, end: number): boolean {
  if (!recordIsWhole(source, at, end)) return false;
  const position = recordPosition(source, at);
  const routes = recordRouteCount(source, at);
  for (let i = 0; i < routes; i++) if (routeOrdinal(source, at, i) > position) return false;
  return true;
}

/** True if one of the record's drains may still have to be sent it. */
export function isWanted(source: Buffer, at: number, resumes: Resumes): boolean {
  const routes = recordRouteCount(source, at);
  for (let i = 0; i < routes; i++) {
    const resume = resumes.get(routeDrain(source, at, i));
    if (resume !== undefined && routeOrdinal(source, at, i) > resume) return true;
  }
  return false;
}

/** A summary of no records yet, which begins with the record at `at`. */
export function summaryFrom(source: Buffer, at: number): ExtentSummary {
  const position = recordPosition(source, at);
  const ms = recordReceivedMs(source, at);
  return {
    tenant: recordTenant(source, at),
    firstPosition: position,
    lastPosition: position,
    bytes: 0,
    events: 0,
    firstMs: ms,
    lastMs: ms,
    shares: [],
  };
}

/** Counts the record at `at`, which is wanted and comes after those counted before. */
export function addToSummary(summary: ExtentSummary, source: Buffer, at: number, resumes: Resumes): void {
  const length = recordLength(source, at);
  summary.lastPosition = recordPosition(source, at);
  summary.lastMs = recordReceivedMs(source, at);
  summary.bytes += length;
  summary.events += 1;
  const routes = recordRouteCount(source, at);
  for (let i = 0; i < routes; i++) {
    const drain = routeDrain(source, at, i);
    const ordinal = routeOrdinal(source, at, i);
    const resume = resumes.get(drain);
    if (resume === undefined || ordinal <= resume) continue;
    const share = summary.shares.find(([other]) => other === drain);
    if (share === undefined) {
      summary.shares.push([drain, ordinal, ordinal, length]);
    } else {
      share[2] = ordinal;
      share[3] += length;
    }
  }
}
