/*
 * Compaction on disk: the wanted records of one epoch, and small batches before them, become larger batches per tenant.
 * Promise: runs within the caller's transaction; what it leaves out no drain will be sent again. Worst case: one epoch (32 MiB) in memory.
 * Runs on the commit thread. Owner: store.ts; compaction.ts decides what.
 */
import { recordLength, recordPosition, recordTenant } from '../event/record.js';
import type { BatchSummary, ExtentSummary } from './extents.js';
import type { BatchPlan, Compaction } from './messages.js';
import type { JournalTables } from './store-tables.js';
import { addToSummary, isWanted, recordIsSound, type Resumes, summaryFrom } from './summary.js';

/** Writes the batches and deletes what they replace. @returns the summaries of those that hold anything */
export function rewrite(tables: JournalTables, compaction: Compaction): BatchSummary[] {
  const resumes = new Map(compaction.resumes);
  const drafts = compaction.batches.map((plan) => new Draft(plan, resumes));
  for (const draft of drafts) draft.takeReplaced(tables);
  const ofTenant = new Map<number, Draft[]>();
  for (const draft of drafts) {
    const others = ofTenant.get(draft.plan.tenant);
    if (others === undefined) ofTenant.set(draft.plan.tenant, [draft]);
    else others.push(draft);
  }
  const [first, last] = compaction.blocks;
  tables.blocks.each(first, last, (_number, records) => {
    for (let at = 0; recordIsSound(records, at, records.length); at += recordLength(records, at)) {
      const waiting = ofTenant.get(recordTenant(records, at));
      if (waiting === undefined) continue;
      const position = recordPosition(records, at);
      while (waiting.length > 0 && position > waiting[0].plan.lastPosition) waiting.shift();
      if (waiting.length > 0 && position >= waiting[0].plan.firstPosition) waiting[0].take(records, at);
    }
  });
  if (compaction.deletesBlocks) tables.blocks.remove(first, last);
  const written: BatchSummary[] = [];
  for (const draft of drafts) {
    const summary = draft.write(tables);
    if (summary !== undefined) written.push(summary);
  }
  return written;
}

class Draft {
  readonly plan: BatchPlan;
  readonly #resumes: Resumes;
  #summary: ExtentSummary | undefined;
  readonly #records: Buffer[] = [];

  constructor(plan: BatchPlan, resumes: Resumes) {
    this.plan = plan;
    this.#resumes = resumes;
  }

  takeReplaced(tables: JournalTables): void {
    for (const batch of this.plan.replaces) {
      const found = tables.batches.records(batch);
      const records = typeof found === 'string' ? Buffer.alloc(0) : found;
      for (let at = 0; recordIsSound(records, at, records.length); at += recordLength(records, at)) {
        this.take(records, at);
      }
      tables.batches.remove(batch);
    }
  }

  take(records: Buffer, at: number): void {
    if (!isWanted(records, at, this.#resumes)) return;
    this.#summary ??= summaryFrom(records, at);
    addToSummary(this.#summary, records, at, this.#resumes);
    this.#records.push(records.subarray(at, at + recordLength(records, at)));
  }

  write(tables: JournalTables): BatchSummary | undefined {
    if (this.#summary === undefined) return undefined;
    const summary = { ...this.#summary, batch: this.plan.batch };
    tables.batches.put(summary, Buffer.concat(this.#records));
    return summary;
  }
}
