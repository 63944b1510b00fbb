// A journal on a directory of its own with a clock that the test moves, bounds small enough that everything happens, and events by name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Happening } from '../../src/base/happening.js';
import { drainNumber, tenantNumber } from '../../src/base/ids.js';
import type { EncodedEvent } from '../../src/event/encoded.js';
import { Filter } from '../../src/event/filter.js';
import { messageBytes, messageStart } from '../../src/event/record.js';
import { type Cursor, Journal, type JournalSettings, type TenantLog } from '../../src/journal/journal.js';
import { ManualClock } from './manual-clock.js';
import { until } from './until.js';

export const HOUR_MS = 3_600_000;
const prefix = Buffer.from('<14>1 2026-11-22T16:00:00.000Z h a p m [sluice@32473 tenant="t" id="i" type="a.b"]');
const headBytes = prefix.indexOf('[');

/** An admitted event whose MSG is `message`. */
export function encoded(message: string, type = 'a.b', severity = 6): EncodedEvent {
  const bytes = Buffer.from(message);
  const sdBytes = prefix.length - headBytes;
  return {
    tenant: 't',
    type,
    severity,
    prefix,
    headBytes,
    sdBytes,
    sluiceElementBytes: sdBytes,
    message: bytes,
    messageStart: 0,
    messageEnd: bytes.length,
  };
}

/** MSG of the record at `at`. */
export const messageOf = (source: Buffer, at: number): string => {
  const start = messageStart(source, at);
  return source.toString('utf8', start, start + messageBytes(source, at));
};

export const settingsFor = (directory: string, settings: Partial<JournalSettings> = {}): JournalSettings => ({
  directory,
  commitMs: 10,
  durability: 'process',
  bytesMax: 2 ** 33,
  tenantBytesMax: 2 ** 26,
  ttlMs: 72 * HOUR_MS,
  replayMargin: { bytes: 8 * 2 ** 20, ms: 30_000 },
  ...settings,
});

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'sluice-journal-'));

export class TestJournal {
  readonly happenings: Happening[] = [];
  journal!: Journal;
  #stop = new AbortController();
  /** Settles as `run` did. */
  ran!: Promise<Error | undefined>;

  private constructor(
    readonly directory: string,
    readonly clock: ManualClock,
    readonly settings: Partial<JournalSettings>,
  ) {}

  static async open(
    settings: Partial<JournalSettings> = {},
    directory = newDirectory(),
    clock = new ManualClock(),
  ): Promise<TestJournal> {
    const test = new TestJournal(directory, clock, settings);
    await test.#open();
    return test;
  }

  async #open(): Promise<void> {
    const settings = settingsFor(this.directory, this.settings);
    this.journal = await Journal.open(settings, this.clock, (happening) => this.happenings.push(happening));
    this.#stop = new AbortController();
    this.ran = this.journal.run(this.#stop.signal).then(
      () => undefined,
      (error: Error) => error,
    );
  }

  /** The tenant's log and the drain's cursor: drain 12 is the second drain of tenant 1. */
  drain(number: number, filter = Filter.all): { readonly log: TenantLog; readonly cursor: Cursor } {
    const log = this.journal.tenant(tenantNumber(Math.floor(number / 10)));
    return { log, cursor: log.openDrain(drainNumber(number), filter) };
  }

  append(tenant: number, message: string, type?: string, severity?: number): string {
    return this.journal.append(this.journal.tenant(tenantNumber(tenant)), encoded(message, type, severity));
  }

  /** Commits what was appended. */
  async commit(): Promise<void> {
    const committed = this.journal.committed();
    this.clock.advance(10);
    await committed;
  }

  /** Lets `ms` pass in steps, with time for the commit thread after each. */
  async pass(ms: number, stepMs = 500): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Reads everything that is there for the cursor, from disk too; as many as `max`. */
  async read(cursor: Cursor, max = Infinity): Promise<{ readonly ordinal: number; readonly message: string }[]> {
    const found: { readonly ordinal: number; readonly message: string }[] = [];
    for (;;) {
      let ready = false;
      cursor.onReady = () => (ready = true);
      const outcome = cursor.read((source, at, ordinal) => {
        if (found.length >= max) return false;
        found.push({ ordinal, message: messageOf(source, at) });
        return true;
      });
      if (outcome !== 'loading') return found;
      await until('records are read from disk', () => {
        this.clock.advance(1);
        return ready;
      });
    }
  }

  async close(): Promise<Error | undefined> {
    this.#stop.abort();
    return this.ran;
  }

  /** Closes and opens again; cursors are new objects. */
  async reopen(): Promise<void> {
    await this.close();
    await this.#open();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
