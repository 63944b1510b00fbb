/*
 * /v1/drains: what an operator, or a tenant through one, may do with drains.
 * Promise: with `?tenant=T`, a drain of somebody else is as unknown as one that isn't there. Owner: control.ts.
 */
import type { FastifyInstance } from 'fastify';
import { Failure } from '../base/failure.js';
import { newDrain, patchDrain } from '../registry/input.js';
import { forceQuery, tenantQuery, tenantRequiredQuery } from './queries.js';
import { validated } from './validated.js';
import type { AgentView, DrainJson } from './view.js';

interface ById {
  readonly Params: { readonly id: string };
}

export function drainRoutes(app: FastifyInstance, view: AgentView): void {
  app.get('/v1/drains', async (request) => view.drains(validated(tenantQuery, request.query, 'query').tenant));

  app.post('/v1/drains', async (request, reply) => {
    const { tenant } = validated(tenantRequiredQuery, request.query, 'query');
    const drain = await view.addDrain(tenant, validated(newDrain, request.body, 'body'));
    return reply.code(201).header('location', `/v1/drains/${drain.id}`).send(drain);
  });

  app.get<ById>('/v1/drains/:id', async (request) => {
    const { tenant } = validated(tenantQuery, request.query, 'query');
    return ownDrain(view, request.params.id, tenant);
  });

  app.patch<ById>('/v1/drains/:id', async (request) => {
    const { tenant } = validated(tenantQuery, request.query, 'query');
    const { id } = ownDrain(view, request.params.id, tenant);
    return view.updateDrain(id, validated(patchDrain, request.body, 'body'));
  });

  app.delete<ById>('/v1/drains/:id', async (request, reply) => {
    const { tenant, force } = validated(forceQuery, request.query, 'query');
    await view.removeDrain(ownDrain(view, request.params.id, tenant).id, force);
    return reply.code(204).send();
  });

  for (const [verb, obey] of [
    ['pause', (id: string) => view.pauseDrain(id)],
    ['resume', (id: string) => view.resumeDrain(id)],
  ] as const) {
    app.post<ById>(`/v1/drains/:id/${verb}`, async (request) => {
      const { tenant } = validated(tenantQuery, request.query, 'query');
      return obey(ownDrain(view, request.params.id, tenant).id);
    });
  }
}

/** The drain, if it is there and belongs to the tenant that was named. @throws Failure drain_unknown */
function ownDrain(view: AgentView, id: string, tenant: string | undefined): DrainJson {
  const drain = view.drain(id);
  if (tenant !== undefined && drain.tenant !== tenant) {
    throw new Failure('drain_unknown', 'There is no drain with this id.');
  }
  return drain;
}
