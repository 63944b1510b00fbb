// DESIGN, promise 3: connections that the receiver resets again and again, in the middle of a stream, lose nothing.
import { expect, it } from 'vitest';
import { AgentProcess, inDirectory } from '../support/agent.js';
import { Authority } from '../support/certificates.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';
import { expectEveryEvent, handOver, shortBackoff } from './every-event.js';

const EVENTS = 20_000;
const CUTS = 8;

it.each(['tcp', 'tls'])('over %s every event arrives', (transport) =>
  inDirectory(async (directory) => {
    const authority = await Authority.create();
    const identity = await authority.issue({ addresses: ['127.0.0.1'] });
    const recorder = await Recorder.start(0, transport === 'tls' ? identity : undefined);
    const agent = await AgentProcess.start(directory, shortBackoff);
    try {
      await agent.addTenant('acme');
      await agent.addDrain('acme', {
        url: `${transport === 'tls' ? 'syslog+tls' : 'syslog'}://127.0.0.1:${recorder.port}`,
        ...(transport === 'tls' && { ca: authority.pem }),
      });
      const handingOver = handOver(agent, 1, EVENTS);
      for (let cut = 0; cut < CUTS; cut++) {
        const before = recorder.messages.length;
        await until('a stream', () => recorder.messages.length >= before + 1000);
        recorder.cut();
      }
      await handingOver;
      const again = await expectEveryEvent(agent, () => recorder.messages, EVENTS);
      expect(again, 'the resets hit a stream').toBeGreaterThan(0);
    } finally {
      await agent.kill();
      await recorder.stop();
    }
  }),
);
