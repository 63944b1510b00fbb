// The part of npm's `syslog-client` that the tests use; the package brings no types.
declare module 'syslog-client' {
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

  const library: { createClient(host: string, options: SyslogClientOptions): SyslogClient };
  export default library;
}
