/*
 * Failure is for the world: what a person, a network or a disk did. One closed list of codes, each with its HTTP status,
 * its exit code, whether trying again can help, and a hint that says what to do next (STYLE 12).
 * Promise: `message` and `detail` may be shown to the person who asked; they never hold a secret or a payload.
 */

interface FailureKind {
  /** Status of the HTTP answer. */
  readonly status: number;
  /** Exit code of the CLI (DESIGN, "The command line"): 1 failed, 2 usage, 3 refused, 4 not found, 5 not allowed, 6 unreachable. */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 6;
  readonly retry: boolean;
  readonly hint: string;
}

const kind = (status: number, exit: FailureKind['exit'], retry: boolean, hint: string): FailureKind => ({
  status,
  exit,
  retry,
  hint,
});

export const failureKinds = {
  // Requests
  usage: kind(400, 2, false, 'Run the command with --help to see what it takes.'),
  bad_request: kind(400, 2, false, 'Correct the field that the message names and send the request again.'),
  unsupported_media_type: kind(415, 2, false, 'Send application/x-ndjson (one event per line) or application/json.'),
  body_too_large: kind(413, 3, false, 'Send fewer events in one request: 16 MiB at most.'),
  busy: kind(503, 1, true, 'Send it again in a moment, or send NDJSON, which is taken line by line.'),
  not_found: kind(404, 4, false, 'Check the path.'),
  method_not_allowed: kind(405, 2, false, 'The header `Allow` of the answer names the methods that this path takes.'),
  internal: kind(500, 1, false, "This is a bug in Sluice: please report it with the agent's log line of this moment."),
  // Settings
  config_unreadable: kind(500, 1, false, 'Check that the file exists and that this user may read it.'),
  config_invalid: kind(400, 2, false, 'Run `sluice config example` to see every key with its meaning.'),
  // Tenants
  tenant_unknown: kind(
    404,
    4,
    false,
    'Run `sluice tenant list` to see the tenants, `sluice tenant add NAME` to add one.',
  ),
  tenant_exists: kind(409, 3, false, 'Run `sluice tenant show NAME` to see it, `sluice tenant set NAME` to change it.'),
  tenant_has_drains: kind(409, 3, false, 'Remove its drains first, or pass --yes to remove them with it.'),
  // Drains
  drain_unknown: kind(404, 4, false, 'Run `sluice drain list` to see the drains and their ids.'),
  drain_duplicate: kind(
    409,
    3,
    false,
    'This tenant has a drain with this URL: `sluice drain list` shows it, `sluice drain update ID` changes it.',
  ),
  drains_too_many: kind(
    409,
    3,
    false,
    'Remove a drain first, or ask the operator for more (limits.drains_per_tenant).',
  ),
  drain_has_backlog: kind(409, 3, false, 'Pass --yes to remove it and lose what is queued, or let it drain first.'),
  url_invalid: kind(
    422,
    3,
    false,
    'Give syslog+tls://HOST:PORT (TLS, default port 6514) or syslog://HOST:PORT (TCP, default port 601).',
  ),
  udp_refused: kind(422, 3, false, 'UDP loses events without a trace: use syslog+tls:// or syslog://.'),
  filter_invalid: kind(
    422,
    3,
    false,
    'A filter is dotted segments: * within a segment, ** for any number of segments; 16 patterns of 128 characters at most.',
  ),
  tls_material_invalid: kind(
    422,
    3,
    false,
    'Give PEM: certificates for --ca and --cert, and the private key that belongs to --cert for --key.',
  ),
  limit_above_ceiling: kind(
    422,
    3,
    false,
    'A drain may be slower than the ceiling, not faster: the operator sets limits.drain.',
  ),
  // Destinations
  name_unresolved: kind(422, 3, true, 'Check the spelling and that the name has an A or AAAA record in public DNS.'),
  name_single_label: kind(422, 3, false, 'Give a full domain name or an address: localhost is 127.0.0.1.'),
  destination_refused: kind(
    422,
    3,
    false,
    'Ask the operator: destinations.allow opens private ranges, destinations.unsafe_allow loopback and link-local ones.',
  ),
  // Delivery, shown as a drain's last error
  connection_refused: kind(502, 1, true, 'Nothing listens on that port: start the receiver, or check the port.'),
  connection_timeout: kind(504, 1, true, 'No answer: check that a firewall lets this node reach the receiver.'),
  connection_reset: kind(502, 1, true, 'The receiver dropped the connection: look into its log.'),
  connection_closed: kind(
    502,
    1,
    true,
    'The receiver closed the connection; what it had not acknowledged is sent again.',
  ),
  host_unreachable: kind(502, 1, true, 'There is no route to the receiver: check the address and the network.'),
  stalled: kind(504, 1, true, 'The receiver takes no bytes: look whether it is overloaded or its disk is full.'),
  tls_certificate_expired: kind(502, 1, true, "The receiver's certificate has expired: renew it there."),
  tls_certificate_untrusted: kind(
    502,
    1,
    true,
    "Give the CA that signed the receiver's certificate: `sluice drain update ID --ca FILE`.",
  ),
  tls_name_mismatch: kind(
    502,
    1,
    true,
    'The certificate is for another name: correct the URL, or name it with `sluice drain update ID --server-name NAME`.',
  ),
  tls_fingerprint_mismatch: kind(
    502,
    1,
    true,
    "The receiver's certificate has changed: check it, then `sluice drain update ID --fingerprint …`.",
  ),
  tls_handshake_failed: kind(
    502,
    1,
    true,
    'Check that the receiver speaks TLS 1.2 or 1.3 on this port, and whether it wants a client certificate (--cert, --key).',
  ),
  tls_handshake_timeout: kind(
    504,
    1,
    true,
    'The receiver did not finish the TLS handshake: check that it speaks TLS on this port.',
  ),
  descriptors_exhausted: kind(503, 1, true, 'The agent has too many files open: raise LimitNOFILE of its unit.'),
  // Admission, per event
  not_json: kind(400, 1, false, 'Each line must be one JSON object.'),
  bad_utf8: kind(400, 1, false, 'Encode the event as UTF-8.'),
  lone_surrogate: kind(400, 1, false, 'A \\ud800–\\udfff escape must come in a pair.'),
  event_too_large: kind(400, 1, false, 'An event is 256 KiB at most.'),
  too_deep: kind(400, 1, false, 'Only `data` may be an object, and it must be flat.'),
  duplicate_key: kind(400, 1, false, 'Give each key once.'),
  unknown_field: kind(
    400,
    1,
    false,
    'The fields are tenant, type, message, severity, time, id, app, resource, host, facility, data.',
  ),
  missing_field: kind(400, 1, false, '`tenant`, `type` and `message` are required.'),
  bad_type: kind(
    400,
    1,
    false,
    'A dotted lower-case name such as orchestration.stack.create.end: 1 to 128 of a-z 0-9 _ - .',
  ),
  reserved_type: kind(400, 1, false, 'Types that begin with `sluice.` are kept for the agent.'),
  bad_message: kind(400, 1, false, '`message` is a string.'),
  bad_severity: kind(400, 1, false, 'One of emerg alert crit err warning notice info debug, or 0 to 7.'),
  bad_time: kind(400, 1, false, 'RFC 3339 with an offset, such as 2026-11-22T10:00:00.000Z; no leap second.'),
  bad_id: kind(400, 1, false, '1 to 64 printable ASCII characters without space, " \\ and ].'),
  bad_app: kind(400, 1, false, '1 to 48 printable ASCII characters without space.'),
  bad_resource: kind(400, 1, false, '1 to 128 printable ASCII characters without space.'),
  bad_host: kind(400, 1, false, '1 to 255 printable ASCII characters without space.'),
  bad_facility: kind(
    400,
    1,
    false,
    'One of kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 … local7, or 0 to 23.',
  ),
  bad_data: kind(
    400,
    1,
    false,
    'A flat object of strings, numbers and booleans: 32 keys and 2 KiB at most, keys of 1 to 32 printable characters without = ] " and space.',
  ),
  bad_tenant: kind(400, 1, false, 'A tenant is 1 to 64 of A-Z a-z 0-9 . _ -'),
  tenant_mismatch: kind(400, 1, false, 'Leave `tenant` out, or name the one that this door is bound to.'),
  bad_frame: kind(400, 1, false, 'Send octet-counted or LF-framed RFC 5424 messages.'),
  bad_syslog: kind(
    400,
    1,
    false,
    'Send `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424 6).',
  ),
  none_valid: kind(400, 1, false, 'See `rejected` for what is wrong with each line.'),
  limited: kind(
    429,
    3,
    true,
    'The tenant is over its limit: send again later, or ask the operator for more (`sluice tenant set`).',
  ),
  // The agent itself
  disk_full: kind(507, 1, true, 'Free space on the disk that holds state_dir; nothing that was accepted is lost.'),
  journal_failed: kind(
    500,
    1,
    false,
    'The disk under state_dir failed: look into the kernel log, then restart the agent.',
  ),
  stopping: kind(503, 6, true, 'The agent is stopping: send again when it is back.'),
  state_locked: kind(409, 1, false, 'Stop the other agent first, or give this one a state_dir of its own.'),
  state_newer: kind(409, 1, false, 'This state was written by a newer Sluice: install that version again.'),
  state_damaged: kind(
    500,
    1,
    false,
    'Move the damaged file out of state_dir and keep it: a new one is made at the next start.',
  ),
  state_unusable: kind(500, 1, false, 'Check that state_dir is a directory that this user may write.'),
  agent_unreachable: kind(503, 6, true, 'Start it with `sluice agent --dev`, or name it with --url or SLUICE_URL.'),
  door_unavailable: kind(500, 1, false, 'Choose another address or path for this door, or stop what holds it.'),
  not_all_arrived: kind(500, 1, false, 'Look at the table above for the drain that is short.'),
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failureKinds;

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;

  /**
   * @param message one sentence: what happened, and to what
   * @param options `hint` replaces the code's own; `cause` is kept for the log and never shown
   */
  constructor(code: FailureCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? failureKinds[code].hint;
  }

  readonly hint: string;

  get kind(): FailureKind {
    return failureKinds[this.code];
  }
}

/** The failure that `error` is, or `internal` with the error as its cause. */
export const asFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure('internal', 'Something broke inside the agent.', { cause: error });
