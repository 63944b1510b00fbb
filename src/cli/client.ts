/*
 * The command line's side of the agent's HTTP doors, over a unix socket or a URL: one call, one answer, as JSON.
 * Promise: whatever goes wrong is a Failure with the agent's own code and hint, or agent_unreachable with the place that was tried.
 * Worst case: no answer for `limits.answerMsMax`. Owner: the command that opened it, which closes it.
 */
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AcceptedJson } from '../api/view.js';
import { Failure, type FailureCode, failureKinds } from '../base/failure.js';
import { limits } from '../base/limits.js';
import type { Target } from './target.js';

/** What a producer is told about one batch. */
export interface EventsAnswer extends AcceptedJson {
  /** Seconds to wait before anything more is taken (429 only). */
  readonly retryAfterS?: number;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

const WRONG_DOOR =
  'Is it the control socket? The ingest socket takes events and nothing else. Check --url or SLUICE_URL.';

export class Client {
  /** Where this client calls, for messages. */
  readonly said: string;
  readonly #target: Target;
  readonly #agent: http.Agent;

  /** @param connections most connections at a time; each is kept open between calls */
  constructor(target: Target, connections = 1) {
    this.#target = target;
    this.said = target.said;
    const options = { keepAlive: true, maxSockets: connections };
    this.#agent =
      target.kind === 'url' && target.url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /**
   * One request with a JSON body, or none.
   * @returns the answer's JSON (undefined for 204)
   * @throws Failure of the agent's problem details, or agent_unreachable
   */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const reply = await this.#exchange(method, path, payload, 'application/json');
    if (reply.status >= 400) throw this.#problem(reply);
    return reply.body as T;
  }

  /**
   * Hands over one batch of events as NDJSON, and waits until they are durable.
   * @returns what became of each, also when none was accepted (400) or all were limited (429)
   * @throws Failure disk_full, stopping, … as the agent says, or agent_unreachable
   */
  async sendEvents(ndjson: Buffer): Promise<EventsAnswer> {
    const reply = await this.#exchange('POST', '/v1/events', ndjson, 'application/x-ndjson');
    const counts = readCounts(reply.body);
    if (counts === undefined || reply.status >= 500) throw this.#problem(reply);
    const retryAfter = Number(reply.headers['retry-after']);
    return reply.status === 429 && retryAfter > 0 ? { ...counts, retryAfterS: retryAfter } : counts;
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #exchange(method: string, path: string, payload: Buffer | undefined, type: string): Promise<Reply> {
    const headers = payload && { 'content-type': type, 'content-length': payload.length };
    const options = { method, path, agent: this.#agent, timeout: limits.answerMsMax, ...(headers && { headers }) };
    try {
      return await (this.#target.kind === 'socket'
        ? exchange(http.request({ ...options, socketPath: this.#target.path }), payload)
        : exchange(requestTo(this.#target.url, options), payload));
    } catch (error) {
      throw this.#unreachable(error as NodeJS.ErrnoException);
    }
  }

  #unreachable(error: NodeJS.ErrnoException): Failure {
    const fail = (what: string, hint?: string) =>
      new Failure('agent_unreachable', what, { cause: error, ...(hint !== undefined && { hint }) });
    const { code = '' } = error;
    if (code === 'ENOENT') return fail(`No agent is running there: ${this.said} does not exist.`);
    if (code === 'ECONNREFUSED') return fail(`No agent is running there: nothing listens on ${this.said}.`);
    if (code === 'ETIMEDOUT')
      return fail(`The agent at ${this.said} did not answer within ${limits.answerMsMax / 1000} s.`);
    if (code === 'ECONNRESET' || code === 'EPIPE') {
      return fail(`The connection to ${this.said} broke before the answer came.`, 'Look whether the agent still runs.');
    }
    if (code === 'EACCES') {
      const hint = 'Run the command as a member of the group of that socket (`ls -l` shows it), or as root.';
      return fail(`This user may not open ${this.said}.`, hint);
    }
    return fail(`Could not talk to ${this.said} (${code || error.message}).`);
  }

  #problem(reply: Reply): Failure {
    const { code, detail, title, hint } = (reply.body ?? {}) as Partial<Record<string, string>>;
    if (typeof code !== 'string') {
      return new Failure(
        'agent_unreachable',
        `${this.said} answered ${reply.status}, and not as a Sluice agent does.`,
        {
          hint: 'Check --url or SLUICE_URL.',
        },
      );
    }
    const message = detail ?? title ?? code;
    const known: FailureCode = Object.hasOwn(failureKinds, code) ? (code as FailureCode) : codeOfStatus(reply.status);
    if (code === 'not_found')
      return new Failure('not_found', `${this.said} does not offer that.`, { hint: WRONG_DOOR });
    return new Failure(known, message, hint === undefined ? {} : { hint });
  }
}

/** A newer agent's code that this program doesn't know: by the status. */
function codeOfStatus(status: number): FailureCode {
  if (status === 404) return 'not_found';
  if (status >= 500) return 'internal';
  return status === 400 ? 'bad_request' : 'limited';
}

function requestTo(url: URL, options: http.RequestOptions): http.ClientRequest {
  const path = url.pathname.replace(/\/$/, '') + (options.path ?? '/');
  const { protocol, hostname, port } = url;
  const whole = { ...options, protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, path };
  return protocol === 'https:' ? https.request(whole) : http.request(whole);
}

function exchange(request: http.ClientRequest, payload: Buffer | undefined): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    request.on('response', (response) => {
      readBody(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    request.end(payload);
  });
}

/** The answer's JSON; undefined for an empty body and for what isn't JSON. */
async function readBody(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.answerBytesMax) throw Object.assign(new Error('answer too long'), { code: 'EMSGSIZE' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The counts of an answer to POST /v1/events, which a problem (none valid, all limited) carries too. */
function readCounts(body: unknown): EventsAnswer | undefined {
  const { accepted, unrouted, limited, rejected, rejected_count } = (body ?? {}) as Partial<AcceptedJson>;
  if (typeof accepted !== 'number' || typeof limited !== 'number' || !Array.isArray(rejected)) return undefined;
  return { accepted, unrouted: unrouted ?? 0, limited, rejected, rejected_count: rejected_count ?? rejected.length };
}
