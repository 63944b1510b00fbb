// The part of `syslog-client` that the test uses; the package brings no types.
import { createRequire } from 'node:module';

export interface SyslogClientOptions {
  readonly rfc3164: boolean;
  readonly facility?: number;
  readonly severity?: number;
  readonly appName?: string;
  readonly syslogHostname?: string;
  /** 1: TCP, 2: UDP. */
  readonly transport?: 1 | 2;
  readonly port?: number;
}

export interface SyslogClient {
  log(text: string, options: object, done: (error?: Error) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): void;
}

const library = createRequire(import.meta.url)('syslog-client') as {
  createClient(host: string, options: SyslogClientOptions): SyslogClient;
};

export const createClient = (host: string, options: SyslogClientOptions): SyslogClient =>
  library.createClient(host, options);
