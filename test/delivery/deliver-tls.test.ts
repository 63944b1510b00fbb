// Guards: delivery over TLS: who is trusted, what each distrust is called, and that nothing goes out in plain text (FAULTS F13).
import { createServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeliverySettings, DrainSettings } from '../../src/delivery/fleet.js';
import { fingerprintOf } from '../../src/destination/fingerprint.js';
import { Authority, type Issued, selfSigned } from '../support/certificates.js';
import { TestFleet } from '../support/fleet.js';
import { sequenceIdsOf, startTestReceiver, type TestReceiver } from '../support/test-receiver.js';
import { until } from '../support/until.js';

const NAME = 'logs.example.com';
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

let authority: Authority;
let good: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  good = await authority.issue({ names: [NAME], addresses: ['127.0.0.1'] });
});

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function receive(tls: TlsOptions, begin: 'read' | 'stall' = 'read'): Promise<TestReceiver> {
  const receiver = await startTestReceiver({ tls, begin });
  stops.push(() => receiver.close());
  return receiver;
}

function deliver(settings: Partial<DeliverySettings> = {}): TestFleet {
  const fleet = new TestFleet(settings);
  stops.push(() => fleet.stop());
  return fleet;
}

function drainTo(
  receiver: TestReceiver,
  tls: DrainSettings['tls'],
  host = NAME,
  settings: Partial<DeliverySettings> = {},
) {
  return deliver(settings).add(`syslog+tls://${host}:${receiver.port}`, { tls });
}

