// Runs in a process of its own, to be killed: appends numbered events for two drains, prints the number of each answered one, and lets one
// of the drains read and acknowledge. Arguments: directory, number of the first event. Plain JavaScript on dist/: Node 20 runs no other.
import { writeSync } from 'node:fs';
import { systemClock } from '../../dist/base/clock.js';
import { drainNumber, tenantNumber } from '../../dist/base/ids.js';
import { Filter } from '../../dist/event/filter.js';
import { Journal } from '../../dist/journal/journal.js';

const [directory, first] = [process.argv[2], Number(process.argv[3])];
const settings = {
  directory,
  commitMs: 2,
  durability: 'full',
  bytesMax: 2 ** 33,
  tenantBytesMax: 2 ** 30,
  ttlMs: 3_600_000,
  replayMargin: { bytes: 5000, ms: 50 },
  // So small that the kill meets evictions, compactions, merges and deletes.
  bounds: {
    segmentBytes: 8192,
    youngBytesMax: 65_536,
    epochBytesMax: 20_000,
    epochMsMax: 20,
    epochSettledMs: 40,
    journalSweepMs: 15,
    journalCheckpointBytes: 200_000,
  },
};
const journal = await Journal.open(settings, systemClock, () => undefined);
void journal.run(new AbortController().signal);
const log = journal.tenant(tenantNumber(1));
log.openDrain(drainNumber(11), Filter.all);
const reading = log.openDrain(drainNumber(12), Filter.all);
const read = () => {
  let last;
  reading.read((_source, _at, ordinal) => {
    last = ordinal;
    return true;
  });
  if (last !== undefined) reading.acknowledge(last, false);
};
reading.onReady = read;
read();

const prefix = Buffer.from('<14>1 2026-11-22T16:00:00.000Z h a p m [sluice@32473 tenant="t" id="i" type="a.b"]');
const headBytes = prefix.indexOf('[');
const sdBytes = prefix.length - headBytes;
const encoded = (text) => {
  const message = Buffer.from(text);
  const parts = { prefix, headBytes, sdBytes, sluiceElementBytes: sdBytes, message, messageStart: 0 };
  return { tenant: 't', type: 'a.b', severity: 6, ...parts, messageEnd: message.length };
};

writeSync(1, 'ready\n');
for (let next = first; ; ) {
  const batch = [];
  for (let i = 0; i < 7; i++) {
    journal.append(log, encoded(String(next).padEnd(200, '.')));
    batch.push(next++);
  }
  await journal.committed();
  writeSync(1, `${batch.join('\n')}\n`);
}
