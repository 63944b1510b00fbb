/*
 * The settings as the rest of the program sees them: the keys of the YAML file, durations in milliseconds, sizes in bytes,
 * a door that is off as null. The table that they are parsed and printed from is settings-table.ts.
 * Promise: a value of this type was checked whole: units, bounds, relations, and that nothing in it silently does nothing.
 */

/** Where producers speak syslog: a unix socket or a loopback TCP address, never both. */
export interface SyslogListener {
  readonly path?: string;
  /** `127.0.0.1:5514` or `[::1]:5514`; port 0 takes any. */
  readonly address?: string;
  /** All that comes in belongs to this tenant; without it, the SD-PARAM says whose it is. */
  readonly tenant?: string;
  /** HOSTNAME is taken as the producer gave it. */
  readonly keep_host?: boolean;
}

export interface Settings {
  readonly state_dir: string;
  readonly run_dir: string;
  readonly identity: {
    readonly hostname: string;
    readonly enterprise_id: number;
    /** RFC 5424 6.2.1 number, 0 to 23. */
    readonly facility: number;
  };
  readonly listen: {
    readonly control: string | null;
    readonly ingest: string | null;
    readonly syslog: readonly SyslogListener[];
    readonly api: string | null;
    readonly api_tls: { readonly cert: string | null; readonly key: string | null };
    readonly metrics: string | null;
    /** Group name or number of the control socket; null: the agent's own group. */
    readonly control_group: string | null;
    readonly ingest_group: string | null;
  };
  readonly journal: {
    readonly commit_ms: number;
    readonly durability: 'full' | 'process';
    readonly bytes_max: number;
    readonly tenant_bytes_max: number;
    readonly ttl: number;
  };
  readonly limits: {
    readonly tenant: { readonly events_per_s: number; readonly burst: number; readonly bytes_per_s: number };
    readonly drain: { readonly events_per_s: number; readonly bytes_per_s: number };
    readonly destination: {
      readonly connections: number;
      readonly dials_per_10min: number;
      readonly events_per_s: number;
    };
    readonly drains_per_tenant: number;
  };
  readonly destinations: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    readonly unsafe_allow: readonly string[];
    readonly ports: string;
    readonly plaintext: string;
    readonly shared: readonly string[];
  };
  readonly confirm: {
    readonly required: boolean;
    readonly ttl: number;
    readonly tries: number;
    readonly trusted: readonly string[];
  };
  readonly secrets: { readonly key_file: string | null };
  readonly delivery: {
    readonly dial_timeout: number;
    readonly handshake_timeout: number;
    readonly stall_timeout: number;
    readonly zero_window_timeout: number;
    readonly suspend_after: number;
    readonly replay_margin: { readonly bytes: number; readonly time: number };
    readonly idle_close: number;
    readonly age_max: number;
    readonly backoff_min: number;
    readonly backoff_max: number;
    readonly dials_per_s: number;
    readonly message_bytes_max: number;
  };
  readonly dns: { readonly servers: readonly string[]; readonly timeout: number; readonly tries: number };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'json' | 'text' };
}
