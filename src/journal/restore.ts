/*
 * Turns what the commit thread found on disk into logs, cursors and extents in memory.
 * Promise: every cursor that was ever durable is there, counts where its row left it, and starts again at its resume position.
 * Owner: journal.ts, once at start.
 */
import { CURSOR_COLUMNS } from './changes.js';
import type { CursorState } from './cursor-state.js';
import type { Epochs } from './epochs.js';
import { Epoch, type Extent, extentFrom, type ExtentSummary } from './extents.js';
import type { Recovered } from './messages.js';
import type { TenantLog } from './tenant-log.js';

/** @param logOf the tenant's log, made if it isn't there */
export function restore(recovered: Recovered, logOf: (tenant: number) => TenantLog, epochs: Epochs): void {
  const accepted = new Map(recovered.accepted);
  const columns = CURSOR_COLUMNS.length;
  for (let at = 0; at < recovered.cursors.length; at += columns) {
    const row = recovered.cursors.slice(at, at + columns);
    const [drain, tenant] = row;
    logOf(tenant).restore(drain, stateOf(row, accepted.get(drain) ?? 0));
  }
  const extents = new Map<TenantLog, Extent[]>();
  const add = (summary: ExtentSummary, place: { readonly batch: number } | { readonly epoch: Epoch }) => {
    const log = logOf(summary.tenant);
    const extent = extentFrom(summary, place, (drain) => log.cursor(drain));
    const others = extents.get(log);
    if (others === undefined) extents.set(log, [extent]);
    else others.push(extent);
  };
  for (const summary of recovered.batches) add(summary, { batch: summary.batch });
  for (const found of recovered.epochs) {
    const epoch = new Epoch(found.firstPosition, found.startMs);
    epoch.firstBlock = found.firstBlock;
    epoch.lastBlock = found.lastBlock;
    epoch.bytes = found.bytes;
    epoch.endMs = found.endMs;
    epoch.sealed = true;
    epochs.adopt(epoch);
    for (const summary of found.extents) add(summary, { epoch });
  }
  for (const [log, found] of extents) {
    log.adopt(found);
    log.trim();
  }
}

function stateOf(row: readonly number[], accepted: number): CursorState {
  const value = (column: (typeof CURSOR_COLUMNS)[number]) => row[CURSOR_COLUMNS.indexOf(column)];
  return {
    // A row lags behind the records on purpose: those are durable first.
    accepted: Math.max(value('accepted'), accepted),
    acknowledged: value('acknowledged'),
    resume: value('resume'),
    written: value('written'),
    delivered: value('delivered'),
    resent: value('resent'),
    filtered: value('filtered'),
    dropped: {
      expired: value('expired'),
      journal_full: value('journal_full'),
      too_large: value('too_large'),
      removed: value('removed'),
    },
  };
}
