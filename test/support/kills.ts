// Kills an agent in the middle of a load, again and again, and holds what arrived against what was answered.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ReceivedMessage } from '../../src/cli/read-frame.js';
import { AgentProcess, inDirectory, ledgerFault } from './agent.js';
import { Recorder } from './recorder.js';
import { until } from './until.js';

const TENANTS = ['acme', 'globex', 'initech'];
const EVENTS_PER_REQUEST = 40;

/** Hands over events, one request after the other on four lanes, until the agent is gone; remembers what was answered. */
function load(agent: AgentProcess, answered: Set<string>, round: number) {
  let requests = 0;
  const lane = async (laneNumber: number) => {
    for (let request = 0; ; request++) {
      const ids = Array.from(
        { length: EVENTS_PER_REQUEST },
        (_, index) => `${round}.${laneNumber}.${request}.${index}`,
      );
      const events = ids.map((id, index) => ({
        tenant: TENANTS[index % TENANTS.length],
        type: 'volume.attach.error',
        message: `event ${id}`,
        id,
      }));
      const answer = await agent.send(events).catch(() => undefined);
      if (answer === undefined) return;
      expect(answer).toMatchObject({ status: 202, body: { accepted: EVENTS_PER_REQUEST } });
      for (const id of ids) answered.add(id);
      requests += 1;
    }
  };
  const done = Promise.all([0, 1, 2, 3].map(lane));
  return { done, requests: () => requests };
}

/** What arrived, as little of it as the promise needs: a hundred kills replay a hundred margins. */
class Arrived {
  readonly ids = new Set<string>();
  /** tenant → sequenceId → id: no number may ever stand for two events. */
  readonly numbers = new Map<string, Map<number, string>>();
  readonly faults: string[] = [];

  take({ tenant = '', sequenceId = 0, id = '' }: ReceivedMessage): void {
    this.ids.add(id);
    const numbers = this.numbers.get(tenant) ?? new Map<number, string>();
    this.numbers.set(tenant, numbers);
    const before = numbers.get(sequenceId);
    if (before === undefined) numbers.set(sequenceId, id);
    else if (before !== id) this.faults.push(`${tenant} ${sequenceId} is ${before} and ${id}`);
  }
}

/**
 * DESIGN, promise 1: every event that was answered arrives, and no number stands for two events.
 * @param kills how often the agent is ended by `kill -9`, each time after 1 to 60 requests
 */
export const expectAnsweredToSurvive = (kills: number): Promise<void> =>
  inDirectory(async (directory) => {
    const arrived = new Arrived();
    const recorder = await Recorder.start(0, undefined, (message) => arrived.take(message));
    const answered = new Set<string>();
    const [requestsBeforeKill] = fc.sample(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: kills, maxLength: kills }),
      1,
    );
    let agent = await AgentProcess.start(directory);
    try {
      for (const tenant of TENANTS) {
        await agent.addTenant(tenant);
        await agent.addDrain(tenant, { url: recorder.url });
      }
      for (let round = 0; round < kills; round++) {
        const running = load(agent, answered, round);
        await until('enough requests answered', () => running.requests() >= requestsBeforeKill[round]);
        await agent.kill();
        await running.done;
        agent = await AgentProcess.start(directory);
      }
      await until('every answered event received', () => {
        for (const id of answered) if (!arrived.ids.has(id)) return false;
        return true;
      });
      expect(arrived.faults).toEqual([]);
      expect(recorder.invalid).toEqual([]);
      for (const tenant of TENANTS) {
        const numbers = [...(arrived.numbers.get(tenant) ?? new Map<number, string>()).keys()].toSorted(
          (a, b) => a - b,
        );
        expect(numbers, `${tenant}: no gap`).toEqual(numbers.map((_, index) => index + 1));
      }
      await until('nothing in doubt', async () =>
        (await agent.drains()).every(({ ledger }) => ledger.queued + ledger.in_doubt === 0),
      );
      expect(ledgerFault(await agent.drains())).toBeUndefined();
    } finally {
      await agent.kill();
      await recorder.stop();
    }
  });
