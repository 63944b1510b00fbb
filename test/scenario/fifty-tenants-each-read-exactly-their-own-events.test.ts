// The main job: 100,000 events of 50 tenants, durable in between, each in its tenant's file at a real receiver, in order.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { makeIdentity } from '../../src/cli/certificates.js';
import { AgentProcess, inDirectory } from '../support/agent.js';
import { expectEachTenantsOwn, registerFifty, sendThroughIngest, sendThroughSyslog } from '../support/fifty-tenants.js';
import type { Receiver, TlsFiles } from '../support/receiver-process.js';
import { rsyslogAvailable, startRsyslog, tenantFile } from '../support/rsyslog.js';
import { startSyslogNg, syslogNgAvailable, syslogNgTenantFile } from '../support/syslog-ng.js';

const receivers = [
  {
    name: 'rsyslogd',
    missing: rsyslogAvailable(),
    start: (directory: string, tls: TlsFiles): Promise<Receiver> =>
      startRsyslog({
        directory,
        tls,
        file: tenantFile,
        template:
          '%$!rfc5424-sd!meta!sequenceid%|%$!rfc5424-sd!data@32473!n%%$!rfc5424-sd!event@32473!n%|%msgid%|%app-name%|%msg%',
      }),
  },
  {
    name: 'syslog-ng',
    missing: syslogNgAvailable(),
    start: (directory: string, tls: TlsFiles): Promise<Receiver> =>
      startSyslogNg({
        directory,
        tls,
        file: syslogNgTenantFile,
        template: '${.SDATA.meta.sequenceId}|${.SDATA.data@32473.n}${.SDATA.event@32473.n}|$MSGID|$PROGRAM|$MSG',
      }),
  },
];

describe.each(receivers)('over TLS to a real $name', ({ missing, start }) => {
  it.skipIf(missing !== undefined).each([
    ['the ingest socket', sendThroughIngest],
    ['the syslog door', sendThroughSyslog],
  ])('through %s', { timeout: 240_000 }, (_door, send) =>
    inDirectory(async (directory) => {
      const identity = await makeIdentity(['127.0.0.1'], systemClock);
      const tls: TlsFiles = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
      await writeFile(tls.cert, identity.cert);
      await writeFile(tls.key, identity.key);
      const receiver = await start(directory, tls);
      const agent = await AgentProcess.start(directory, {
        listen: { syslog: [{ path: join(directory, 'run', 'syslog.sock') }] },
      });
      try {
        await registerFifty(agent, `syslog+tls://127.0.0.1:${receiver.port}`, { ca: identity.ca });
        await send(agent);
        await expectEachTenantsOwn(agent, receiver);
        expect(receiver.output(), 'the receiver complains of nothing').not.toMatch(/error|invalid|malformed/i);
        expect(await agent.stop()).toEqual({ code: 0, signal: null });
      } finally {
        await agent.kill();
        await receiver.stop();
      }
    }),
  );
});