/** Sends one event to a receiver with `identity` and gives the code of the failure, or 'delivered'. */
async function outcome(identity: Issued, tls: DrainSettings['tls'], host = NAME): Promise<string> {
  const receiver = await receive({ cert: identity.cert, key: identity.key });
  const drain = drainTo(receiver, tls, host);
  drain.cursor.appendMany(1);
  await until('an outcome', () => drain.cursor.acknowledged === 1 || drain.status().lastError);
  expect(await receiver.received(drain.cursor.acknowledged)).toHaveLength(drain.cursor.acknowledged);
  return drain.status().lastError?.code ?? 'delivered';
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
  const versions = { minVersion: version, maxVersion: version };

  test('every event arrives once, in order, and counts by what the kernel shows of the ciphertext (5425-02, 9662-04)', async () => {
    const receiver = await receive({ ...good, ...versions });
    const drain = drainTo(receiver, { ca: authority.pem });
    drain.cursor.appendMany(5000);
    await until('all acknowledged', () => drain.cursor.acknowledged === 5000);
    expect(sequenceIdsOf(await receiver.received(5000))).toEqual(upTo(5000));
    const address = `127.0.0.1:${receiver.port}`;
    expect(drain.status()).toMatchObject({
      phase: 'open',
      inDoubt: 0,
      lastError: null,
      peer: { address, protocol: version },
    });
    expect(drain.status().peer?.fingerprint).toBe(fingerprintOf(good.der));
    expect(Date.parse(drain.status().peer?.notAfter ?? '')).toBeGreaterThan(Date.now());
  });

  test('a receiver that never reads has acknowledged little of what was written', async () => {
    const receiver = await receive({ ...good, ...versions }, 'stall');
    const drain = drainTo(receiver, { ca: authority.pem }, NAME, { stallTimeoutMs: 200 });
    drain.cursor.appendMany(100_000, 'y'.repeat(200));
    await until('stalled', () => drain.status().stalled);
    expect(drain.status().inDoubt).toBeGreaterThan(0);
    receiver.accepted[0]?.socket.destroy(); // with bytes unread: an RST
    await until('a second connection', () => receiver.accepted.length === 2);
    receiver.accepted[1]?.socket.resume();
    await until('everything', () => drain.cursor.acknowledged === 100_000);
    await until('everything came', () => receiver.accepted[1]?.messages.length === 100_000);
  });

  test('the end is told by close_notify and awaited; the next event goes over a new connection (5425-15, 5425-16)', async () => {
    const receiver = await receive({ ...good, ...versions });
    const drain = drainTo(receiver, { ca: authority.pem }, NAME, { idleCloseMs: 50 });
    drain.cursor.appendMany(3);
    await until('closed in peace', () => drain.cursor.settles === 1);
    expect(receiver.accepted[0]?.ended).toBe(true);
    drain.cursor.appendMany(1);
    await until('the next', () => drain.cursor.acknowledged === 4);
    expect(sequenceIdsOf(await receiver.received(4))).toEqual([1, 2, 3, 4]);
  });

  test('a receiver that closes when idle loses nothing and gets nothing twice', async () => {
    const receiver = await receive({ ...good, ...versions });
    const drain = drainTo(receiver, { ca: authority.pem });
    drain.cursor.appendMany(10);
    await until('delivered', () => drain.cursor.acknowledged === 10);
    receiver.accepted[0]?.socket.end();
    await until('settled', () => drain.cursor.settles === 1);
    drain.cursor.appendMany(1);
    await until('the next', () => drain.cursor.acknowledged === 11);
    expect(sequenceIdsOf(await receiver.received(11))).toEqual(upTo(11));
    expect(drain.status().lastError).toBeNull();
  });

  test('a client certificate is shown, and its absence is told before anything counts as sent', async () => {
    const receiver = await receive({
      ...good,
      ...versions,
      ca: authority.pem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const client = await authority.issue({ commonName: 'drain' });
    const drain = drainTo(receiver, { ca: authority.pem });
    drain.cursor.appendMany(5);
    await until('refused', () => drain.status().lastError);
    expect(drain.status().lastError).toMatchObject({ code: 'tls_handshake_failed' });
    expect(drain.cursor).toMatchObject({ acknowledged: 0, rewinds: 0, resent: 0 });
    drain.change({ tls: { ca: authority.pem, cert: client.cert, key: client.key } });
    await until('delivered', () => drain.cursor.acknowledged === 5);
    expect(sequenceIdsOf(await receiver.received(5))).toEqual([1, 2, 3, 4, 5]);
    expect(drain.status().lastError).toBeNull();
  });
});

describe('a certificate', () => {
  test('of the CA that the drain names, for its name or its address, is trusted (5425-04, 5425-19, 5425-22)', async () => {
    expect(await outcome(good, { ca: authority.pem })).toBe('delivered');
    expect(await outcome(good, { ca: authority.pem }, '127.0.0.1')).toBe('delivered');
  });

  test('of another CA is not', async () => {
    const other = await Authority.create('Other CA');
    expect(await outcome(good, { ca: other.pem })).toBe('tls_certificate_untrusted');
    expect(await outcome(good, {})).toBe('tls_certificate_untrusted');
  });

  test('that is expired or not valid yet is called that', async () => {
    const expired = await authority.issue({ names: [NAME], notBeforeDays: -3, notAfterDays: -1 });
    const early = await authority.issue({ names: [NAME], notBeforeDays: 1 });
    expect(await outcome(expired, { ca: authority.pem })).toBe('tls_certificate_expired');
    expect(await outcome(early, { ca: authority.pem })).toBe('tls_certificate_expired');
  });

  test('that signed itself is not trusted, unless it is the CA that the drain names', async () => {
    const own = await selfSigned({ names: [NAME] });
    expect(await outcome(own, {})).toBe('tls_certificate_untrusted');
    expect(await outcome(own, { ca: own.cert })).toBe('delivered');
  });

  test.each([
    ['another name', { names: ['other.example.com'] }, 'tls_name_mismatch'],
    ['the name in its CN only', { commonName: NAME }, 'tls_name_mismatch'],
    ['another address', { addresses: ['127.0.0.2'] }, 'tls_name_mismatch'],
    ['a wildcard for the whole left label', { names: ['*.example.com'] }, 'delivered'],
    ['a wildcard for a part of a label', { names: ['lo*.example.com'] }, 'tls_name_mismatch'],
    ['a wildcard over two labels', { names: ['*.com'] }, 'tls_name_mismatch'],
  ])('with %s: %s → %s', async (_, subject, expected) => {
    expect(await outcome(await authority.issue(subject), { ca: authority.pem })).toBe(expected);
  });

  test('is matched against server_name instead of the host where one is given', async () => {
    const other = await authority.issue({ names: ['other.example.com'] });
    expect(await outcome(other, { ca: authority.pem, serverName: 'other.example.com' })).toBe('delivered');
    expect(await outcome(good, { ca: authority.pem, serverName: 'other.example.com' })).toBe('tls_name_mismatch');
  });

  test.each(['sha-1', 'sha-256'] as const)(
    'is trusted by its %s fingerprint alone, and no other is (5425-05, 5425-06, 5425-18)',
    async (hash) => {
      const own = await selfSigned({ commonName: 'anything' });
      expect(await outcome(own, { fingerprint: fingerprintOf(own.der, hash) })).toBe('delivered');
      expect(await outcome(good, { fingerprint: fingerprintOf(own.der, hash), ca: authority.pem })).toBe(
        'tls_fingerprint_mismatch',
      );
    },
  );
});

describe('a receiver that does not speak TLS', () => {
  test('as we do: TLS 1.1 is refused', async () => {
    const tls = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const receiver = await receive({ ...good, ...tls });
    const drain = drainTo(receiver, { ca: authority.pem });
    drain.cursor.appendMany(1);
    await until('refused', () => drain.status().lastError);
    expect(drain.status().lastError?.code).toBe('tls_handshake_failed');
  });

  test('at all is never sent a message in plain text, whatever it answers', async () => {
    const seen: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk) => seen.push(chunk)).on('error', () => {});
      socket.write('220 hello\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const fleet = deliver();
    const drain = fleet.add(`syslog+tls://${NAME}:${port}`);
    drain.cursor.append({ message: 'a secret of the tenant' });
    await until('refused twice', () => (drain.status().lastError?.attempts ?? 0) >= 2);
    expect(drain.status().lastError?.code).toBe('tls_handshake_failed');
    expect(Buffer.concat(seen).includes('secret')).toBe(false);
  });

  test('and never answers is given up after handshake_timeout', async () => {
    const server = createServer((socket) => void socket.resume().on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const drain = deliver({ handshakeTimeoutMs: 100 }).add(`syslog+tls://${NAME}:${port}`);
    drain.cursor.appendMany(1);
    await until('given up', () => drain.status().lastError);
    expect(drain.status().lastError?.code).toBe('tls_handshake_timeout');
  });

  test('with PEM of the drain that is none is told so', async () => {
    const receiver = await receive({ cert: good.cert, key: good.key });
    const drain = drainTo(receiver, { ca: authority.pem, cert: 'no PEM', key: 'none' });
    drain.cursor.appendMany(1);
    await until('refused', () => drain.status().lastError);
    expect(drain.status().lastError?.code).toBe('tls_material_invalid');
  });
});

test('a certificate that the receiver changes is checked again at the next connect', async () => {
  const receiver = await receive({ cert: good.cert, key: good.key });
  const drain = drainTo(receiver, { ca: authority.pem }, NAME, { idleCloseMs: 50 });
  drain.cursor.appendMany(1);
  await until('delivered and closed', () => drain.cursor.settles === 1);
  const other = await authority.issue({ names: ['other.example.com'] });
  receiver.present({ cert: other.cert, key: other.key });
  drain.cursor.appendMany(1);
  await until('refused', () => drain.status().lastError);
  expect(drain.status().lastError?.code).toBe('tls_name_mismatch');
  expect(sequenceIdsOf(await receiver.received(1))).toEqual([1]);
});
