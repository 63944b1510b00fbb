/*
 * The stage of `sluice demo`: a real agent in a directory of its own, two receivers on loopback, a drain to each.
 * Promise: `clear` stops and removes everything that was set up, also after a failure half-way.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningAgent, startAgent } from '../agent.js';
import type { DrainJson } from '../api/view.js';
import { Failure } from '../base/failure.js';
import { loadSettings } from '../ops/settings-load.js';
import { makeIdentity } from './certificates.js';
import { Client } from './client.js';
import type { Context } from './context.js';
import { acmeFilter, globexEventsPerS } from './demo-events.js';
import type { ReadFrame } from './read-frame.js';
import { Receiver } from './receiver.js';
import { programVersion } from './version.js';

/** One tenant's end of the demo: its receiver and the drain that leads there. */
export interface DemoEnd {
  readonly tenant: string;
  readonly receiver: Receiver;
  readonly drain: DrainJson;
  /** Frames that arrived here and belong to somebody else. */
  strangers: number;
}

export type ShowFrames = (tenant: string, frames: readonly ReadFrame[]) => void;

export class DemoScene {
  readonly ends: DemoEnd[] = [];
  readonly #context: Context;
  readonly #toClear: (() => Promise<unknown> | void)[] = [];
  #control: Client | undefined;
  #ingest: Client | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  get control(): Client {
    return present(this.#control);
  }

  get ingest(): Client {
    return present(this.#ingest);
  }

  /** Starts everything. @returns the directory that it is all in */
  async set(onFrames: ShowFrames): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
    this.#toClear.push(() => rm(directory, { recursive: true, force: true }));
    const agent = await this.#startAgent(directory);
    this.#control = this.#open(agent.controlPath);
    this.#ingest = this.#open(agent.ingestPath);
    await this.#addEnd('acme', onFrames, undefined, { types: acmeFilter });
    const identity = await makeIdentity(['127.0.0.1'], this.#context.clock);
    await this.#addEnd('globex', onFrames, identity, { ca: identity.ca, events_per_s: globexEventsPerS });
    return directory;
  }

  /** Stops and removes what `set` made, the last first. */
  async clear(): Promise<void> {
    for (const undo of this.#toClear.splice(0).toReversed()) await undo();
  }

  async #startAgent(directory: string): Promise<RunningAgent> {
    const { clock, chance } = this.#context;
    const settings = loadSettings(
      JSON.stringify({
        state_dir: join(directory, 'state'),
        run_dir: join(directory, 'run'),
        destinations: { unsafe_allow: ['127.0.0.0/8'] },
        confirm: { required: false },
      }),
    );
    const agent = await startAgent(settings, { clock, chance, version: programVersion(), report: () => {} });
    this.#toClear.push(() => agent.stop('the demo is over'));
    return agent;
  }

  #open(path: string | null): Client {
    const client = new Client({ kind: 'socket', path: path ?? '', said: path ?? 'a door that is off' });
    this.#toClear.push(() => client.close());
    return client;
  }

  async #addEnd(
    tenant: string,
    onFrames: ShowFrames,
    tls: { cert: string; key: string } | undefined,
    fields: object,
  ): Promise<void> {
    const receiver = await Receiver.listen({
      host: '127.0.0.1',
      port: 0,
      clock: this.#context.clock,
      ...(tls && { tls }),
      onFrames: (frames) => {
        end.strangers += frames.filter((frame) => !frame.ok || frame.message.tenant !== tenant).length;
        onFrames(tenant, frames);
      },
    });
    this.#toClear.push(() => receiver.close());
    await this.control.call('POST', '/v1/tenants', { name: tenant });
    const url = `${tls ? 'syslog+tls' : 'syslog'}://127.0.0.1:${receiver.port}`;
    const drain = await this.control.call<DrainJson>('POST', `/v1/drains?tenant=${tenant}`, { url, ...fields });
    const end: DemoEnd = { tenant, receiver, drain, strangers: 0 };
    this.ends.push(end);
  }
}

function present(client: Client | undefined): Client {
  if (client === undefined) throw new Failure('internal', 'The scene is not set.');
  return client;
}
