// An agent that has one tenant and one drain, remembers what it was asked to do, and takes events as it is told to.
import { Failure } from '../../src/base/failure.js';
import type { Happening } from '../../src/base/happening.js';
import { buildControl } from '../../src/api/control.js';
import { buildIngest } from '../../src/api/ingest.js';
import type {
  AcceptedJson,
  AgentView,
  DrainJson,
  EventSink,
  Health,
  StatusJson,
  TenantJson,
} from '../../src/api/view.js';
import { onTestFinished } from 'vitest';

export const tenant = { name: 'acme', drains: 1 } as unknown as TenantJson;
export const drain = { id: 'd-0123456789abcdef', tenant: 'acme', state: 'active' } as unknown as DrainJson;
const status = { version: '0.1.0', ready: true } as unknown as StatusJson;

export class FakeAgent implements AgentView, EventSink {
  /** Name of the call and what it was given. */
  readonly asked: unknown[][] = [];
  readonly happenings: Happening[] = [];
  /** Thrown by the next call. */
  failure: Error | undefined;
  healthy: Health = { ok: true };
  outcome: AcceptedJson = { accepted: 1, unrouted: 0, limited: 0, rejected: [], rejected_count: 0 };
  /** Bytes after which the sink has had enough and throws `failure`. */
  bytesWanted = Infinity;
  received = Buffer.alloc(0);
  /** What reading the last body threw. */
  bodyError: Error | undefined;

  readonly report = (happening: Happening): void => void this.happenings.push(happening);
  readonly control = buildControl(this, this, this.report);
  readonly ingest = buildIngest(this, this, this.report);

  constructor() {
    onTestFinished(async () => {
      await this.control.close();
      await this.ingest.close();
    });
  }

  #ask<T>(answer: T, ...call: unknown[]): T {
    this.asked.push(call);
    if (this.failure !== undefined) throw this.failure;
    return answer;
  }

  health = () => this.healthy;
  ready = () => this.healthy;
  status = () => this.#ask(status, 'status');
  tenants = () => this.#ask([tenant], 'tenants');
  tenant = (name: string) => this.#ask(tenant, 'tenant', name);
  addTenant = async (input: unknown) => this.#ask(tenant, 'addTenant', input);
  updateTenant = async (name: string, patch: unknown) => this.#ask(tenant, 'updateTenant', name, patch);
  removeTenant = async (name: string, force: boolean) => this.#ask(undefined, 'removeTenant', name, force);
  drains = (owner?: string) => this.#ask([drain], 'drains', owner);
  drain = (id: string) => {
    if (id !== drain.id) throw new Failure('drain_unknown', 'There is no drain with this id.');
    return drain;
  };
  addDrain = async (owner: string, input: unknown) => this.#ask(drain, 'addDrain', owner, input);
  updateDrain = async (id: string, patch: unknown) => this.#ask(drain, 'updateDrain', id, patch);
  pauseDrain = async (id: string) => this.#ask(drain, 'pauseDrain', id);
  resumeDrain = async (id: string) => this.#ask(drain, 'resumeDrain', id);
  removeDrain = async (id: string, force: boolean) => this.#ask(undefined, 'removeDrain', id, force);

  async accept(body: AsyncIterable<Buffer>, kind: 'ndjson' | 'json', source: string): Promise<AcceptedJson> {
    this.asked.push(['accept', kind, source]);
    try {
      for await (const chunk of body) {
        this.received = Buffer.concat([this.received, chunk]);
        if (this.received.length > this.bytesWanted) break;
      }
    } catch (error) {
      this.bodyError = error as Error;
      throw error;
    }
    if (this.failure !== undefined) throw this.failure;
    return this.outcome;
  }
}
