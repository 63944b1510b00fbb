// The receivers of the tests take TLS and write a file per tenant, as the scenarios need them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeMessage } from '../../src/syslog/encode.js';
import { Authority, type Issued } from '../support/certificates.js';
import type { Receiver, TlsFiles } from '../support/receiver-process.js';
import { rawTemplate, rsyslogAvailable, startRsyslog, tenantFile } from '../support/rsyslog.js';
import { startSyslogNg, syslogNgAvailable, syslogNgTenantFile } from '../support/syslog-ng.js';
import { until } from '../support/until.js';

let directory: string;
let authority: Authority;
let client: Issued;
let files: Required<TlsFiles>;
let receiver: Receiver | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-receiver-'));
  authority = await Authority.create();
  const server = await authority.issue({ commonName: 'receiver', names: ['receiver.example'] });
  client = await authority.issue({ commonName: 'client', names: ['client.example'] });
  files = { ca: join(directory, 'ca.pem'), cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  await writeFile(files.ca, authority.pem);
  await writeFile(files.cert, server.cert);
  await writeFile(files.key, server.key);
});
afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
  await rm(join(directory, 'received'), { recursive: true, force: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const messageFor = (tenant: string, message: string): Buffer =>
  encodeMessage({
    facility: 1,
    severity: 6,
    timestamp: '2003-10-11T22:14:15.003Z',
    hostname: '-',
    appName: 'app',
    procId: '-',
    msgId: 'test',
    elements: [{ id: 'sluice@32473', params: [['tenant', tenant]] }],
    message,
  });

/** Opens a connection, sends a message for each tenant, and resolves when the connection has ended: with its error, if it had one. */
function send(port: number, text: string, options: ConnectionOptions = {}): Promise<Error | undefined> {
  const trust = { ca: authority.pem, servername: 'receiver.example' };
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ...trust, ...options }, () => {
      const frames = ['acme', 'umbrella'].map((tenant) => messageFor(tenant, text));
      socket.end(frames.map((frame) => `${frame.length} ${frame.toString()}`).join(''));
    });
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => resolve(failure));
    socket.resume();
  });
}

/** What each tenant's file holds once it has `count` lines. */
async function arrived(count: number) {
  const lines = (tenant: string) =>
    until(`${tenant} has ${count} messages`, () => {
      const found = receiver?.lines(`${tenant}.log`) ?? [];
      return found.length >= count && found;
    });
  return { acme: await lines('acme'), umbrella: await lines('umbrella') };
}

const kinds = [
  {
    name: 'rsyslog',
    missing: rsyslogAvailable(),
    start: (tls: TlsFiles) => startRsyslog({ directory, tls, template: rawTemplate, file: tenantFile }),
    written: (tenant: string, text: string) => messageFor(tenant, text).toString(),
  },
  {
    name: 'syslog-ng',
    missing: syslogNgAvailable(),
    start: (tls: TlsFiles) => startSyslogNg({ directory, tls, template: '$MSG', file: syslogNgTenantFile }),
    written: (_: string, text: string) => text,
  },
];

describe.each(kinds)('$name', ({ missing, start, written }) => {
  const expected = (...texts: string[]) => ({
    acme: texts.map((text) => written('acme', text)),
    umbrella: texts.map((text) => written('umbrella', text)),
  });

  test.skipIf(missing)(`takes TLS 1.2 and 1.3 and tells tenants apart ${missing ?? ''}`, async () => {
    receiver = await start({ cert: files.cert, key: files.key });
    expect(await send(receiver.port, 'old', { maxVersion: 'TLSv1.2' })).toBeUndefined();
    expect(await arrived(1)).toEqual(expected('old'));
    expect(await send(receiver.port, 'new', { minVersion: 'TLSv1.3' })).toBeUndefined();
    expect(await arrived(2)).toEqual(expected('old', 'new'));
  });

  test.skipIf(missing)(`with a CA takes nothing from who has no certificate of it ${missing ?? ''}`, async () => {
    receiver = await start(files);
    expect(await send(receiver.port, 'without a certificate')).toBeInstanceOf(Error);
    const identity = { cert: client.cert, key: client.key };
    expect(await send(receiver.port, 'with a certificate', identity)).toBeUndefined();
    expect(await arrived(1)).toEqual(expected('with a certificate'));
  });
});
