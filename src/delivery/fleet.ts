/*
 * All drains' workers, and what they share: passes, dial budget, socket looks, write buffers.
 *
 *   cursor ──onReady──▶ passes ──flush──▶ drain ──read, pace, frame──▶ connection ──▶ receiver
 *     ▲                   ▲                 │  ▲                            │
 *     └────acknowledge────┼─────────────────┘  └──── looked ◀── sampler ◀───┘ bytes outstanding
 *                         └──────── wrote ──────────────────────────────────┘
 *
 * Promise: a drain that is stuck costs the others nothing but its buffer. Worst case at the end: `stopMsMax`, then connections
 * are cut and what they had in doubt is sent again after the next start. Owner: agent.ts.
 */
import { assert } from '../base/assert.js';
import type { Chance, Clock } from '../base/clock.js';
import type { Report } from '../base/happening.js';
import type { DrainId } from '../base/ids.js';
import { limits } from '../base/limits.js';
import type { Service } from '../base/service.js';
import type { Vetting } from '../destination/vet.js';
import type { DrainCursor } from './cursor-view.js';
import { DialQueue } from './dial-queue.js';
import { Drain, type DrainParts } from './drain.js';
import { Passes } from './passes.js';
import { Sampler, type SocketLook, ThreadLook } from './sampler.js';
import type { DeliverySettings, DeliveryStatus, DrainSettings } from './settings.js';
import { FleetTotals, type Totals } from './totals.js';
import { WriteBuffers } from './write-buffers.js';

export type { DeliverySettings, DeliveryStatus, DrainSettings } from './settings.js';

export class Fleet implements Service {
  readonly name = 'delivery';
  readonly #parts: DrainParts;
  readonly #drains = new Map<DrainId, { readonly drain: Drain; readonly cursor: DrainCursor }>();
  #life: 'running' | 'stopping' = 'running';

  /** @param look how the kernel's socket tables are read; a fake in tests */
  constructor(
    settings: DeliverySettings,
    vetting: Vetting,
    clock: Clock,
    chance: Chance,
    report: Report,
    look: SocketLook = new ThreadLook(report),
  ) {
    this.#parts = {
      settings,
      vetting,
      clock,
      chance,
      report,
      sampler: new Sampler(clock, look),
      buffers: new WriteBuffers(),
      dials: new DialQueue(settings.dialsPerS, clock),
      passes: new Passes(clock),
      totals: new FleetTotals(),
    };
  }

  /** Starts a worker for a drain, or gives the one that it has new settings. The cursor is the same for the drain's whole life. */
  set(settings: DrainSettings, cursor: DrainCursor): void {
    if (this.#life === 'stopping') return;
    const known = this.#drains.get(settings.id);
    if (!known) {
      this.#drains.set(settings.id, { drain: new Drain(settings, cursor, this.#parts), cursor });
      return;
    }
    assert(known.cursor === cursor, 'a drain keeps its cursor');
    known.drain.apply(settings);
  }

  /** Ends a drain's worker, in peace if that takes no longer than limits.closingMsMax. Once resolved, its cursor is let go. */
  async remove(id: DrainId): Promise<void> {
    const known = this.#drains.get(id);
    if (!known) return;
    this.#drains.delete(id);
    await known.drain.stop(limits.closingMsMax);
  }

  /** How a drain is, or undefined for one that isn't here. */
  status(id: DrainId): DeliveryStatus | undefined {
    return this.#drains.get(id)?.drain.status();
  }

  /** Counters since the start; a copy. */
  totals(): Totals {
    return this.#parts.totals.copy();
  }

  /** Works until `signal` aborts; then no more dials and frames, last acknowledgements, closes in peace, within `stopMsMax`. */
  async run(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#life = 'stopping';
    this.#parts.dials.close();
    await Promise.all([...this.#drains.values()].map(({ drain }) => drain.stop(this.#parts.settings.stopMsMax)));
    await this.#parts.sampler.close();
  }
}
