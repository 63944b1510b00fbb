// DESIGN, promise 3: a clean close, with nothing outstanding, neither loses the next events nor brings the last ones again.
import { expect, it } from 'vitest';
import { AgentProcess, inDirectory, ledgerFault } from '../support/agent.js';
import { Authority } from '../support/certificates.js';
import { sequenceIdsOf, startTestReceiver } from '../support/test-receiver.js';
import { until } from '../support/until.js';
import { handOver, ledgerOf, shortBackoff } from './every-event.js';

const ROUNDS = 6;
const EVENTS_PER_ROUND = 10;

it.each(['tcp', 'tls'])('over %s the next events arrive once, and in order', (transport) =>
  inDirectory(async (directory) => {
    const authority = await Authority.create();
    const identity = await authority.issue({ addresses: ['127.0.0.1'] });
    const receiver = await startTestReceiver(transport === 'tls' ? { tls: identity } : {});
    const agent = await AgentProcess.start(directory, shortBackoff);
    try {
      await agent.addTenant('acme');
      await agent.addDrain('acme', {
        url: `${transport === 'tls' ? 'syslog+tls' : 'syslog'}://127.0.0.1:${receiver.port}`,
        ...(transport === 'tls' && { ca: authority.pem }),
      });
      for (let round = 1; round <= ROUNDS; round++) {
        const last = round * EVENTS_PER_ROUND;
        await handOver(agent, last - EVENTS_PER_ROUND + 1, last);
        await receiver.received(last);
        await until('acknowledged', async () => (await ledgerOf(agent)).delivered === last);
        expect(receiver.accepted).toHaveLength(round);
        receiver.accepted[round - 1].socket.end();
        await until('closed by both', () => receiver.accepted[round - 1].closed);
      }
      expect(sequenceIdsOf(receiver.messages)).toEqual(
        Array.from({ length: ROUNDS * EVENTS_PER_ROUND }, (_, index) => index + 1),
      );
      expect(await ledgerOf(agent)).toMatchObject({ resent: 0, queued: 0, in_doubt: 0 });
      expect(ledgerFault(await agent.drains())).toBeUndefined();
    } finally {
      await agent.kill();
      await receiver.close();
    }
  }),
);
