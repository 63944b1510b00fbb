// The model that the journal is held against: one plain array per drain, and bounds so small that memory is evicted, epochs are rewritten
// and batches merged all the time.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import fc from 'fast-check';
import { ordinal } from '../../src/base/ids.js';
import { Filter } from '../../src/event/filter.js';
import type { Cursor } from '../../src/journal/journal.js';
import { newDirectory, TestJournal } from './journal.js';

const bounds = {
  segmentBytes: 2048,
  youngBytesMax: 6144,
  uncommittedBytesHigh: 1 << 20,
  uncommittedBytesLow: 1 << 19,
  batchBytesMax: 700,
  epochMsMax: 700,
  epochBytesMax: 3000,
  epochSettledMs: 2000,
  youngDiskBytesMax: 20_000,
  compactionBatchesMax: 2,
  coldReadBytesMax: 1500,
  coldBytesMax: 3000,
  coldHeldMsMax: 500,
};
export const settings = {
  bounds,
  tenantBytesMax: 9000,
  bytesMax: 14_000,
  ttlMs: 60_000,
  replayMargin: { bytes: 2500, ms: 3000 },
};
const TYPES = ['a.b', 'a.c', 'x'];
const FILTERS: Record<number, Filter> = {
  11: Filter.all,
  12: Filter.parse(['a.*'], 7),
  13: Filter.parse(['x'], 7),
  21: Filter.all,
};

type Step =
  | {
      readonly do: 'append';
      readonly tenant: number;
      readonly type: number;
      readonly bytes: number;
      readonly count: number;
    }
  | { readonly do: 'commit' | 'reopen' | 'kill' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'read'; readonly drain: number; readonly max: number; readonly refuse: boolean }
  | { readonly do: 'acknowledge'; readonly drain: number; readonly part: number; readonly outstanding: boolean }
  | { readonly do: 'rewind' | 'settle'; readonly drain: number };

const drains = fc.constantFrom(11, 12, 13, 21);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      tenant: fc.constantFrom(1, 2),
      type: fc.nat(2),
      bytes: fc.integer({ min: 1, max: 300 }),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 100, max: 2500 }), fc.integer({ min: 100, max: 15_000 })),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      drain: drains,
      max: fc.integer({ min: 1, max: 40 }),
      refuse: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('acknowledge' as const),
      drain: drains,
      part: fc.constantFrom(0.1, 0.4, 0.8, 1),
      outstanding: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('rewind' as const, 'settle' as const), drain: drains }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'kill' as const) }) },
);

/** What one drain should see. */
class DrainModel {
  cursor!: Cursor;
  /** Messages by ordinal - 1. */
  readonly accepted: string[] = [];
  /** How many of them were committed at the last kill's image. */
  committed = 0;
  read = 0;
  acknowledged = 0;
  delivered = 0;
  readonly refused: Set<number> = new Set();
  resume = 0;

  constructor(readonly number: number) {}

  get lost(): number {
    const { expired, journal_full, too_large, removed } = this.cursor.dropped;
    return expired + journal_full + too_large + removed;
  }

  check(): void {
    const { cursor } = this;
    assert.equal(cursor.accepted, this.accepted.length);
    assert.ok(cursor.acknowledged >= this.acknowledged);
    assert.ok(cursor.resume >= this.resume);
    assert.ok(cursor.resume <= cursor.acknowledged);
    assert.equal(cursor.dropped.removed, 0);
    // What acknowledged passed was delivered on evidence, or dropped and counted.
    assert.equal(cursor.delivered, this.delivered);
    assert.equal(cursor.delivered + this.lost, cursor.acknowledged);
    assert.equal(cursor.backlog().events, cursor.accepted - cursor.acknowledged);
    this.acknowledged = cursor.acknowledged;
    this.resume = cursor.resume;
    this.read = Math.max(this.read, cursor.resume);
  }

  /** Evidence up to `to`: everything not yet passed and not refused is delivered now; refused ones right behind follow. */
  acknowledge(to: number): void {
    for (let next = this.acknowledged + 1; next <= to; next++) if (!this.refused.has(next)) this.delivered += 1;
  }
}

export class JournalModel {
  readonly drains = new Map(Object.keys(FILTERS).map((key) => [Number(key), new DrainModel(Number(key))]));
  #events = 0;

  constructor(public at: TestJournal) {
    this.#openDrains();
  }

