// syslog-ng as scripts/install-receivers.sh unpacked it, as a receiver of a test: its syslog() source, octet-counted, plain or TLS.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Receiver, startReceiver, type TlsFiles } from './receiver-process.js';

export interface SyslogNgOptions {
  /** An existing directory of the caller's; what is received is written into `received/` in it. */
  readonly directory: string;
  readonly tls?: TlsFiles;
  /** What is written for a message, in syslog-ng's template language, one line each: `syslogNgJson` unless told. */
  readonly template?: string;
  /** Name of the file, in the same language: `syslogNgTenantFile` for one per tenant. `messages.log` unless told. */
  readonly file?: string;
  /** Listens here or fails: to start it again where it was. */
  readonly port?: number;
}

/** Everything that syslog-ng parsed, as JSON; PARAM-VALUEs without their escapes. */
export const syslogNgJson =
  '$(format-json --scope none PRI=$PRI TIME=$S_ISODATE HOST=$HOST PROGRAM=$PROGRAM PID=$PID MSGID=$MSGID MESSAGE=$MSG --key .SDATA.*)';
/** A file per `tenant` of the `sluice@32473` element. */
export const syslogNgTenantFile = '${.SDATA.sluice@32473.tenant}.log';

const folder =
  process.env['SLUICE_SYSLOG_NG'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice-receivers', 'syslog-ng');
const program = join(folder, 'usr', 'sbin', 'syslog-ng');

/** Why there is no syslog-ng to test with, or undefined. */
export const syslogNgAvailable = (): string | undefined =>
  existsSync(program) ? undefined : `${program} is not there: run scripts/install-receivers.sh`;

/** Starts syslog-ng on a port of 127.0.0.1; it writes each message at once. */
export function startSyslogNg(options: SyslogNgOptions): Promise<Receiver> {
  const { directory } = options;
  const received = join(directory, 'received');
  const file = join(directory, 'syslog-ng.conf');
  mkdirSync(received, { recursive: true });
  return startReceiver({
    program,
    directory: received,
    port: options.port,
    environment: { LD_LIBRARY_PATH: libraryFolders(folder).join(':') },
    configure(port) {
      writeFileSync(file, configuration(options, received, port));
      const places = ['--persist-file', `${file}.persist`, '--pidfile', `${file}.pid`, '--control', `${file}.ctl`];
      return ['--foreground', '--no-caps', '--cfgfile', file, '--module-path', moduleFolder(), ...places];
    },
  });
}

function configuration({ tls, template, file }: SyslogNgOptions, received: string, port: number): string {
  const ca =
    tls?.ca === undefined ? 'peer-verify(optional-untrusted)' : `peer-verify(required-trusted) ca-file("${tls.ca}")`;
  const transport = tls
    ? `transport("tls") tls(cert-file("${tls.cert}") key-file("${tls.key}") ${ca})`
    : 'transport("tcp")';
  return `@version: 3.35
options {
  keep-hostname(yes); chain-hostnames(no); use-dns(no); dns-cache(no); keep-timestamp(yes); ts-format(iso); frac-digits(6);
  stats-freq(0); time-reap(60); log-msg-size(524288); flush-lines(1);
};
source received { syslog(ip("127.0.0.1") port(${port}) max-connections(2000) log-iw-size(200000) flags(no-multi-line) ${transport}); };
destination files { file("${received}/${file ?? 'messages.log'}" template("${template ?? syslogNgJson}\\n")); };
log { source(received); destination(files); flags(flow-control); };
`;
}

const moduleFolder = (): string => {
  const versions = join(folder, 'usr', 'lib', 'syslog-ng');
  const version = readdirSync(versions).find((name) => /^\d/.test(name));
  return join(versions, version ?? '');
};

/** The folders below `from` that hold shared libraries. */
function libraryFolders(from: string): string[] {
  const entries = readdirSync(from, { withFileTypes: true, recursive: true });
  return [...new Set(entries.filter(({ name }) => name.includes('.so.')).map(({ parentPath }) => parentPath))];
}
