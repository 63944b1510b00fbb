/*
 * From "this drain wants a connection" to one that is being dialled: its place in the fleet's dial budget, the name's addresses
 * and which of them to take, the wait after a failure.
 * Promise: one of `dial`, `refused` and `rested` is told per `queue` or `rest`, unless `leave` came first. Worst case: the
 * dial queue's and the resolver's. Owner: one Drain, for its whole life.
 */
import { unreachable } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { asFailure, type Failure } from '../base/failure.js';
import type { Destination } from '../destination/address.js';
import type { Vetting } from '../destination/vet.js';
import type { DialQueue } from './dial-queue.js';

/** What the drain is told. */
export interface DiallingOwner {
  /** `address`, a vetted literal of `destination`, is to be dialled now. */
  dial(destination: Destination, address: string): void;
  /** The name doesn't resolve, or may not be dialled. */
  refused(failure: Failure): void;
  /** The wait after a failure is over. */
  rested(): void;
}

export interface DiallingParts {
  readonly clock: Clock;
  readonly dials: DialQueue;
  readonly vetting: Vetting;
}

/**
 * idle       nothing is under way           → waiting, queued
 * waiting    after a failure                → idle (rested)
 * queued     for the fleet's dial budget    → vetting
 * vetting    the name is resolved, judged   → idle (dial, refused)
 * Each but idle ends in idle by `leave`.
 */
type DiallingState =
  | { readonly at: 'idle' }
  | { readonly at: 'waiting'; readonly cancel: () => void }
  | { readonly at: 'queued'; readonly cancel: () => void }
  | { readonly at: 'vetting'; readonly abort: AbortController };

const IDLE: DiallingState = { at: 'idle' };

export class Dialling {
  readonly #parts: DiallingParts;
  readonly #owner: DiallingOwner;
  #state: DiallingState = IDLE;
  #dialledMs = -Infinity;
  /** Dials without evidence since the last good address: each takes the next one of the name's addresses. */
  #dialsInVain = 0;
  #goodAddress: string | undefined;

  constructor(parts: DiallingParts, owner: DiallingOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  get at(): DiallingState['at'] {
    return this.#state.at;
  }

  /** When the last dial began, on the clock. */
  get dialledMs(): number {
    return this.#dialledMs;
  }

  /** Waits for a place in the dial budget, then finds the address to dial. @param destination asked once the place is there */
  queue(destination: () => Destination): void {
    const place = () => this.#vet(destination());
    this.#state = { at: 'queued', cancel: () => this.#parts.dials.leave(place) };
    this.#parts.dials.ask(place);
  }

  /** Tells `rested` after `ms`. */
  rest(ms: number): void {
    const cancel = this.#parts.clock.after(ms, () => {
      this.#state = IDLE;
      this.#owner.rested();
    });
    this.#state = { at: 'waiting', cancel };
  }

  /** Gives up what is under way; its end is not told. */
  leave(): void {
    switch (this.#state.at) {
      case 'queued':
      case 'waiting':
        this.#state.cancel();
        break;
      case 'vetting':
        this.#state.abort.abort();
        break;
      case 'idle':
        break;
      default:
        unreachable(this.#state);
    }
    this.#state = IDLE;
  }

  /** `address` has shown that it serves. */
  served(address: string): void {
    this.#dialsInVain = 0;
    this.#goodAddress = address;
  }

  /** Another destination: what served the old one says nothing. */
  forget(): void {
    this.#goodAddress = undefined;
  }

  #vet(destination: Destination): void {
    const state: DiallingState = { at: 'vetting', abort: new AbortController() };
    this.#state = state;
    void this.#parts.vetting.vet(destination, state.abort.signal).then(
      (addresses) => {
        if (this.#state === state) this.#dial(destination, addresses);
      },
      (error: unknown) => {
        if (this.#state !== state) return;
        this.#state = IDLE;
        this.#owner.refused(asFailure(error));
      },
    );
  }

  /** Takes the address that was good last time, or else, dial by dial, each that the name has. */
  #dial(destination: Destination, addresses: readonly string[]): void {
    const good = this.#dialsInVain === 0 ? this.#goodAddress : undefined;
    const next = addresses[this.#dialsInVain % addresses.length];
    this.#dialsInVain++;
    this.#dialledMs = this.#parts.clock.now();
    this.#state = IDLE;
    this.#owner.dial(destination, good !== undefined && addresses.includes(good) ? good : next);
  }
}