  #openDrains(): void {
    for (const drain of this.drains.values()) drain.cursor = this.at.drain(drain.number, FILTERS[drain.number]).cursor;
  }

  async run(command: Step): Promise<void> {
    switch (command.do) {
      case 'append':
        return this.#append(command);
      case 'commit':
        return this.#commit();
      case 'pass':
        return this.at.pass(command.ms, 100);
      case 'read':
        return this.readSome(this.drains.get(command.drain)!, command.max, command.refuse);
      case 'acknowledge':
        return this.#acknowledge(this.drains.get(command.drain)!, command);
      case 'rewind': {
        const drain = this.drains.get(command.drain)!;
        drain.cursor.rewind();
        drain.read = drain.cursor.resume;
        return undefined;
      }
      case 'settle':
        // Only a connection with nothing outstanding closes cleanly.
        if (this.#evidence(command.drain) === this.drains.get(command.drain)!.read) {
          this.drains.get(command.drain)!.cursor.settle();
        }
        return undefined;
      case 'reopen':
        await this.at.reopen();
        return this.#reopened();
      case 'kill':
        return this.#kill();
    }
  }

  check(): void {
    for (const drain of this.drains.values()) drain.check();
    const { bytes, events } = this.at.journal.stats();
    assert.ok(bytes >= 0);
    assert.equal(events === 0, bytes === 0);
  }

  readonly #evidences = new Map<number, number>();

  #evidence(drain: number): number {
    return this.#evidences.get(drain) ?? 0;
  }

  #append({ tenant, type, bytes, count }: Step & { do: 'append' }): void {
    for (let i = 0; i < count; i++) {
      const message = `${++this.#events}`.padEnd(bytes, '.');
      this.at.append(tenant, message, TYPES[type]);
      for (const drain of this.drains.values()) {
        if (Math.floor(drain.number / 10) !== tenant) continue;
        if (FILTERS[drain.number].matches(TYPES[type], 6)) drain.accepted.push(message);
      }
    }
  }

  async #commit(): Promise<void> {
    await this.at.commit();
    for (const drain of this.drains.values()) drain.committed = drain.accepted.length;
  }

  async readSome(drain: DrainModel, max: number, refuse: boolean): Promise<void> {
    const before = drain.cursor.acknowledged;
    const found = await this.at.read(drain.cursor, max);
    // While the disk was read, time passed: what was dropped meanwhile is not read.
    let next = Math.max(drain.read, before);
    for (const { ordinal: at, message } of found) {
      if (at !== drain.read + 1) assert.ok(at - 1 <= drain.cursor.resume);
      assert.ok(at > drain.read);
      assert.ok(at <= drain.cursor.committed);
      assert.equal(message, drain.accepted[at - 1]);
      drain.read = at;
      next = at;
    }
    if (!refuse || found.length === 0 || next <= drain.cursor.acknowledged) return;
    this.#catchUp(drain);
    drain.refused.add(next);
    drain.cursor.refuse(ordinal(next));
  }

  /** Takes over what was dropped since the last check, so that it isn't counted as delivered. */
  #catchUp(drain: DrainModel): void {
    drain.acknowledged = Math.max(drain.acknowledged, drain.cursor.acknowledged);
  }

  #acknowledge(drain: DrainModel, { part, outstanding }: Step & { do: 'acknowledge' }): void {
    this.#catchUp(drain);
    const from = drain.cursor.resume;
    const to = from + Math.floor((drain.read - from) * part);
    if (to <= 0) return;
    drain.acknowledge(to);
    drain.cursor.acknowledge(ordinal(to), outstanding || to < drain.read);
    this.#evidences.set(drain.number, to);
  }

  /** The file as a kill would leave it now: what is in memory alone is gone. */
  async #kill(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const image = newDirectory();
    cpSync(this.at.directory, image, { recursive: true });
    const { clock } = this.at;
    await this.at.remove();
    this.at = await TestJournal.open(settings, image, clock);
    this.#reopened();
  }

  #reopened(): void {
    this.#openDrains();
    this.#evidences.clear();
    for (const drain of this.drains.values()) {
      const { cursor } = drain;
      // Answered events are there; others may be.
      assert.ok(cursor.accepted >= drain.committed);
      assert.ok(cursor.accepted <= drain.accepted.length);
      drain.accepted.length = cursor.accepted;
      // A killed journal may have forgotten evidence, never invented it.
      assert.equal(cursor.delivered + drain.lost, cursor.acknowledged);
      assert.ok(cursor.delivered <= drain.delivered);
      drain.delivered = cursor.delivered;
      drain.acknowledged = cursor.acknowledged;
      drain.resume = cursor.resume;
      drain.read = cursor.resume;
      for (const refused of drain.refused) if (refused > cursor.acknowledged) drain.refused.delete(refused);
    }
  }
}
