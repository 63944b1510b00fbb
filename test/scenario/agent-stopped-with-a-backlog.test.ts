// DESIGN, promises 1 and 8: SIGTERM finishes what is in flight, says what is left in the journal, and a restart delivers that.
import { expect, it } from 'vitest';
import { AgentProcess, inDirectory, ledgerFault } from '../support/agent.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

const EVENTS = 500;
const events = Array.from({ length: EVENTS }, (_, index) => ({
  tenant: 'acme',
  type: 'stack.update',
  message: `number ${index + 1}`,
}));

it('keeps what a dead receiver could not take, says how much, and delivers it after the restart', () =>
  inDirectory(async (directory) => {
    const first = await Recorder.start();
    const { port } = first;
    let agent = await AgentProcess.start(directory, { delivery: { backoff_min: '50ms', backoff_max: '200ms' } });
    try {
      await agent.addTenant('acme');
      const drain = await agent.addDrain('acme', { url: first.url });
      await first.stop();
      expect(await agent.send(events)).toMatchObject({ status: 202, body: { accepted: EVENTS } });
      await until(
        'the drain says why nothing arrives',
        async () => (await agent.drains())[0].last_error?.code === 'connection_refused',
      );

      expect(await agent.stop()).toEqual({ code: 0, signal: null });
      expect(agent.output, 'the last line says what is left').toMatch(new RegExp(`\\b${EVENTS}\\b`));

      const second = await Recorder.start(port);
      agent = await AgentProcess.start(directory, { delivery: { backoff_min: '50ms', backoff_max: '200ms' } });
      await until('all delivered', async () => (await agent.drains())[0].ledger.delivered === EVENTS);
      expect(second.messages.map(({ message }) => message)).toEqual(events.map(({ message }) => message));
      expect(second.messages.map(({ sequenceId }) => sequenceId)).toEqual(events.map((_, index) => index + 1));
      expect((await agent.drains())[0]).toMatchObject({
        id: drain.id,
        last_error: null,
        backlog: { events: 0, bytes: 0 },
      });
      expect(ledgerFault(await agent.drains())).toBeUndefined();
      await second.stop();
    } finally {
      await agent.kill();
      await first.stop();
    }
  }));

it('delivers what is in flight before it ends, each event once', () =>
  inDirectory(async (directory) => {
    const recorder = await Recorder.start();
    const agent = await AgentProcess.start(directory);
    try {
      await agent.addTenant('acme');
      await agent.addDrain('acme', { url: recorder.url });
      await agent.send(events);
      await until('something arrived', () => recorder.messages.length > 0);
      expect(await agent.stop()).toEqual({ code: 0, signal: null });
      const again = await AgentProcess.start(directory);
      await until('all delivered', async () => (await again.drains())[0].ledger.delivered === EVENTS);
      expect(recorder.messages.map(({ sequenceId }) => sequenceId)).toEqual(events.map((_, index) => index + 1));
      await again.stop();
    } finally {
      await agent.kill();
      await recorder.stop();
    }
  }));
