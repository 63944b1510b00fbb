/*
 * From a Destination to literals that may be dialled. Every address that the name has must pass: a name with one public and
 * one private address is a rebinding in the making (FAULTS F9, F20).
 * Promise: what is returned was judged in this call. Worst case: the resolver's. Owner: agent.ts makes one for registry and fleet.
 */
import { Failure } from '../base/failure.js';
import type { Destination } from './address.js';
import type { Policy } from './policy.js';
import type { Resolver } from './resolve.js';

export class Vetting {
  readonly #policy: Policy;
  readonly #resolver: Resolver;

  constructor(policy: Policy, resolver: Resolver) {
    this.#policy = policy;
    this.#resolver = resolver;
  }

  /**
   * Literals of `destination`, in the order in which to try them, at least one.
   * @throws Failure `name_unresolved`, `destination_refused` (with the rule, without the address that a name has), `stopping`
   */
  async vet(destination: Destination, signal?: AbortSignal): Promise<string[]> {
    const addresses = await this.#resolver.resolve(destination.host, signal);
    for (const address of addresses) this.check(destination, address);
    return addresses;
  }

  /** The second check, of the address that a socket says it is connected to. @throws Failure `destination_refused` */
  check(destination: Destination, address: string): void {
    const verdict = this.#policy.check(address);
    if (verdict.allowed) return;
    throw new Failure('destination_refused', `${destination.host} may not be dialled: ${verdict.rule}.`);
  }
}
