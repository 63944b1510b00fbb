/*
 * One HTTP door as a part of the agent: bound by listen.ts, served by a Fastify app, closed in two phases.
 * Promise: when it ends, requests under way have had their answer, or limits.doorClosingMsMax has passed and they are cut.
 * Owner: agent.ts.
 */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';
import type { Service } from '../base/service.js';
import { type BoundAddress, listen, type Place } from './listen.js';

export class HttpDoor implements Service {
  readonly name: string;
  readonly #app: FastifyInstance;
  readonly #clock: Clock;

  constructor(name: string, app: FastifyInstance, clock: Clock) {
    this.name = `${name} door`;
    this.#app = app;
    this.#clock = clock;
  }

  /** Opens it. @throws Failure door_unavailable */
  async open(place: Place): Promise<BoundAddress> {
    await this.#app.ready();
    return listen(this.#app.server, place);
  }

  /** Serves until `signal` aborts; then takes no more connections, and lets those that are idle go at once. */
  async run(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    const { server } = this.#app;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cancel = this.#clock.after(limits.doorClosingMsMax, () => server.closeAllConnections());
    await closed;
    cancel();
    await this.#app.close();
  }
}
