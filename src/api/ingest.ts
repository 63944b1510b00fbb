/*
 * The ingest door: producers on the node hand over events for any tenant, and can do nothing else.
 * Owner: agent.ts, which listens on its `server`.
 */
import type { FastifyInstance } from 'fastify';
import type { Report } from '../base/happening.js';
import { eventRoutes } from './events.js';
import { healthRoutes, newDoor } from './server.js';
import type { EventSink, HealthView } from './view.js';

export const buildIngest = (view: HealthView, sink: EventSink, report: Report): FastifyInstance =>
  newDoor(report, (app) => {
    healthRoutes(app, view);
    eventRoutes(app, sink, 'ingest');
  });
