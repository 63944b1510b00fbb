/*
 * rsyslog with one in-memory queue per drain: imptcp, a ruleset per tenant that is called by name (no chain of ifs), omfwd with a
 * LinkedList queue, octet-counted, the message passed on as it came. Nothing is kept on disk; the queues have room for everything.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listens, type Peer, type Running, startForwarder, type Task } from './peer.js';

const program = '/usr/sbin/rsyslogd';

export const rsyslog: Peer = {
  name: 'rsyslog',
  how: 'in-memory LinkedList queue per drain, imptcp, rulesets called by name, message passed on as it came; nothing on disk',
  version() {
    const { status, stdout } = spawnSync(program, ['-v'], { encoding: 'utf8' });
    return status === 0 ? /rsyslogd\s+(\S+)/.exec(stdout)?.[1] : undefined;
  },
  async start(task: Task): Promise<Running> {
    const port = await freePort();
    const file = join(task.directory, 'rsyslog.conf');
    writeFileSync(file, configuration(task, port));
    const command = [program, '-n', '-C', '-i', join(task.directory, 'pid'), '-f', file];
    const forwarder = await startForwarder(task.cores, command, () => listens(port));
    return { ...forwarder, door: { host: '127.0.0.1', port } };
  },
};

function configuration({ directory, drains, queuedMax, tls }: Task, port: number): string {
  const driver = tls === null ? '' : 'StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"';
  const ca = tls === null ? '' : `defaultNetstreamDriverCAFile="${tls.ca}"`;
  const queue = `queue.type="LinkedList" queue.size="${queuedMax}" queue.dequeueBatchSize="1024" queue.timeoutEnqueue="600000"`;
  const rulesets = drains.map(
    (drain) => `ruleset(name="${drain.tenant}") {
  action(type="omfwd" target="127.0.0.1" port="${drain.port}" protocol="tcp" TCP_Framing="octet-counted" template="asItCame"
    action.resumeRetryCount="-1" ${queue} ${driver})
}`,
  );
  return `
global(workDirectory="${directory}" maxMessageSize="64k" ${ca})
main_queue(queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="1024" queue.timeoutEnqueue="600000")
module(load="imptcp" threads="2")
template(name="asItCame" type="string" string="%rawmsg%")
${rulesets.join('\n')}
input(type="imptcp" port="${port}" address="127.0.0.1")
call_indirect $app-name;
`;
}
