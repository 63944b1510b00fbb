// Every route of the control door: what reaches the agent, what comes back, and what is refused before it gets there.
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import { drain, FakeAgent, tenant } from './fake-agent.js';

const id = drain.id;
type Method = NonNullable<InjectOptions['method']>;
const ask = (door: FastifyInstance, method: Method, url: string, payload?: object): Promise<LightMyRequestResponse> =>
  door.inject(payload === undefined ? { method, url } : { method, url, payload });

/** The problem of an answer, checked for its form. */
function problemOf(response: LightMyRequestResponse): { readonly code: string; readonly detail: string } {
  expect(response.headers['content-type']).toBe('application/problem+json');
  const problem = response.json() as { code: string; detail: string };
  expect(problem).toMatchObject({
    type: 'about:blank',
    status: response.statusCode,
    title: expect.any(String) as string,
    hint: expect.any(String) as string,
  });
  return problem;
}

describe('what reaches the agent', () => {
  test.each([
    ['GET', '/v1/tenants', undefined, 200, ['tenants']],
    ['POST', '/v1/tenants', { name: 'acme', burst: 5 }, 201, ['addTenant', { name: 'acme', burst: 5 }]],
    ['GET', '/v1/tenants/acme', undefined, 200, ['tenant', 'acme']],
    ['GET', '/v1/tenants/a%2Fb', undefined, 200, ['tenant', 'a/b']],
    ['PATCH', '/v1/tenants/acme', { burst: null }, 200, ['updateTenant', 'acme', { burst: null }]],
    ['DELETE', '/v1/tenants/acme', undefined, 204, ['removeTenant', 'acme', false]],
    ['DELETE', '/v1/tenants/acme?force=true', undefined, 204, ['removeTenant', 'acme', true]],
    ['GET', '/v1/drains', undefined, 200, ['drains', undefined]],
    ['GET', '/v1/drains?tenant=acme', undefined, 200, ['drains', 'acme']],
    ['POST', '/v1/drains?tenant=acme', { url: 'u' }, 201, ['addDrain', 'acme', { url: 'u' }]],
    ['PATCH', `/v1/drains/${id}`, { min_severity: 'warn' }, 200, ['updateDrain', id, { min_severity: 4 }]],
    ['PATCH', `/v1/drains/${id}?tenant=acme`, {}, 200, ['updateDrain', id, {}]],
    ['DELETE', `/v1/drains/${id}`, undefined, 204, ['removeDrain', id, false]],
    ['DELETE', `/v1/drains/${id}?force=true&tenant=acme`, undefined, 204, ['removeDrain', id, true]],
    ['POST', `/v1/drains/${id}/pause`, undefined, 200, ['pauseDrain', id]],
    ['POST', `/v1/drains/${id}/resume?tenant=acme`, undefined, 200, ['resumeDrain', id]],
    ['GET', '/v1/status', undefined, 200, ['status']],
  ] as const)('%s %s', async (method, url, payload, code, call) => {
    const agent = new FakeAgent();
    const response = await ask(agent.control, method, url, payload);
    expect(response.statusCode).toBe(code);
    expect(agent.asked).toEqual([call]);
  });

  test('the answer is the resource itself; a new one has its place in Location', async () => {
    const { control } = new FakeAgent();
    expect((await ask(control, 'GET', `/v1/drains/${id}`)).json()).toEqual(drain);
    expect((await ask(control, 'GET', '/v1/tenants')).json()).toEqual([tenant]);
    const added = await ask(control, 'POST', '/v1/drains?tenant=acme', { url: 'u' });
    expect(added.headers.location).toBe(`/v1/drains/${id}`);
    expect(added.json()).toEqual(drain);
    expect((await ask(control, 'GET', '/v1/whoami')).json()).toEqual({ role: 'operator' });
  });
});

describe('what is refused before the agent is asked', () => {
  test.each([
    ['POST', '/v1/tenants', {}, 'name is missing'],
    ['POST', '/v1/tenants', { name: 'a b' }, 'name is 1 to 64 of A-Z a-z 0-9 . _ -'],
    ['POST', '/v1/tenants', { name: 'a', rate: 5 }, '"rate" is not a field of this body'],
    ['POST', '/v1/tenants', { name: 'a', burst: 'much' }, 'burst is a whole number'],
    ['POST', '/v1/tenants', { name: 'a', burst: 0 }, 'burst is at least 1'],
    ['POST', '/v1/tenants', [], 'the body is a JSON object'],
    ['POST', '/v1/drains?tenant=acme', {}, 'url is missing'],
    ['POST', '/v1/drains?tenant=acme', { url: 'u', types: ['a', 5] }, 'types is a list of texts'],
    ['POST', '/v1/drains?tenant=acme', { url: 'u', min_severity: 9 }, 'min_severity is one of emerg alert'],
    ['POST', '/v1/drains?tenant=acme', { url: 'u', framing: 'crlf' }, 'framing is octet-counting or lf'],
    ['POST', '/v1/drains', { url: 'u' }, 'tenant is missing'],
    ['POST', '/v1/drains?tenant=a%20b', { url: 'u' }, 'tenant is 1 to 64'],
    ['POST', '/v1/drains?tenant=a&tenant=b', { url: 'u' }, 'tenant is given once'],
    ['GET', '/v1/drains?tennant=a', undefined, '"tennant" is not a field of this query'],
    ['PATCH', `/v1/drains/${id}`, { state: 'paused' }, '"state" is not a field'],
    ['PATCH', `/v1/drains/${id}`, { url: null }, 'url is a text'],
    ['DELETE', `/v1/drains/${id}?force=yes`, undefined, 'force is true or false'],
    ['GET', '/v1/tenants?all=1', undefined, '"all" is not a field of this query'],
  ] as const)('%s %s %j', async (method, url, payload, detail) => {
    const agent = new FakeAgent();
    const response = await ask(agent.control, method, url, payload);
    expect(response.statusCode).toBe(400);
    expect(problemOf(response)).toMatchObject({
      code: 'bad_request',
      detail: expect.stringContaining(detail) as string,
    });
    expect(agent.asked).toEqual([]);
  });

  test('several faults are told at once, and none of them quotes a value', async () => {
    const { control } = new FakeAgent();
    const payload = { url: 5, client_key: ['SECRET'], colour: 'SECRET' };
    const { detail } = problemOf(await ask(control, 'POST', '/v1/drains?tenant=acme', payload));
    expect(detail).toMatch(/url is a text.*client_key is PEM text.*"colour" is not a field/);
    expect(detail).not.toContain('SECRET');
  });

  test.each(['GET', 'PATCH', 'DELETE'] as const)(
    "%s of somebody else's drain is 404, as of one that isn't there",
    async (method) => {
      const agent = new FakeAgent();
      const payload = method === 'PATCH' ? {} : undefined;
      const others = await ask(agent.control, method, `/v1/drains/${id}?tenant=other`, payload);
      const unknown = await ask(agent.control, method, '/v1/drains/d-ffffffffffffffff', payload);
      expect(others.statusCode).toBe(404);
      expect(others.body).toBe(unknown.body);
      expect(agent.asked).toEqual([]);
    },
  );

  test.each(['pause', 'resume'])("%s of somebody else's drain is 404", async (verb) => {
    const { control } = new FakeAgent();
    expect(problemOf(await ask(control, 'POST', `/v1/drains/${id}/${verb}?tenant=other`)).code).toBe('drain_unknown');
  });
});

