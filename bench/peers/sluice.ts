/*
 * Sluice as it ships: `bin/sluice.js agent` with `durability: full`, a tenant and a drain each through the control socket, the
 * paces raised so that they don't decide the outcome. Everything else is its default.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type Peer, type Running, startForwarder, type Task } from './peer.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const sluice: Peer = {
  name: 'sluice',
  how: 'durability: full (answers after fsync), one drain per tenant, paces raised, otherwise as it ships',
  version: () => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  async start(task: Task): Promise<Running> {
    const port = await freePort();
    const file = join(task.directory, 'sluice.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(settings(task, port), null, 2));
    const command = [process.execPath, join(root, 'bin/sluice.js'), 'agent', '--config', file];
    const control = join(task.directory, 'run/control.sock');
    const isReady = async () => (await ask(control, 'GET', '/readyz').catch(() => undefined))?.status === 200;
    const forwarder = await startForwarder(task.cores, command, isReady);
    try {
      await register(control, task);
    } catch (error) {
      await forwarder.stop();
      throw error;
    }
    return { ...forwarder, door: { host: '127.0.0.1', port } };
  },
};

/** A tenant and its drain for each receiver. */
async function register(control: string, task: Task): Promise<void> {
  const ca = task.tls === null ? {} : { ca: readFileSync(task.tls.ca, 'utf8') };
  const scheme = task.tls === null ? 'syslog' : 'syslog+tls';
  for (const drain of task.drains) {
    await post(control, '/v1/tenants', { name: drain.tenant });
    const url = `${scheme}://127.0.0.1:${drain.port}`;
    await post(control, `/v1/drains?tenant=${drain.tenant}`, { url, ...ca });
  }
}

function settings({ directory, queuedMax, drains }: Task, port: number): object {
  // A message with its record and head takes less than 1 KiB.
  const tenantMiB = Math.max(64, Math.ceil(queuedMax / 1024));
  return {
    state_dir: join(directory, 'state'),
    run_dir: join(directory, 'run'),
    listen: { syslog: [{ address: `127.0.0.1:${port}` }], api: 'off' },
    journal: { durability: 'full', tenant_bytes_max: `${tenantMiB}MiB`, bytes_max: '16GiB' },
    limits: {
      tenant: { events_per_s: 1_000_000_000, burst: 1_000_000_000, bytes_per_s: '1TiB' },
      drain: { events_per_s: 1_000_000_000, bytes_per_s: '1TiB' },
    },
    destinations: { unsafe_allow: ['127.0.0.0/8'] },
    confirm: { required: false },
    delivery: { dials_per_s: Math.max(50, drains.length) },
    log: { level: 'warn' },
  };
}

/** One command over the control socket; rejects unless it is answered 201. */
async function post(control: string, path: string, body: object): Promise<void> {
  const { status, text } = await ask(control, 'POST', path, body);
  if (status !== 201) throw new Error(`${path} was answered ${status}: ${text}`);
}

/** One request over a unix socket. */
function ask(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing = request({ socketPath, path, method, headers }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.once('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
