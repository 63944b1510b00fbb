// What the loss tests share: events to hand over, and what has to be true of the drain and its receiver at the end.
import { expect } from 'vitest';
import { type AgentProcess, ledgerFault } from '../support/agent.js';
import { until } from '../support/until.js';

/** One message as the receiver wrote it down. */
export interface Seen {
  readonly id?: string;
  readonly sequenceId?: number;
}

/** Short waits after a failure, so that a test sees many of them. */
export const shortBackoff = { delivery: { backoff_min: '20ms', backoff_max: '100ms' } };

/** Their body fits into a unix socket's buffer: Node's client can fail with EPIPE over a longer one that was answered. */
const EVENTS_PER_REQUEST = 250;

/** Hands over events `first` to `last` of the tenant acme, with messages of 250 bytes, and sees each request answered. */
export async function handOver(agent: AgentProcess, first: number, last: number): Promise<void> {
  for (let from = first; from <= last; from += EVENTS_PER_REQUEST) {
    const count = Math.min(EVENTS_PER_REQUEST, last - from + 1);
    const events = Array.from({ length: count }, (_, index) => ({
      tenant: 'acme',
      type: 'volume.attach.end',
      id: `e${from + index}`,
      message: `event ${from + index} `.padEnd(250, '.'),
    }));
    expect(await agent.send(events)).toMatchObject({ status: 202, body: { accepted: count } });
  }
}

/** Ledger of the one drain. */
export const ledgerOf = async (agent: AgentProcess) => (await agent.drains())[0].ledger;

/**
 * Waits until the receiver has seen events 1 to `last` and the drain is through with them; then holds ids against numbers, and the
 * ledger against DESIGN, promise 2.
 * @param seen everything that any of the receiver's lives has written down, in the order of arrival
 * @returns how many messages came more than once
 */
export async function expectEveryEvent(
  agent: AgentProcess,
  seen: () => readonly Seen[],
  last: number,
): Promise<number> {
  const missing = () => {
    const ids = new Set(seen().map(({ id }) => id));
    return Array.from({ length: last }, (_, index) => `e${index + 1}`).filter((id) => !ids.has(id));
  };
  await until('the drain is through', async () => {
    const { queued, in_doubt: inDoubt } = await ledgerOf(agent);
    return queued + inDoubt === 0;
  });
  // What its kernel has, the receiver reads a moment later; what was lost never comes.
  await until('every event received', () => missing().length === 0, 5000).catch(() => {});
  expect(missing(), 'answered, and never received').toEqual([]);
  for (const { id, sequenceId } of seen()) expect(id, `number ${sequenceId}`).toBe(`e${sequenceId}`);
  const drains = await agent.drains();
  expect(ledgerFault(drains)).toBeUndefined();
  expect(drains[0].ledger).toMatchObject({ accepted: last, delivered: last, queued: 0, in_doubt: 0 });
  return seen().length - last;
}
