// Tenants and drains: what is kept, what is refused, and that it is all there after a restart.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TenantName } from '../../src/base/ids.js';
import { newTenant } from '../../src/registry/input.js';
import { registrySchema } from '../../src/registry/registry.js';
import { openDatabase } from '../../src/store/database.js';
import { ceilings, codeOf, newDirectory, openRegistry, wallMs } from './open-registry.js';

const acme = 'acme' as TenantName;
const url = 'syslog+tls://logs.example.com:6514';

describe('tenants', () => {
  test('are listed by name with the limits of their own', () => {
    const { tenants } = openRegistry();
    tenants.add(newTenant.parse({ name: 'zeta' }));
    tenants.add(newTenant.parse({ name: 'acme', events_per_s: 5000, drains: 10 }));
    expect(tenants.list()).toEqual([
      {
        number: 2,
        name: 'acme',
        limits: { events_per_s: 5000, burst: null, bytes_per_s: null, drains: 10 },
        created: new Date(wallMs).toISOString(),
      },
      expect.objectContaining({ number: 1, name: 'zeta' }),
    ]);
  });

  test('may be given as many drains as one event can be routed to, and no more', () => {
    expect(newTenant.safeParse({ name: 'acme', drains: 255 }).success).toBe(true);
    expect(newTenant.safeParse({ name: 'acme', drains: 256 }).error?.issues[0]?.message).toBe('is 255 at most');
  });

  test('a second one with the same name is refused, one that differs in case is not', () => {
    const { tenants } = openRegistry();
    tenants.add({ name: acme });
    expect(codeOf(() => tenants.add({ name: acme }))).toBe('tenant_exists');
    expect(tenants.add({ name: 'Acme' as TenantName }).name).toBe('Acme');
  });

  test('a change touches what it names; null gives a limit back to the operator', () => {
    const { tenants } = openRegistry();
    tenants.add({ name: acme, events_per_s: 1, burst: 2, bytes_per_s: 3 });
    expect(tenants.update(acme, { events_per_s: 9, burst: null }).limits).toEqual({
      events_per_s: 9,
      burst: null,
      bytes_per_s: 3,
      drains: null,
    });
    expect(tenants.update(acme, { events_per_s: undefined }).limits.events_per_s).toBe(9);
  });

  test('an unknown one is tenant_unknown', () => {
    const { tenants, drains } = openRegistry();
    expect(codeOf(() => tenants.get("x' OR 1=1 --"))).toBe('tenant_unknown');
    expect(codeOf(() => tenants.update('acme', {}))).toBe('tenant_unknown');
    expect(codeOf(() => tenants.remove('acme'))).toBe('tenant_unknown');
    expect(codeOf(() => drains.add('acme', { url }))).toBe('tenant_unknown');
  });

  test('one with drains stays until they are gone', () => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    const { id } = drains.add(acme, { url });
    expect(codeOf(() => tenants.remove(acme))).toBe('tenant_has_drains');
    drains.remove(id);
    tenants.remove(acme);
    expect(tenants.list()).toEqual([]);
  });
});

