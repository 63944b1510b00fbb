/*
 * An HTTP door: timeouts, bounds, and one form for everything that goes wrong; the routes are the caller's.
 * Promise: a slow or silent client costs a socket for limits.headersMsMax or requestMsMax, not longer; a path that exists
 * answers a wrong method with 405 and `Allow`. Worst case: limits.httpConnectionsMax sockets. Owner: control.ts, ingest.ts.
 */
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Failure } from '../base/failure.js';
import type { Report } from '../base/happening.js';
import { limits } from '../base/limits.js';
import { clientFailure, rawProblem, sendProblem } from './problem.js';
import type { Health, HealthView } from './view.js';

/**
 * Builds a door that doesn't listen yet: `ready()`, then listen on its `server`.
 * @param report is told about bugs
 * @param routes adds them
 */
export function newDoor(report: Report, routes: (app: FastifyInstance) => void): FastifyInstance {
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = clientFailure(error);
    if (failure !== undefined && failure.code !== 'internal') return sendProblem(reply, failure);
    report({ kind: 'bug', where: `${request.method} ${request.routeOptions.url ?? 'no route'}`, error });
    return sendProblem(reply, new Failure('internal', 'Something broke inside the agent.'));
  };
  const app = Fastify({
    logger: false,
    bodyLimit: limits.inputBytesMax,
    requestTimeout: limits.requestMsMax,
    // What can't be taken any more says so itself (`stopping`).
    return503OnClosing: false,
    http: {
      headersTimeout: limits.headersMsMax,
      maxHeaderSize: limits.headersBytesMax,
      // Node looks every 30 s by itself, and a slow client would cost its socket for 40.
      connectionsCheckingInterval: limits.slowClientsLookMs,
    },
    frameworkErrors: (error, request, reply) => void fail(error, request, reply),
    clientErrorHandler: refuseSocket,
  });
  app.server.maxConnections = limits.httpConnectionsMax;
  app.setErrorHandler(fail);
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new Failure('not_found', 'There is nothing at this path.')));
  const methods = methodsByPath(app);
  routes(app);
  // A plugin of its own, since it is loaded after the routes of the others.
  app.register(async (others) => refuseOtherMethods(others, new Map(methods)));
  return app;
}

/** What isn't HTTP, is too long, or takes too long gets an answer, if there is still somebody to read it. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else socket.end(rawProblem(new Failure('bad_request', 'This is not an HTTP request that can be read.')));
}

type Methods = ReadonlyMap<string, ReadonlySet<string>>;

/** Fills as routes are added. */
function methodsByPath(app: FastifyInstance): Methods {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, new Set([...(methods.get(url) ?? []), ...[method].flat()]));
  });
  return methods;
}

/** Answers before the body is looked at: a wrong method is 405 whatever its content type is. */
function refuseOtherMethods(app: FastifyInstance, methods: Methods): void {
  for (const [url, taken] of methods) {
    const allow = [...taken].toSorted().join(', ');
    app.route({
      method: app.supportedMethods.filter((method) => !taken.has(method)),
      url,
      onRequest: async (_, reply) => {
        reply.header('allow', allow);
        throw new Failure('method_not_allowed', `This path takes ${allow}.`);
      },
      handler: async () => undefined,
    });
  }
}

const answerHealth = (reply: FastifyReply, health: Health): FastifyReply =>
  reply.code(health.ok ? 200 : 503).send(health);

/** `/healthz` and `/readyz`: 200, or 503 with the reason. */
export function healthRoutes(app: FastifyInstance, view: HealthView): void {
  app.get('/healthz', (_, reply) => answerHealth(reply, view.health()));
  app.get('/readyz', (_, reply) => answerHealth(reply, view.ready()));
}
