// Random appends, commits, reads, acknowledgements, refusals, rewinds, time, drops, restarts and kills.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestJournal } from '../support/journal.js';
import { JournalModel, settings, step } from '../support/journal-model.js';

test('every drain gets its matching events in order, each loss is counted, and the ledger holds, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }), async (steps) => {
      const model = new JournalModel(await TestJournal.open(settings));
      try {
        for (const command of steps) {
          await model.run(command);
          model.check();
        }
        await model.run({ do: 'commit' });
        for (const drain of model.drains.values()) {
          await model.readSome(drain, Infinity, false);
          // What wasn't read was dropped while the disk was read, and is counted.
          expect(Math.max(drain.read, drain.cursor.resume)).toBe(drain.accepted.length);
        }
        model.check();
      } finally {
        await model.at.remove();
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 20), endOnFailure: process.env['SHRINK'] === undefined },
  );
}, 240_000);
