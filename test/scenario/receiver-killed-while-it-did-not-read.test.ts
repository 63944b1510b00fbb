// DESIGN, promise 3: what a receiver's kernel acknowledged and the receiver never read is sent again after it was killed.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AgentProcess, inDirectory } from '../support/agent.js';
import { type Receiver, startReceiver } from '../support/receiver-process.js';
import { until } from '../support/until.js';
import { expectEveryEvent, handOver, ledgerOf, type Seen, shortBackoff } from './every-event.js';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
const BEFORE = 2000;
const EVENTS = 14_000;

it.each(['tcp', 'tls'])('over %s every event arrives, in one life of the receiver or the next', (transport) =>
  inDirectory(async (directory) => {
    const ca = join(directory, 'ca.pem');
    await mkdir(join(directory, 'receiver'));
    const tls = transport === 'tls' ? ['--tls', '--ca-out', ca] : [];
    const configure = (port: number) => [program, 'receive', '--port', `${port}`, '-o', 'json', ...tls];
    const receive = (port?: number): Promise<Receiver> =>
      startReceiver({ program: process.execPath, configure, directory: join(directory, 'receiver'), port });
    const lives = [await receive()];
    const { port } = lives[0];
    const agent = await AgentProcess.start(directory, shortBackoff);
    try {
      await agent.addTenant('acme');
      await agent.addDrain('acme', {
        url: `${transport === 'tls' ? 'syslog+tls' : 'syslog'}://127.0.0.1:${port}`,
        ...(transport === 'tls' && { ca: readFileSync(ca, 'utf8') }),
      });
      await handOver(agent, 1, BEFORE);
      await until('it reads', () => seenBy(lives).length === BEFORE);
      process.kill(lives[0].pid, 'SIGSTOP');
      await handOver(agent, BEFORE + 1, EVENTS);
      // Its kernel takes them for it, and says so.
      await until('more is acknowledged than was read', async () => (await ledgerOf(agent)).delivered > BEFORE);
      await lives[0].stop('SIGKILL');
      lives.push(await receive(port));
      await expectEveryEvent(agent, () => seenBy(lives), EVENTS);
      expect(seenBy(lives.slice(0, 1)), 'what the first life had read').toHaveLength(BEFORE);
    } finally {
      await agent.kill();
      for (const life of lives) await life.stop('SIGKILL');
    }
  }),
);

/** The whole lines that they have printed: one message each. */
function seenBy(lives: readonly Receiver[]): Seen[] {
  const messages: Seen[] = [];
  for (const life of lives) {
    for (const line of life.output().split('\n')) {
      if (line.startsWith('{') && line.endsWith('}')) messages.push(JSON.parse(line) as Seen);
    }
  }
  return messages;
}
