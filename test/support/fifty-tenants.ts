// Fifty tenants' events through the real agent into one real receiver that writes a file per tenant: who got what, in which order.
import { createConnection } from 'node:net';
import { expect } from 'vitest';
import { encodeMessage } from '../../src/syslog/encode.js';
import { type AgentProcess, ledgerFault } from './agent.js';
import type { Receiver } from './receiver-process.js';
import { until } from './until.js';

export const tenantNames = Array.from({ length: 50 }, (_, index) => `tenant-${index + 1}`);
/** 50 × 2,000 = 100,000 events. */
const EVENTS_PER_TENANT = 2_000;
const EVENTS_PER_REQUEST = 1_000;

/** What the receiver is to write for each message, `|` between: sequenceId, number of the event, MSGID, APP-NAME, MSG. */
const expectedLine = (n: number): string => `${n}|${n}|stack.create.end|stack|event ${n} of many: “ok” [50%] \\ "done"`;

interface Numbered {
  readonly tenant: string;
  readonly n: number;
}

/** All events, the tenants' interleaved. */
function* events(): Generator<Numbered> {
  for (let n = 1; n <= EVENTS_PER_TENANT; n++) for (const tenant of tenantNames) yield { tenant, n };
}

const messageOf = (n: number): string => `event ${n} of many: “ok” [50%] \\ "done"`;

/** One drain per tenant to the same receiver. */
export async function registerFifty(agent: AgentProcess, url: string, tls: object): Promise<void> {
  for (const tenant of tenantNames) {
    await agent.addTenant(tenant);
    await agent.addDrain(tenant, { url, ...tls });
  }
}

/** 100,000 events as NDJSON requests to the ingest socket. */
export async function sendThroughIngest(agent: AgentProcess): Promise<void> {
  let batch: object[] = [];
  const flush = async () => {
    const answer = await agent.send(batch);
    expect(answer).toMatchObject({ status: 202, body: { accepted: batch.length, limited: 0, rejected_count: 0 } });
    batch = [];
  };
  for (const { tenant, n } of events()) {
    batch.push({ tenant, type: 'stack.create.end', message: messageOf(n), data: { n } });
    if (batch.length === EVENTS_PER_REQUEST) await flush();
  }
  if (batch.length > 0) await flush();
}

/** 100,000 events as octet-counted RFC 5424 through the syslog socket, as fast as it takes them. */
export async function sendThroughSyslog(agent: AgentProcess): Promise<void> {
  const socket = createConnection(agent.syslog);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  for (const { tenant, n } of events()) {
    const message = encodeMessage({
      facility: 1,
      severity: 6,
      timestamp: '2026-11-22T10:00:00.000Z',
      hostname: '-',
      appName: 'stack',
      procId: '-',
      msgId: 'stack.create.end',
      elements: [
        { id: 'sluice@32473', params: [['tenant', tenant]] },
        { id: 'event@32473', params: [['n', String(n)]] },
      ],
      message: messageOf(n),
    });
    const more = socket.write(Buffer.concat([Buffer.from(`${message.length} `), message]));
    if (!more) await new Promise<void>((resolve) => socket.once('drain', resolve));
  }
  await new Promise<void>((resolve) => socket.end(resolve));
}

/** Waits until every tenant's file is complete, then holds each line against what was sent. */
export async function expectEachTenantsOwn(agent: AgentProcess, receiver: Receiver): Promise<void> {
  const written = () => tenantNames.reduce((sum, tenant) => sum + receiver.lines(`${tenant}.log`).length, 0);
  await until(
    'every event delivered by the agent’s own count',
    async () => {
      const { delivery } = await agent.status();
      return delivery.delivered >= tenantNames.length * EVENTS_PER_TENANT;
    },
    120_000,
  );
  await until('every event in its file', () => written() >= tenantNames.length * EVENTS_PER_TENANT, 60_000);
  expect(receiver.files().toSorted()).toEqual(tenantNames.map((tenant) => `${tenant}.log`).toSorted());
  for (const tenant of tenantNames) expect(firstDifference(receiver.lines(`${tenant}.log`)), tenant).toBeUndefined();
  expect(ledgerFault(await agent.drains())).toBeUndefined();
}

/** The first line that isn't what was sent, as a sentence. */
function firstDifference(lines: readonly string[]): string | undefined {
  for (let n = 1; n <= Math.max(lines.length, EVENTS_PER_TENANT); n++) {
    const [line, expected] = [lines[n - 1], n <= EVENTS_PER_TENANT ? expectedLine(n) : undefined];
    if (line !== expected)
      return `line ${n} of ${lines.length} is ${JSON.stringify(line)} and not ${JSON.stringify(expected)}`;
  }
  return undefined;
}