describe('drains', () => {
  test('a new one is active, with every choice at its default', () => {
    const registry = openRegistry();
    registry.tenants.add({ name: acme });
    const drain = registry.drains.add(acme, { url: 'syslog-tls://Logs.Example.COM' });
    expect(drain).toEqual({
      number: 1,
      id: expect.stringMatching(/^d-[0-9a-z]{16}$/),
      tenant: 'acme',
      name: 'logs.example.com',
      url,
      state: 'active',
      filter: { types: [], min_severity: 7 },
      framing: 'octet-counting',
      limits: { events_per_s: null, bytes_per_s: null, message_bytes_max: null },
      tls: { ca: null, client_cert: null, client_key: null, server_name: null, fingerprint: null },
      structured_data: null,
      created: new Date(wallMs).toISOString(),
    });
  });

  test.each([
    'syslog+tls://logs.example.com',
    'syslog-tls://LOGS.example.com:6514/',
    'syslog+tls://logs.example.com.:6514',
  ])('the same destination in another spelling is a duplicate: %s', (spelling) => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    const { id } = drains.add(acme, { url });
    expect(() => drains.add(acme, { url: spelling })).toThrow(id);
    expect(codeOf(() => drains.add(acme, { url: spelling }))).toBe('drain_duplicate');
  });

  test('another tenant may have the same destination', () => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    tenants.add({ name: 'other' as TenantName });
    drains.add(acme, { url });
    drains.add('other', { url });
    expect(drains.list()).toHaveLength(2);
    expect(drains.list(acme).map((drain) => drain.tenant)).toEqual(['acme']);
  });

  test('a change to the destination of another drain is a duplicate too, and changes nothing', () => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    drains.add(acme, { url });
    const { id } = drains.add(acme, { url: 'syslog://192.0.2.1' });
    expect(codeOf(() => drains.update(id, { url, name: 'new' }))).toBe('drain_duplicate');
    expect(drains.get(id)).toMatchObject({ url: 'syslog://192.0.2.1:601', name: '192.0.2.1' });
    expect(drains.update(id, { url: 'syslog://192.0.2.1:601' }).url).toBe('syslog://192.0.2.1:601');
  });

  test('there are at most drains_per_tenant, or as many as the tenant has of its own', () => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    for (let port = 1; port <= ceilings.drainsPerTenant; port++)
      drains.add(acme, { url: `syslog://192.0.2.1:${port}` });
    expect(codeOf(() => drains.add(acme, { url }))).toBe('drains_too_many');
    tenants.update(acme, { drains: ceilings.drainsPerTenant + 1 });
    expect(drains.add(acme, { url }).url).toBe(url);
    tenants.update(acme, { drains: 0 });
    expect(codeOf(() => drains.add(acme, { url: 'syslog://192.0.2.9' }))).toBe('drains_too_many');
  });

  test('a change touches what it names; null gives the default back', () => {
    const { tenants, drains } = openRegistry();
    tenants.add({ name: acme });
    const { id } = drains.add(acme, {
      url,
      types: ['a.*'],
      min_severity: 4,
      framing: 'lf',
      events_per_s: 10,
      structured_data: '[token@32473 k="v"]',
    });
    expect(drains.update(id, { types: ['b.**', 'c'], name: 'mine' })).toMatchObject({
      name: 'mine',
      filter: { types: ['b.**', 'c'], min_severity: 4 },
      framing: 'lf',
      limits: { events_per_s: 10 },
      structured_data: '[token@32473 k="v"]',
    });
    const back = { types: null, min_severity: null, framing: null, events_per_s: null, structured_data: null };
    expect(drains.update(id, back)).toMatchObject({
      filter: { types: [], min_severity: 7 },
      framing: 'octet-counting',
      limits: { events_per_s: null },
      structured_data: null,
    });
  });

  test('an unknown id, or text that is none, is drain_unknown', () => {
    const { drains } = openRegistry();
    for (const id of ['d-0123456789abcdef', '', '../x', "d-' OR 1=1 --"]) {
      expect(codeOf(() => drains.get(id))).toBe('drain_unknown');
      expect(codeOf(() => drains.setState(id, 'paused'))).toBe('drain_unknown');
      expect(codeOf(() => drains.remove(id))).toBe('drain_unknown');
    }
  });
});

describe('the file', () => {
  test('keeps everything over a restart, and no number is given twice', () => {
    const directory = newDirectory();
    const before = openRegistry(directory);
    before.tenants.add({ name: acme });
    const kept = before.drains.add(acme, { url, types: ['a.*'] });
    const { id } = before.drains.add(acme, { url: 'syslog://192.0.2.1' });
    before.drains.setState(kept.id, 'paused');
    before.drains.remove(id);
    before.tenants.add({ name: 'gone' as TenantName });
    before.tenants.remove('gone');
    before.close();

    const after = openRegistry(directory);
    expect(after.drains.list()).toEqual([{ ...kept, state: 'paused' }]);
    expect(after.drains.add(acme, { url: 'syslog://192.0.2.2' }).number).toBe(3);
    expect(after.tenants.add({ name: 'gone' as TenantName }).number).toBe(3);
  });

  test('of every older schema version opens with what it holds', () => {
    for (let version = 0; version < registrySchema.length; version++) {
      const directory = newDirectory();
      const path = join(directory, 'registry.db');
      openDatabase(path, { synchronous: 'FULL', schema: registrySchema.slice(0, version) }).close();
      const registry = openRegistry(directory);
      registry.tenants.add({ name: acme });
      expect(registry.drains.add(acme, { url }).url).toBe(url);
    }
  });

  test('of a newer version is refused', () => {
    const directory = newDirectory();
    const schema = [...registrySchema, 'CREATE TABLE future (x TEXT) STRICT'];
    openDatabase(join(directory, 'registry.db'), { synchronous: 'FULL', schema }).close();
    expect(codeOf(() => openRegistry(directory))).toBe('state_newer');
  });

  test('belongs to one agent at a time', { timeout: 20_000 }, () => {
    const directory = newDirectory();
    openRegistry(directory);
    expect(codeOf(() => openRegistry(directory))).toBe('state_locked');
  });
});
