/*
 * A Failure as the answer that a person or a program gets: problem details (RFC 9457) with our `code` and `hint`.
 * Promise: whatever goes wrong, in a route or in the framework, is answered in this one form; a bug is reported and answered as
 * `internal`, without what it was about. Owner: server.ts.
 */
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { Failure, type FailureCode } from '../base/failure.js';

export interface ProblemJson {
  readonly type: 'about:blank';
  /** The status in words: RFC 9457 4.2.1 for about:blank. */
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: FailureCode;
  readonly hint: string;
}

const problemType = 'application/problem+json';

export function problemOf(failure: Failure): ProblemJson {
  const { status } = failure.kind;
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail: failure.message, code: failure.code, hint: failure.hint };
}

/** Answers with the failure, and with `more` beside it. */
export function sendProblem(reply: FastifyReply, failure: Failure, more: object = {}): FastifyReply {
  return reply
    .code(failure.kind.status)
    .type(problemType)
    .serializer(JSON.stringify)
    .send({ ...problemOf(failure), ...more });
}

/** The failure as a whole HTTP/1.1 answer, for a socket whose request never became one. */
export function rawProblem(failure: Failure): string {
  const problem = problemOf(failure);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** What the framework's own errors mean; undefined for an error that isn't the client's. */
export function clientFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Failure('body_too_large', 'The body of the request is too large.', {
        hint: 'Only POST /v1/events takes long bodies.',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Failure(
        'unsupported_media_type',
        'The body of the request is of a type that this path does not take.',
        {
          hint: 'Send application/json.',
        },
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Failure('bad_request', 'The body of the request is empty, although it is said to be JSON.');
    default:
      if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
      // The framework's messages may repeat the body.
      return new Failure('bad_request', 'The request is not one that can be read: its URL or its JSON is malformed.');
  }
}
