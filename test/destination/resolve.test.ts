// Guards: names are resolved by us, within bounds, and every address is judged before it may be dialled (FAULTS F9).
import { afterEach, describe, expect, test } from 'vitest';
import { parseDestination } from '../../src/destination/address.js';
import { Policy } from '../../src/destination/policy.js';
import { DnsResolver } from '../../src/destination/resolve.js';
import { Vetting } from '../../src/destination/vet.js';
import { type NameRecords, startNameServer } from '../support/name-server.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function resolverFor(records: (name: string) => NameRecords) {
  const server = await startNameServer(records);
  stops.push(server.close);
  return { server, resolver: new DnsResolver({ servers: [server.address], timeoutMs: 100, tries: 1 }) };
}

describe('a resolver', () => {
  test('gives A before AAAA records, each once', async () => {
    const { resolver } = await resolverFor(() => ({
      a: ['192.0.2.1', '192.0.2.1', '192.0.2.2'],
      aaaa: ['2001:db8:0:0:0:0:0:1'],
    }));
    expect(await resolver.resolve('logs.example.com')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });

  test('asks nobody about a literal', async () => {
    const { server, resolver } = await resolverFor(() => ({}));
    expect(await resolver.resolve('192.0.2.1')).toEqual(['192.0.2.1']);
    expect(await resolver.resolve('2001:db8::1')).toEqual(['2001:db8::1']);
    expect(server.asked).toEqual([]);
  });

  test('is content with one family when the other gets no answer', async () => {
    const { resolver } = await resolverFor(() => ({ a: ['192.0.2.1'] }));
    expect(await resolver.resolve('logs.example.com')).toEqual(['192.0.2.1']);
  });

  test('takes 16 of a thousand records', async () => {
    const { resolver } = await resolverFor(() => ({
      a: Array.from({ length: 1000 }, (_, i) => `192.0.${i >> 8}.${i & 255}`).slice(0, 60),
    }));
    expect(await resolver.resolve('logs.example.com')).toHaveLength(16);
  });

  test.each([
    ['NXDOMAIN', { rcode: 3 }, 'logs.example.com has neither an A nor an AAAA record.'],
    ['no records', {}, 'logs.example.com has neither an A nor an AAAA record.'],
    ['SERVFAIL', { rcode: 2 }, 'The name servers gave no answer for logs.example.com (ESERVFAIL).'],
    ['silence', { silent: true }, 'The name servers gave no answer for logs.example.com (ETIMEOUT).'],
  ])('tells %s in words', async (_, records, message) => {
    const { resolver } = await resolverFor(() => records);
    await expect(resolver.resolve('logs.example.com')).rejects.toMatchObject({ code: 'name_unresolved', message });
  });

  test('lets go at once when it is told to stop', async () => {
    const { resolver } = await resolverFor(() => ({ silent: true }));
    const stop = new AbortController();
    const waiting = resolver.resolve('logs.example.com', stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'stopping' });
  });

  test('refuses a server that is not an address', () => {
    expect(() => new DnsResolver({ servers: ['ns.example.com'], timeoutMs: 1, tries: 1 })).toThrow(/dns\.servers/);
  });
});

describe('vetting', () => {
  const policy = new Policy({ allow: ['192.0.2.0/24'], deny: [], unsafeAllow: [] }, () => []);
  const drain = parseDestination('syslog+tls://logs.example.com');

  test('passes a name whose addresses all pass', async () => {
    const { resolver } = await resolverFor(() => ({ a: ['192.0.2.1', '192.0.2.2'] }));
    expect(await new Vetting(policy, resolver).vet(drain)).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  test('refuses a name of which one address is forbidden', async () => {
    const { resolver } = await resolverFor(() => ({ a: ['192.0.2.1'], aaaa: ['0:0:0:0:0:0:0:1'] }));
    await expect(new Vetting(policy, resolver).vet(drain)).rejects.toMatchObject({
      code: 'destination_refused',
      message: 'logs.example.com may not be dialled: loopback address ::1/128.',
    });
  });

  test('asks again each time, so that a name which moved to loopback is refused', async () => {
    let moved = false;
    const { resolver } = await resolverFor(() => ({ a: [moved ? '127.0.0.1' : '192.0.2.1'] }));
    const vetting = new Vetting(policy, resolver);
    await vetting.vet(drain);
    moved = true;
    await expect(vetting.vet(drain)).rejects.toMatchObject({ code: 'destination_refused' });
  });
});
