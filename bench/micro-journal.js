/*
 * How many events a second the journal alone appends, commits and gives to readers: 300-byte records, durability full, 1, 100 and 1000
 * tenants with one drain each. Promise: one line per case, about ten seconds in all (CASE_MS milliseconds each, 3000 unless told).
 * Run: `node scripts/ready.js --build && node bench/micro-journal.js`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../dist/base/clock.js';
import { drainNumber, tenantNumber } from '../dist/base/ids.js';
import { Filter } from '../dist/event/filter.js';
import { recordLength } from '../dist/event/record.js';
import { Journal } from '../dist/journal/journal.js';

const MiB = 1024 * 1024;
const caseMs = Number(process.env['CASE_MS'] ?? 3000);
const prefix = Buffer.from(
  '<14>1 2026-11-22T16:00:00.000Z cloud.example.net app res type [sluice@32473 tenant="t" id="0123456789abcdef" type="a.b.c"]',
);
const headBytes = prefix.indexOf('[');
const event = {
  tenant: 't',
  type: 'orchestration.stack.create.end',
  severity: 6,
  prefix,
  headBytes,
  sdBytes: prefix.length - headBytes,
  sluiceElementBytes: prefix.length - headBytes,
  message: Buffer.alloc(300, 'm'),
  messageStart: 0,
  messageEnd: 252 - prefix.length,
};

async function measure(tenants) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const settings = {
    directory,
    commitMs: 10,
    durability: 'full',
    bytesMax: 8192 * MiB,
    tenantBytesMax: 512 * MiB,
    ttlMs: 72 * 3_600_000,
    replayMargin: { bytes: 8 * MiB, ms: 30_000 },
  };
  const journal = await Journal.open(settings, systemClock, (happening) =>
    process.stderr.write(`${JSON.stringify(happening)}\n`),
  );
  const stop = new AbortController();
  const running = journal.run(stop.signal);
  const target = Buffer.alloc(2 * MiB);
  let read = 0;
  const logs = Array.from({ length: tenants }, (_, i) => {
    const log = journal.tenant(tenantNumber(i + 1));
    const filter = Filter.parse(['orchestration.**'], 7);
    const cursor = log.openDrain(drainNumber(i + 1), filter);
    cursor.onReady = () => {
      let last;
      let at = 0;
      cursor.read((source, from, ordinal) => {
        const length = recordLength(source, from);
        if (at + length > target.length) at = 0;
        at += source.copy(target, at, from, from + length);
        last = ordinal;
        read += 1;
        return true;
      });
      if (last !== undefined) cursor.acknowledge(last, false);
    };
    return log;
  });
  const cpu = process.cpuUsage();
  const started = performance.now();
  let appended = 0;
  while (performance.now() - started < caseMs) {
    for (let i = 0; i < 500; i++) {
      journal.append(logs[appended % tenants], event);
      appended += 1;
    }
    if (!journal.gate.open) await journal.gate.wait();
    else await new Promise((resolve) => setImmediate(resolve));
  }
  await journal.committed();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const stats = journal.stats();
  stop.abort();
  await running;
  rmSync(directory, { recursive: true });
  const perEvent = ((user + system) / appended).toFixed(2);
  const rate = Math.round(read / seconds / 1000);
  process.stdout.write(
    `${tenants} tenants: ${rate}k events/s appended, committed and read (${read} of ${appended}); ${perEvent} µs CPU each, all threads; ` +
      `${stats.commits} commits, ${Math.round(process.memoryUsage().rss / MiB)} MiB\n`,
  );
}

for (const tenants of [1, 100, 1000]) await measure(tenants);
