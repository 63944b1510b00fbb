/*
 * /v1/tenants: what the operator may do with tenants.
 * Promise: bodies and queries are checked field by field before the agent sees them. Owner: control.ts.
 */
import type { FastifyInstance } from 'fastify';
import { newTenant, patchTenant } from '../registry/input.js';
import { forceQuery, noQuery } from './queries.js';
import { validated } from './validated.js';
import type { AgentView } from './view.js';

interface ByName {
  readonly Params: { readonly name: string };
}

export function tenantRoutes(app: FastifyInstance, view: AgentView): void {
  app.get('/v1/tenants', async (request) => {
    validated(noQuery, request.query, 'query');
    return view.tenants();
  });

  app.post('/v1/tenants', async (request, reply) => {
    const tenant = await view.addTenant(validated(newTenant, request.body, 'body'));
    return reply.code(201).header('location', `/v1/tenants/${tenant.name}`).send(tenant);
  });

  app.get<ByName>('/v1/tenants/:name', async (request) => view.tenant(request.params.name));

  app.patch<ByName>('/v1/tenants/:name', async (request) =>
    view.updateTenant(request.params.name, validated(patchTenant, request.body, 'body')),
  );

  app.delete<ByName>('/v1/tenants/:name', async (request, reply) => {
    const { force } = validated(forceQuery, request.query, 'query');
    await view.removeTenant(request.params.name, force);
    return reply.code(204).send();
  });
}
