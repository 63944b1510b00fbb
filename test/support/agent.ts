// The real agent as a real process, on sockets in a directory of its own: what scenario tests start, kill and start again.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { DrainJson, StatusJson } from '../../src/api/view.js';
import { until } from './until.js';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  // Whatever JSON the agent answered: the tests assert on its fields.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** One HTTP request over a unix socket. Rejects when nothing listens there or the connection breaks. */
export function call(
  socketPath: string,
  method: string,
  path: string,
  body?: string | Buffer | object,
  contentType = 'application/json',
): Promise<Answer> {
  const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const headers =
    payload === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) };
  // Kept alive until the answer is read: a server that closes first can meet Node's empty last write, and that is EPIPE.
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<Answer>((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: text === '' ? undefined : JSON.parse(text),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
  return answer.finally(() => agent.destroy());
}

/** Settings that open loopback, skip the confirmation and lift the paces, so that a test sees only what it is about. */
export const openSettings = (directory: string): Record<string, unknown> => ({
  state_dir: join(directory, 'state'),
  run_dir: join(directory, 'run'),
  destinations: { unsafe_allow: ['127.0.0.0/8', '::1/128'] },
  confirm: { required: false },
  limits: {
    tenant: { events_per_s: 10_000_000, burst: 10_000_000, bytes_per_s: '4GiB' },
    drain: { events_per_s: 10_000_000, bytes_per_s: '4GiB' },
  },
  log: { level: 'info', format: 'json' },
});

export class AgentProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  output = '';

  private constructor(
    child: ChildProcess,
    readonly directory: string,
  ) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** Starts an agent in `directory` and resolves when it is ready; `settings` are merged over `openSettings`, section by section. */
  static async start(directory: string, settings: Record<string, object | string> = {}): Promise<AgentProcess> {
    const merged: Record<string, unknown> = openSettings(directory);
    for (const [key, value] of Object.entries(settings)) {
      const before = merged[key];
      merged[key] = typeof value === 'object' && typeof before === 'object' ? { ...before, ...value } : value;
    }
    const file = join(directory, 'sluice.yaml');
    await writeFile(file, stringify(merged));
    const child = spawn(process.execPath, [program, 'agent', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const agent = new AgentProcess(child, directory);
    let gone = false;
    void agent.exited.then(() => (gone = true));
    const ready = until('agent ready', async () => {
      if (gone) throw new Error('the agent ended at start');
      return call(agent.control, 'GET', '/readyz').then(
        (answer) => answer.status === 200,
        () => false,
      );
    });
    await ready.catch(async (error: unknown) => {
      await agent.kill();
      throw new Error(`${String(error)}; it said:\n${agent.output}`);
    });
    return agent;
  }

  get control(): string {
    return join(this.directory, 'run', 'control.sock');
  }

  get ingest(): string {
    return join(this.directory, 'run', 'ingest.sock');
  }

  get syslog(): string {
    return join(this.directory, 'run', 'syslog.sock');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends SIGTERM and resolves when the process has ended. */
  async stop(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }

  /** `kill -9`, and waits until the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  async addTenant(name: string): Promise<void> {
    const answer = await call(this.control, 'POST', '/v1/tenants', { name });
    if (answer.status !== 201) throw new Error(`tenant not added: ${JSON.stringify(answer)}`);
  }

  async addDrain(tenant: string, drain: object): Promise<DrainJson> {
    const answer = await call(this.control, 'POST', `/v1/drains?tenant=${encodeURIComponent(tenant)}`, drain);
    if (answer.status !== 201) throw new Error(`drain not added: ${JSON.stringify(answer)}`);
    return answer.body as DrainJson;
  }

  async drains(): Promise<DrainJson[]> {
    return (await call(this.control, 'GET', '/v1/drains')).body as DrainJson[];
  }

  async status(): Promise<StatusJson> {
    return (await call(this.control, 'GET', '/v1/status')).body as StatusJson;
  }

  /** Hands over events as NDJSON in one request. */
  send(events: readonly object[]): Promise<Answer> {
    return this.sendText(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  sendText(ndjson: string | Buffer): Promise<Answer> {
    return call(this.ingest, 'POST', '/v1/events', ndjson, 'application/x-ndjson');
  }
}

/** DESIGN, promise 2: `accepted = delivered + queued + in_doubt + dropped` for every drain, exactly. Returns the sentence of the first that breaks it. */
export function ledgerFault(drains: readonly DrainJson[]): string | undefined {
  for (const { id, ledger } of drains) {
    const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
    if (ledger.accepted !== ledger.delivered + ledger.queued + ledger.in_doubt + dropped) {
      return `${id}: ${JSON.stringify(ledger)}`;
    }
  }
  return undefined;
}

/** A directory for one test, removed after `body`, whatever happened in it. */
export async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-'));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
