/*
 * What a start finds on disk: cursors, batch summaries, and the young generation, whose blocks are read once.
 * Promise: every record that a drain may still have to be sent is in exactly one extent; a record that was already rewritten into a batch
 * is not counted again. Worst case: a torn or malformed block is read up to the damage, and the rest of it is reported.
 * Runs on the commit thread. Owner: store.ts.
 */
import {
  recordLength,
  recordPosition,
  recordReceivedMs,
  recordRouteCount,
  recordTenant,
  routeDrain,
  routeOrdinal,
} from '../event/record.js';
import { CURSOR_COLUMNS } from './changes.js';
import type { ExtentSummary } from './extents.js';
import type { Recovered, RecoveredEpoch, StoreOptions } from './messages.js';
import type { JournalTables } from './store-tables.js';
import { addToSummary, isWanted, recordIsSound, summaryFrom } from './summary.js';

/** Reads all of it; changes nothing. */
export function recover(tables: JournalTables, options: StoreOptions): Recovered {
  const cursors = tables.cursors.all();
  const batches = tables.batches.all();
  const scan = new BlockScan(cursors, options);
  for (const { tenant, lastPosition, shares } of batches) {
    scan.rewritten.set(tenant, Math.max(lastPosition, scan.rewritten.get(tenant) ?? 0));
    for (const [drain, , last] of shares) scan.sawOrdinal(drain, last);
  }
  const last = tables.blocks.last();
  const found = Math.max(last.position, tables.cursors.position());
  tables.blocks.each(0, Number.MAX_SAFE_INTEGER, (number, records) => scan.block(number, records));
  return {
    cursors,
    batches,
    epochs: scan.epochs,
    accepted: [...scan.accepted],
    position: batches.reduce((position, { lastPosition }) => Math.max(position, lastPosition), found),
    lastBlock: last.number,
    lastBatch: batches.reduce((number, { batch }) => Math.max(number, batch), tables.batches.last()),
    damagedBlocks: scan.damagedBlocks,
  };
}

class BlockScan {
  readonly epochs: RecoveredEpoch[] = [];
  /** Up to which position each tenant's records are in batches. */
  readonly rewritten: Map<number, number> = new Map();
  readonly accepted: Map<number, number> = new Map();
  damagedBlocks = 0;
  readonly #options: StoreOptions;
  readonly #resumes: Map<number, number> = new Map();
  /** The extents of the epoch at hand that may grow, by tenant. */
  readonly #growing: Map<number, ExtentSummary> = new Map();

  constructor(cursors: readonly number[], options: StoreOptions) {
    this.#options = options;
    const columns = CURSOR_COLUMNS.length;
    const [accepted, resume] = [CURSOR_COLUMNS.indexOf('accepted'), CURSOR_COLUMNS.indexOf('resume')];
    for (let at = 0; at < cursors.length; at += columns) {
      this.#resumes.set(cursors[at], cursors[at + resume]);
      this.accepted.set(cursors[at], cursors[at + accepted]);
    }
  }

  /** A drain had this ordinal; drains without a row were removed. */
  sawOrdinal(drain: number, ordinal: number): void {
    const known = this.accepted.get(drain);
    if (known !== undefined && ordinal > known) this.accepted.set(drain, ordinal);
  }

  block(number: number, records: Buffer): void {
    const epoch = this.#epochOf(number, records);
    epoch.lastBlock = number;
    epoch.bytes += records.length;
    let at = 0;
    while (at < records.length && recordIsSound(records, at, records.length)) {
      epoch.endMs = recordReceivedMs(records, at);
      this.#record(epoch, records, at);
      at += recordLength(records, at);
    }
    if (at === records.length) return;
    this.damagedBlocks += 1;
    // The ordinals behind the damage don't follow those before it.
    this.#growing.clear();
  }

  #record(epoch: RecoveredEpoch, records: Buffer, at: number): void {
    const routes = recordRouteCount(records, at);
    for (let i = 0; i < routes; i++) this.sawOrdinal(routeDrain(records, at, i), routeOrdinal(records, at, i));
    const tenant = recordTenant(records, at);
    if (recordPosition(records, at) <= (this.rewritten.get(tenant) ?? 0)) return;
    if (!isWanted(records, at, this.#resumes)) return;
    let extent = this.#growing.get(tenant);
    if (extent === undefined || extent.bytes + recordLength(records, at) > this.#options.batchBytesMax) {
      extent = summaryFrom(records, at);
      this.#growing.set(tenant, extent);
      epoch.extents.push(extent);
    }
    addToSummary(extent, records, at, this.#resumes);
  }

  #epochOf(number: number, records: Buffer): RecoveredEpoch {
    const whole = recordIsSound(records, 0, records.length);
    const last = this.epochs.at(-1);
    const startMs = whole ? recordReceivedMs(records, 0) : (last?.endMs ?? 0);
    const fits =
      last !== undefined &&
      last.lastBlock + 1 === number &&
      last.bytes < this.#options.epochBytesMax &&
      startMs - last.startMs < this.#options.epochMsMax;
    if (fits) return last;
    this.#growing.clear();
    const firstPosition = whole ? recordPosition(records, 0) : (last?.firstPosition ?? 1);
    const epoch = {
      firstBlock: number,
      lastBlock: number,
      bytes: 0,
      firstPosition,
      startMs,
      endMs: startMs,
      extents: [],
    };
    this.epochs.push(epoch);
    return epoch;
  }
}
