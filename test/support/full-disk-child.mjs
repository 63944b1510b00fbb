// Runs in a mount namespace of its own, on a tmpfs of a few MiB: fills it, says what happened, makes room, and says whether it healed.
// Argument: directory. Plain JavaScript on dist/: Node 20 runs no other.
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../dist/base/clock.js';
import { drainNumber, tenantNumber } from '../../dist/base/ids.js';
import { Filter } from '../../dist/event/filter.js';
import { Journal } from '../../dist/journal/journal.js';

const MiB = 2 ** 20;
const directory = process.argv[2];
const settings = {
  directory,
  commitMs: 2,
  durability: 'full',
  bytesMax: 2 ** 33,
  tenantBytesMax: 2 ** 30,
  ttlMs: 3_600_000,
  replayMargin: { bytes: 0, ms: 0 },
  bounds: { journalSweepMs: 100, diskFullRetryMs: 100 },
};
const happenings = [];
const open = () => Journal.open(settings, systemClock, ({ kind }) => happenings.push(kind));
let journal = await open();
let stop = new AbortController();
let running = journal.run(stop.signal);
let cursor = journal.tenant(tenantNumber(1)).openDrain(drainNumber(11), Filter.all);

const prefix = Buffer.from('<14>1 2026-11-22T16:00:00.000Z h a p m [sluice@32473 tenant="t" id="i" type="a.b"]');
const headBytes = prefix.indexOf('[');
const sdBytes = prefix.length - headBytes;
const message = Buffer.alloc(3000, 'm');
const parts = { prefix, headBytes, sdBytes, sluiceElementBytes: sdBytes, message, messageStart: 0, messageEnd: 3000 };
const event = { tenant: 't', type: 'a.b', severity: 6, ...parts };

/** Appends until something is refused. Returns its code, how many were answered before, and how long the refusal took. */
async function fill() {
  for (let answered = 0; ; answered += 5) {
    const startedMs = performance.now();
    try {
      for (let i = 0; i < 5; i++) journal.append(journal.tenant(tenantNumber(1)), event);
      await journal.committed();
    } catch (error) {
      return { code: error.code, answered, ms: Math.round(performance.now() - startedMs) };
    }
  }
}
const healed = async () => {
  for (let tries = 0; journal.failing !== null && tries < 500; tries++)
    await new Promise((next) => setTimeout(next, 10));
  await journal.committed();
  return journal.failing;
};

// Somebody else fills the disk, then makes room.
writeFileSync(join(directory, 'other'), Buffer.alloc(5 * MiB));
const byOther = await fill();
rmSync(join(directory, 'other'));
const afterRoom = await healed();
// The journal fills it itself, until its reader comes back and takes what it missed.
const byItself = await fill();
const durable = cursor.committed;
let read = 0;
const readAll = () => {
  let last;
  cursor.read((_source, _at, ordinal) => {
    last = ordinal;
    read += 1;
    return true;
  });
  if (last !== undefined) cursor.acknowledge(last, false);
};
cursor.onReady = readAll;
readAll();
const afterReading = await healed();
stop.abort();
await running;
journal = await open();
stop = new AbortController();
running = journal.run(stop.signal);
cursor = journal.tenant(tenantNumber(1)).openDrain(drainNumber(11), Filter.all);
const { accepted, acknowledged, delivered } = cursor;
stop.abort();
await running;
const result = {
  byOther,
  afterRoom,
  byItself,
  afterReading,
  durable,
  read,
  accepted,
  acknowledged,
  delivered,
  happenings,
};
writeSync(1, `${JSON.stringify(result)}\n`);
