// An intake with a real journal in a directory of its own, and a tenant or two: what the tests of the doors stand on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemChance, systemClock } from '../../src/base/clock.js';
import type { Happening } from '../../src/base/happening.js';
import { drainNumber, type TenantName, tenantNumber } from '../../src/base/ids.js';
import { Admission } from '../../src/event/admit.js';
import { Filter } from '../../src/event/filter.js';
import { messageBytes, messageStart } from '../../src/event/record.js';
import { Intake } from '../../src/ingest/intake.js';
import { type AdmissionLimits, AdmittedTenant, Tenants } from '../../src/ingest/tenants.js';
import { Journal } from '../../src/journal/journal.js';

export const unlimited: AdmissionLimits = { eventsPerS: 1e9, burst: 1e9, bytesPerS: 1e12 };

export interface IntakeParts {
  readonly intake: Intake;
  readonly admission: Admission;
  readonly tenants: Tenants;
  readonly journal: Journal;
  readonly happenings: Happening[];
  /** MSGs that the journal holds for a tenant's drain, in order. */
  readonly messages: (tenant: string) => string[];
}

/** `limits` of each tenant by name; a tenant whose name begins with `silent` has no drain. */
export async function withIntake(
  limits: Readonly<Record<string, AdmissionLimits>>,
  body: (parts: IntakeParts) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-'));
  const happenings: Happening[] = [];
  const report = (happening: Happening) => void happenings.push(happening);
  const journal = await Journal.open(
    {
      directory: join(directory, 'journal'),
      commitMs: 1,
      durability: 'process',
      bytesMax: 2 ** 30,
      tenantBytesMax: 2 ** 28,
      ttlMs: 3_600_000,
      replayMargin: { bytes: 0, ms: 0 },
    },
    systemClock,
    report,
  );
  const stop = new AbortController();
  const running = journal.run(stop.signal);
  try {
    const tenants = new Tenants();
    Object.entries(limits).forEach(([name, each], index) => {
      const number = tenantNumber(index + 1);
      const log = journal.tenant(number);
      if (!name.startsWith('silent')) log.openDrain(drainNumber(index + 1), Filter.all);
      tenants.add(new AdmittedTenant(name as TenantName, number, log, each));
    });
    const intake = new Intake(tenants, journal, systemClock, report);
    const admission = new Admission({ hostname: '-', enterpriseId: 32473, facility: 1 }, systemClock, systemChance);
    const messages = (tenant: string): string[] => {
      const found: string[] = [];
      tenants.get(tenant)?.log.cursors[0]?.read((source, at) => {
        const start = messageStart(source, at);
        found.push(source.toString('utf8', start, start + messageBytes(source, at)));
        return true;
      });
      return found;
    };
    await body({ intake, admission, tenants, journal, happenings, messages });
  } finally {
    stop.abort();
    await running;
    await rm(directory, { recursive: true, force: true });
  }
}
