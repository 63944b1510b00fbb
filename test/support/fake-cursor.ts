// A drain's cursor in memory: what delivery sees of the journal, with a margin that a test holds open.
import { type Ordinal, ordinal } from '../../src/base/ids.js';
import type { DrainCursor } from '../../src/delivery/cursor-view.js';
import type { EncodedEvent } from '../../src/event/encoded.js';
import { recordBytes, writeRecord } from '../../src/event/record.js';

export interface Parts {
  readonly head?: string;
  readonly sluice?: string;
  readonly data?: string;
  readonly message?: string;
}

const HEAD = '<14>1 2026-11-22T10:00:00.000Z - orchestration - orchestration.stack.create ';

/** A record as the journal would hold it. */
export function recordOf(parts: Parts, position = 1): Buffer {
  const sluice = parts.sluice ?? `[sluice@32473 tenant="acme" id="e${position}" type="a.b"]`;
  const head = Buffer.from(parts.head ?? HEAD);
  const sd = Buffer.from(sluice + (parts.data ?? ''));
  const message = Buffer.from(parts.message ?? `event ${position}`);
  const event: EncodedEvent = {
    tenant: 'acme',
    type: 'a.b',
    severity: 6,
    prefix: Buffer.concat([head, sd]),
    headBytes: head.length,
    sdBytes: sd.length,
    sluiceElementBytes: Buffer.byteLength(sluice),
    message,
    messageStart: 0,
    messageEnd: message.length,
  };
  const record = Buffer.alloc(recordBytes(event, 1));
  writeRecord(record, 0, event, 1, position, 1_700_000_000_000, 1, [1], [position]);
  return record;
}

export class FakeCursor implements DrainCursor {
  readonly records: Buffer[] = [];
  readonly refused: number[] = [];
  acknowledged = 0;
  resume = 0;
  resent = 0;
  rewinds = 0;
  settles = 0;
  outstanding = false;
  onReady: () => void = () => {};
  #read = 0;
  #given = 0;
  /** Shown by the present connection. */
  #evidence = 0;

  /** Accepts events; delivery is woken once. */
  append(...events: readonly Parts[]): void {
    for (const event of events) this.records.push(recordOf(event, this.records.length + 1));
    this.onReady();
  }

  appendMany(count: number, message = 'x'.repeat(100)): void {
    this.append(...Array.from({ length: count }, () => ({ message })));
  }

  backlog() {
    const events = this.records.length - this.acknowledged;
    return { events, bytes: events * 100, oldestMs: null };
  }

  read(take: (source: Buffer, at: number, which: Ordinal) => boolean): 'end' | 'stopped' | 'loading' {
    while (this.#read < this.records.length) {
      if (!take(this.records[this.#read], 0, ordinal(this.#read + 1))) return 'stopped';
      this.#read++;
      if (this.#read <= this.#given) this.resent++;
      else this.#given = this.#read;
    }
    return 'end';
  }

  rewind(): void {
    this.rewinds++;
    this.#read = this.#evidence = this.resume;
  }

  acknowledge(upTo: Ordinal, outstanding: boolean): void {
    if (upTo > this.#given) throw new Error('acknowledged what was never given');
    this.acknowledged = Math.max(this.acknowledged, upTo);
    this.#evidence = Math.max(this.#evidence, upTo);
    this.outstanding = outstanding;
  }

  settle(): void {
    this.settles++;
    this.resume = this.#evidence;
  }

  refuse(which: Ordinal): void {
    this.refused.push(which);
  }
}
