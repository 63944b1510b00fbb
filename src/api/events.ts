/*
 * POST /v1/events: hands the raw body to the sink and turns what became of the events into a status.
 * Promise: answered after the commit; a refused request's body is read to its end and thrown away, so that the client gets the
 * answer on an intact connection. Worst case: limits.requestBytesMax read for nothing. Owner: control.ts, ingest.ts.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { sendProblem } from './problem.js';
import { tenantQuery } from './queries.js';
import { validated } from './validated.js';
import type { AcceptedJson, EventSink } from './view.js';

const kinds: Readonly<Record<string, 'ndjson' | 'json'>> = {
  'application/x-ndjson': 'ndjson',
  'application/json': 'json',
};

/** A limit refills each second. */
const RETRY_AFTER_S = 1;

/** @param door the source that the events are counted under; an operator at the control door may name the tenant in the query */
export function eventRoutes(app: FastifyInstance, sink: EventSink, door: 'control' | 'ingest'): void {
  // A scope of its own: here bodies of these types arrive raw.
  app.register(async (events) => {
    events.removeAllContentTypeParsers();
    for (const type of Object.keys(kinds)) events.addContentTypeParser(type, (_, body, done) => done(null, body));
    events.post('/v1/events', { onRequest: async (request) => refuseUnreadable(request) }, async (request, reply) => {
      const tenant = door === 'control' ? validated(tenantQuery, request.query, 'query').tenant : undefined;
      const outcome = await sink.accept(boundedBody(request.raw), kindOf(request), door, tenant);
      return answer(reply, outcome);
    });
  });
}

const mediaType = (header: string | undefined): string => (header ?? '').split(';')[0].trim().toLowerCase();

function kindOf(request: FastifyRequest): 'ndjson' | 'json' {
  const type = mediaType(request.headers['content-type']);
  if (Object.hasOwn(kinds, type)) return kinds[type];
  throw new Failure('unsupported_media_type', 'The request does not say that its body is NDJSON or JSON.');
}

/** Refuses by the headers alone, before any of the body is taken. */
function refuseUnreadable(request: FastifyRequest): void {
  const { headers } = request;
  kindOf(request);
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    throw new Failure('unsupported_media_type', 'Events are UTF-8, in no other charset.');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Failure('unsupported_media_type', 'The body is compressed, and has to be sent as it is.');
  }
  if (Number(headers['content-length']) > limits.requestBytesMax) throw tooLarge();
}

const tooLarge = (): Failure =>
  new Failure('body_too_large', `The body of the request is longer than ${limits.requestBytesMax} bytes.`);

/** The bytes of the body as they come, up to the bound. What the sink leaves unread is thrown away. */
async function* boundedBody(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.requestBytesMax) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('bad_request', 'The connection broke before the end of the body.', { cause: error });
  } finally {
    request.resume();
  }
}

function answer(reply: FastifyReply, outcome: AcceptedJson): FastifyReply {
  if (outcome.accepted > 0) return reply.code(202).send(outcome);
  if (outcome.limited > 0) {
    reply.header('retry-after', RETRY_AFTER_S);
    return sendProblem(reply, new Failure('limited', 'The tenant is over its limit: no event was taken.'), outcome);
  }
  const { rejected_count: count } = outcome;
  return sendProblem(reply, new Failure('none_valid', noneTaken(count)), outcome);
}

function noneTaken(count: number): string {
  if (count === 0) return 'The body holds no event.';
  return count === 1 ? 'The event could not be taken.' : `None of the ${count} events could be taken.`;
}
