/*
 * The control door: everything that an operator may do, over a unix socket whose mode is its only lock.
 * Owner: agent.ts, which listens on its `server`.
 */
import type { FastifyInstance } from 'fastify';
import type { Report } from '../base/happening.js';
import { drainRoutes } from './drains.js';
import { eventRoutes } from './events.js';
import { healthRoutes, newDoor } from './server.js';
import { tenantRoutes } from './tenants.js';
import type { AgentView, EventSink } from './view.js';

export const buildControl = (view: AgentView, sink: EventSink, report: Report): FastifyInstance =>
  newDoor(report, (app) => {
    healthRoutes(app, view);
    eventRoutes(app, sink, 'control');
    tenantRoutes(app, view);
    drainRoutes(app, view);
    app.get('/v1/status', async () => view.status());
    app.get('/v1/whoami', async () => ({ role: 'operator' }));
  });