describe('what goes wrong', () => {
  test('a failure of the agent is a problem with its own status, code and hint', async () => {
    const agent = new FakeAgent();
    agent.failure = new Failure('drain_has_backlog', 'Drain d-1 has 5 events.', { hint: 'Wait.' });
    const response = await ask(agent.control, 'DELETE', `/v1/drains/${id}`);
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'Drain d-1 has 5 events.',
      code: 'drain_has_backlog',
      hint: 'Wait.',
    });
    expect(agent.happenings).toEqual([]);
  });

  test('a bug is 500, is reported with its route, and tells nothing of itself', async () => {
    const agent = new FakeAgent();
    agent.failure = new TypeError('SECRET');
    const response = await ask(agent.control, 'PATCH', `/v1/drains/${id}`, {});
    expect(problemOf(response).code).toBe('internal');
    expect(response.body).not.toContain('SECRET');
    expect(agent.happenings).toEqual([{ kind: 'bug', where: 'PATCH /v1/drains/:id', error: agent.failure }]);
  });

  test.each([
    ['GET', '/', 404, 'not_found'],
    ['GET', '/v1/nothing', 404, 'not_found'],
    ['GET', '/v1/tenants/%zz', 400, 'bad_request'],
    ['PUT', '/v1/tenants', 405, 'method_not_allowed'],
    ['GET', '/v1/events', 405, 'method_not_allowed'],
    ['POST', `/v1/drains/${id}`, 405, 'method_not_allowed'],
    ['DELETE', '/v1/status', 405, 'method_not_allowed'],
  ] as const)('%s %s is %d', async (method, url, code, problem) => {
    const { control } = new FakeAgent();
    const response = await ask(control, method, url);
    expect(response.statusCode).toBe(code);
    expect(problemOf(response).code).toBe(problem);
  });

  test('405 names the methods that there are, whatever the body is', async () => {
    const { control } = new FakeAgent();
    const headers = { 'content-type': 'text/html' };
    const response = await control.inject({ method: 'PUT', url: `/v1/drains/${id}`, payload: 'x', headers });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('DELETE, GET, HEAD, PATCH');
  });

  test.each([
    ['application/json', '{"name":', 400, 'bad_request'],
    ['application/json', '', 400, 'bad_request'],
    ['application/json', '{"__proto__":{"a":1},"name":"a"}', 400, 'bad_request'],
    ['text/html', '<p>', 415, 'unsupported_media_type'],
    ['application/json', JSON.stringify({ name: 'x'.repeat(300_000) }), 413, 'body_too_large'],
  ])('a body of %s %j… is %d', async (type, payload, code, problem) => {
    const agent = new FakeAgent();
    const headers = { 'content-type': type };
    const response = await agent.control.inject({ method: 'POST', url: '/v1/tenants', payload, headers });
    expect(response.statusCode).toBe(code);
    expect(problemOf(response).code).toBe(problem);
    expect(agent.asked).toEqual([]);
  });
});

describe('health', () => {
  test.each(['/healthz', '/readyz'])('%s says why on every door', async (url) => {
    const agent = new FakeAgent();
    expect((await ask(agent.ingest, 'GET', url)).json()).toEqual({ ok: true });
    agent.healthy = { ok: false, why: 'The disk is full.' };
    for (const door of [agent.control, agent.ingest]) {
      const response = await ask(door, 'GET', url);
      expect(response.statusCode).toBe(503);
      expect(response.json()).toEqual({ ok: false, why: 'The disk is full.' });
    }
  });
});

test.each(['/v1/status', '/v1/tenants', '/v1/drains', `/v1/drains/${id}`, '/v1/whoami'])(
  'the ingest door has no %s',
  async (url) => {
    const agent = new FakeAgent();
    expect(problemOf(await ask(agent.ingest, 'GET', url)).code).toBe('not_found');
    expect(agent.asked).toEqual([]);
  },
);
