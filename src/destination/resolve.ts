/*
 * Names to addresses, by a resolver of our own: c-ares and not getaddrinfo, whose four threads let twenty dead names delay an
 * innocent one by 100 s (FAULTS F9). It reads no hosts file.
 * Promise: at most limits.resolvedAddressesMax literals, IPv4 first, each once. Worst case: `timeoutMs` × `tries` per server,
 * then `name_unresolved`. The only importer of node:dns. Owner: agent.ts makes one for all.
 */
import { Resolver as CaresResolver } from 'node:dns/promises';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { isLiteral } from './address.js';

export interface Resolver {
  /**
   * Addresses of a Destination's host; a literal is its own answer.
   * @throws Failure `name_unresolved`, or `stopping` once `signal` has aborted
   */
  resolve(host: string, signal?: AbortSignal): Promise<string[]>;
}

/** The settings' `dns`. */
export interface DnsSettings {
  /** `ADDRESS` or `ADDRESS:PORT`, IPv6 in brackets if with a port; none: what /etc/resolv.conf says. */
  readonly servers: readonly string[];
  /** Per try and server, milliseconds. */
  readonly timeoutMs: number;
  readonly tries: number;
}

export class DnsResolver implements Resolver {
  readonly #cares: CaresResolver;

  /** @throws Failure `config_invalid` if a server is not an address */
  constructor(settings: DnsSettings) {
    this.#cares = new CaresResolver({ timeout: settings.timeoutMs, tries: settings.tries });
    if (settings.servers.length === 0) return;
    try {
      this.#cares.setServers(settings.servers);
    } catch (cause) {
      throw new Failure('config_invalid', 'dns.servers: each is an address, with :PORT if it is not 53.', { cause });
    }
  }

  async resolve(host: string, signal?: AbortSignal): Promise<string[]> {
    if (isLiteral(host)) return [host];
    const answers = await unlessAborted(
      Promise.allSettled([this.#cares.resolve4(host), this.#cares.resolve6(host)]),
      signal,
    );
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0) throw unresolved(host, answers);
    return [...new Set(addresses)].slice(0, limits.resolvedAddressesMax);
  }
}

/** What the name server said, translated: "there is no such name" is said only if it said so for both families. */
function unresolved(host: string, answers: readonly PromiseSettledResult<string[]>[]): Failure {
  const reasons: unknown[] = answers.flatMap((answer): unknown[] =>
    answer.status === 'rejected' ? [answer.reason] : [],
  );
  const other = reasons.find((reason) => !NO_SUCH_RECORD.has(codeOf(reason)));
  if (other === undefined) {
    return new Failure('name_unresolved', `${host} has neither an A nor an AAAA record.`, { cause: reasons[0] });
  }
  return new Failure('name_unresolved', `The name servers gave no answer for ${host} (${codeOf(other)}).`, {
    hint: 'Try again later; if it stays, check the name servers of this domain.',
    cause: other,
  });
}

const NO_SUCH_RECORD = new Set(['ENOTFOUND', 'ENODATA']);
const codeOf = (reason: unknown): string =>
  reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : 'unknown';

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Failure('stopping', 'The agent is stopping.'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
