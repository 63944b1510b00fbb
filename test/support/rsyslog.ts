// rsyslogd as it is installed, as a receiver of a test: imtcp (octet-counted or LF, each message as it begins), plain or TLS.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Receiver, startReceiver, type TlsFiles } from './receiver-process.js';

export interface RsyslogOptions {
  /** An existing directory of the caller's; what is received is written into `received/` in it. */
  readonly directory: string;
  /** Receives TLS, 1.2 or 1.3, with rsyslog's OpenSSL driver. */
  readonly tls?: TlsFiles;
  /** What is written for a message, in rsyslog's template language, one line each: `jsonTemplate` unless told. */
  readonly template?: string;
  /** Name of the file, in the same language: `tenantFile` for one per tenant. `messages.log` unless told. */
  readonly file?: string;
  /** Listens here or fails: to start it again where it was. */
  readonly port?: number;
}

/** Everything that rsyslog parsed, as JSON. */
export const jsonTemplate = '%jsonmesg%';
/** The message as it was received, without its frame. */
export const rawTemplate = '%rawmsg%';
/** A file per `tenant` of the `sluice@32473` element. */
export const tenantFile = '%$!rfc5424-sd!sluice@32473!tenant%.log';

const program = '/usr/sbin/rsyslogd';

/** Why there is no rsyslog to test with, or undefined. */
export function rsyslogAvailable(): string | undefined {
  const hint = 'run scripts/install-receivers.sh';
  if (!existsSync(program)) return `${program} is not installed: ${hint}`;
  const hasOpenSsl = readdirSync('/usr/lib').some((folder) => existsSync(`/usr/lib/${folder}/rsyslog/lmnsd_ossl.so`));
  return hasOpenSsl ? undefined : `rsyslog-openssl is not installed: ${hint}`;
}

/** Starts rsyslogd on a port of 127.0.0.1; it writes each message before it reads the next batch. */
export function startRsyslog(options: RsyslogOptions): Promise<Receiver> {
  const received = join(options.directory, 'received');
  const file = join(options.directory, 'rsyslog.conf');
  mkdirSync(received, { recursive: true });
  return startReceiver({
    program,
    directory: received,
    port: options.port,
    configure(port) {
      writeFileSync(file, configuration(options, received, port));
      return ['-n', '-C', '-i', 'NONE', '-f', file];
    },
  });
}

function configuration({ directory, tls, template, file }: RsyslogOptions, received: string, port: number): string {
  const files = tls && [
    `defaultNetstreamDriverCertFile="${tls.cert}"`,
    `defaultNetstreamDriverKeyFile="${tls.key}"`,
    `defaultNetstreamDriverCAFile="${tls.ca ?? tls.cert}"`,
  ];
  const authMode = tls?.ca === undefined ? 'anon' : 'x509/certvalid';
  const driver = tls && `streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="${authMode}"`;
  return `
global(workDirectory="${directory}" maxMessageSize="512k" ${files?.join(' ') ?? ''}
  parser.escapeControlCharactersOnReceive="off" parser.permitSlashInProgramname="on")
module(load="imtcp" maxFrameSize="524288" maxSessions="5000" ${driver ?? ''})
module(load="mmpstrucdata")
template(name="line" type="string" string="${template ?? jsonTemplate}\\n")
template(name="file" type="string" string="${received}/${file ?? 'messages.log'}")
input(type="imtcp" port="${port}" address="127.0.0.1")
action(type="mmpstrucdata" sd_name.lowercase="off")
action(type="omfile" dynaFile="file" template="line" dynaFileCacheSize="1000" createDirs="off")
`;
}
