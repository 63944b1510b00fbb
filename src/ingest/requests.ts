/*
 * One request's events: NDJSON as a stream of lines, or JSON with one event or an array of them → what became of each.
 * Promise: the answer comes after the commit; accepted + limited + rejected = lines; a bad line harms none of its neighbours.
 * Worst case: the disk fills half-way, and the Failure says so; what was taken before may still be delivered, never twice from here.
 * Bounded by the request (limits.requestBytesMax, held by the door), by what all JSON bodies may hold together (a JSON body is held
 * whole, an NDJSON one only by the line), and by the journal's gate, which stops the reading.
 */
import type { Clock } from '../base/clock.js';
import { Failure, type FailureCode } from '../base/failure.js';
import { limits } from '../base/limits.js';
import type { Admission } from '../event/admit.js';
import { splitJson } from '../event/json-array.js';
import type { Refusal } from '../event/encoded.js';
import { CR } from '../syslog/bytes.js';
import { FrameDecoder } from '../syslog/framing.js';
import type { Intake } from './intake.js';

export interface Rejection {
  /** Line of an NDJSON body or element of an array, from 1; empty lines count as lines and are no events. */
  readonly line: number;
  readonly code: FailureCode;
  readonly message: string;
}

export interface RequestResult {
  accepted: number;
  /** Part of `accepted`. */
  unrouted: number;
  limited: number;
  /** The first limits.rejectionsListedMax. */
  readonly rejected: Rejection[];
  rejected_count: number;
}

/** Counts one request's events as they are offered. */
class Tally {
  readonly result: RequestResult = { accepted: 0, unrouted: 0, limited: 0, rejected: [], rejected_count: 0 };
  line = 0;

  constructor(
    readonly intake: Intake,
    readonly admission: Admission,
    readonly tenant: string | undefined,
  ) {}

  take(bytes: Buffer, start: number, end: number): void {
    const refusal = this.admission.json(bytes, start, end, this.tenant);
    if (refusal !== undefined) return this.reject(refusal);
    switch (this.intake.offer(this.admission.event)) {
      case 'accepted':
        this.result.accepted += 1;
        return;
      case 'unrouted':
        this.result.accepted += 1;
        this.result.unrouted += 1;
        return;
      case 'limited':
        this.result.limited += 1;
        return;
      case 'tenant_unknown':
        this.reject({ code: 'tenant_unknown', message: 'The operator has not added this tenant.' });
    }
  }

  reject(refusal: Refusal): void {
    this.result.rejected_count += 1;
    this.intake.countRejected(refusal.code);
    if (this.result.rejected.length < limits.rejectionsListedMax) {
      this.result.rejected.push({ line: this.line, code: refusal.code, message: refusal.message });
    }
  }
}

export class Requests {
  readonly #intake: Intake;
  readonly #admission: Admission;
  readonly #clock: Clock;
  /** Held of JSON bodies that have not ended yet, bytes. */
  #heldBytes = 0;

  /** @param admission shared by all doors: used only between two turns of the event loop */
  constructor(intake: Intake, admission: Admission, clock: Clock) {
    this.#intake = intake;
    this.#admission = admission;
    this.#clock = clock;
  }

  /**
   * Takes the events of one request.
   * @param body its raw bytes; what it throws (body_too_large, a broken connection) is thrown on, after the commit of what came before
   * @param kind `ndjson`: one event per line; `json`: one event or an array of them
   * @param source the door, for the counts
   * @param tenant whose events they are, if the request says so; an event that names another is refused
   * @returns once everything accepted is durable
   * @throws Failure disk_full, journal_failed, stopping, not_json (a JSON body that is no object and no array), busy
   */
  async accept(
    body: AsyncIterable<Buffer>,
    kind: 'ndjson' | 'json',
    source: string,
    tenant?: string,
  ): Promise<RequestResult> {
    const tally = new Tally(this.#intake, this.#admission, tenant);
    const count = this.#intake.source(source);
    try {
      await (kind === 'ndjson' ? this.#lines(body, tally) : this.#json(body, tally));
    } catch (error) {
      if (tally.result.accepted === 0) throw error;
      await this.#intake.committed();
      throw partial(error, tally.result.accepted);
    } finally {
      count.events += tally.result.accepted;
    }
    if (tally.result.accepted > 0) await this.#intake.committed();
    return tally.result;
  }

  async #lines(body: AsyncIterable<Buffer>, tally: Tally): Promise<void> {
    const take = (bytes: Buffer, start: number, end: number) => {
      tally.line += 1;
      // CR LF ends a line too.
      const trimmed = end > start && bytes[end - 1] === CR ? end - 1 : end;
      if (trimmed > start) tally.take(bytes, start, trimmed);
    };
    const decoder = new FrameDecoder({
      frameBytesMax: limits.eventBytesMax,
      framing: 'lf',
      onFault: () => {
        tally.line += 1;
        tally.reject({ code: 'event_too_large', message: `The line is longer than ${limits.eventBytesMax} bytes.` });
      },
    });
    for await (const chunk of body) {
      if (!this.#intake.open) await this.#intake.ready();
      decoder.push(chunk, take);
    }
    decoder.end(take);
  }

  async #json(body: AsyncIterable<Buffer>, tally: Tally): Promise<void> {
    const bytes = await this.#whole(body);
    if (!this.#intake.open) await this.#intake.ready();
    for (const { start, end } of splitJson(bytes)) {
      tally.line += 1;
      tally.take(bytes, start, end);
      if (tally.line % limits.elementsPerTurn !== 0) continue;
      await this.#clock.sleep(0);
      if (!this.#intake.open) await this.#intake.ready();
    }
  }

  /** All of a body. @throws Failure busy if all unfinished bodies together would be too much to hold */
  async #whole(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of body) {
        if (this.#heldBytes + chunk.length > limits.jsonBodiesBytesMax) {
          throw new Failure('busy', 'Too many long JSON bodies are being sent at once.');
        }
        bytes += chunk.length;
        this.#heldBytes += chunk.length;
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      this.#heldBytes -= bytes;
    }
  }
}

/** What was accepted before the request broke stays accepted: the person is told how much that was. */
function partial(error: unknown, accepted: number): unknown {
  if (!(error instanceof Failure)) return error;
  const taken = accepted === 1 ? '1 event before it was taken.' : `${accepted} events before it were taken.`;
  return new Failure(error.code, `${error.message} ${taken}`, { hint: error.hint, cause: error });
}
