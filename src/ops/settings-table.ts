/*
 * Every setting, one row each: what it means, its default as it stands in the file, what it takes, and what isn't there yet.
 * The parser, `config check`, `config example`, docs/settings.md and every error are made from these rows (STYLE 21).
 * Promise: the type of the table has exactly the keys and the value types of Settings, so neither can drift from the other.
 */
import { limits } from '../base/limits.js';
import { facilityNames } from '../event/severity.js';
import {
  address,
  addressRange,
  choice,
  count,
  duration,
  listOf,
  nameServer,
  numbered,
  orOff,
  path,
  printable,
  size,
  type Unit,
  yesOrNo,
} from './setting-units.js';
import type { Settings } from './settings.js';
import { syslogListeners } from './syslog-listeners.js';

type Leaf = string | number | boolean | null | readonly unknown[];

/** `state_dir`, `identity.hostname`, … : the path of every leaf of Settings. */
export type SettingKey<T = Settings> = {
  [K in keyof T & string]: T[K] extends Leaf ? K : `${K}.${SettingKey<T[K]>}`;
}[keyof T & string];

type SettingValue<Key extends string, T = Settings> = Key extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? SettingValue<Rest, T[Head]>
    : never
  : Key extends keyof T
    ? T[Key]
    : never;

interface Later<T> {
  readonly missing: string;
  /** True of a value that asks for no more than what is so without the missing part: a wider limit than the default, say. */
  holds?(value: T): boolean;
}

export interface Setting<T> {
  /** One sentence for a person, ending in a full stop. */
  readonly sentence: string;
  /** The default, as one writes it in the file. */
  readonly written: unknown;
  readonly unit: Unit<T>;
  /** Set while nothing in this version acts on the value: what is missing. Only the default and what `holds` anyway are accepted. */
  readonly later?: Later<T>;
}

const row = <T>(sentence: string, written: unknown, unit: Unit<T>): Setting<T> => ({ sentence, written, unit });
const later = <T>(missing: string, setting: Setting<T>, holds?: (value: T) => boolean): Setting<T> => ({
  ...setting,
  later: holds === undefined ? { missing } : { missing, holds },
});
/** Nothing limits it yet, so any limit that is no stricter than the default may stand in a file that later versions read too. */
const laterLimit = (missing: string, setting: Setting<number>): Setting<number> =>
  later(missing, setting, (value) => value >= setting.unit.parse(setting.written));
/** Without the handshake, which `confirm.required: false` says, nothing depends on the value. */
const laterDetail = <T>(setting: Setting<T>): Setting<T> => later(noConfirmation, setting, () => true);

const perSecond = count(1, 1_000_000_000);
const facilities = numbered('facility', facilityNames);
const group = orOff(printable(32));
const noApi = 'the API for tenants';
const noConfirmation = 'the confirmation of drains';
const noBudgets = 'the budget of a destination';

export const settingsTable: { readonly [Key in SettingKey]: Setting<SettingValue<Key>> } = {
  state_dir: row('Where the journal and the registry live; it must survive a restart.', '/var/lib/sluice', path),
  run_dir: row('Where the sockets live; a relative path of a door is below it.', '/run/sluice', path),

  'identity.hostname': row(
    "HOSTNAME of every message; never the node's own name.",
    '-',
    printable(limits.hostnameLengthMax),
  ),
  'identity.enterprise_id': row(
    'Private enterprise number in the names of structured data (sluice@PEN).',
    32473,
    count(1, 4_294_967_295),
  ),
  'identity.facility': row('Facility of an event that names none.', 'user', facilities),

  'listen.control': row('Control socket, mode 0660: may do everything.', 'control.sock', orOff(path)),
  'listen.ingest': row('Ingest socket, mode 0660: may hand over events, nothing else.', 'ingest.sock', orOff(path)),
  'listen.syslog': row(
    'Syslog listeners: unix sockets ({ path }) or loopback ports ({ address }), with { tenant, keep_host } if wanted.',
    [{ path: 'syslog.sock' }],
    syslogListeners,
  ),
  'listen.api': later(
    noApi,
    row('HTTP API for tenants and producers elsewhere.', '127.0.0.1:8514', orOff(address)),
    // Any port of loopback is as closed as the default's.
    (place) => place === null || place.startsWith('127.'),
  ),
  'listen.api_tls.cert': later(noApi, row('Certificate chain of the API, PEM.', 'off', orOff(path))),
  'listen.api_tls.key': later(noApi, row('Private key of the API, PEM.', 'off', orOff(path))),
  'listen.metrics': later('the metrics', row('A listener of its own for /metrics.', 'off', orOff(address))),
  'listen.control_group': row("Group of the control socket; off: the agent's own.", 'off', group),
  'listen.ingest_group': row("Group of the ingest and the syslog sockets; off: the agent's own.", 'off', group),

  'journal.commit_ms': row('Longest wait before what came in is committed, milliseconds.', 10, count(1, 1000)),
  'journal.durability': row(
    'full: an answer means fsync was done; process: survives the death of the agent, not of the machine.',
    'full',
    choice('full', 'process'),
  ),
  'journal.bytes_max': row(
    'All that is kept; beyond it the tenant with the most bytes loses its oldest events.',
    '8GiB',
    size('1MiB', '16TiB'),
  ),
  'journal.tenant_bytes_max': row(
    'Kept for one tenant; beyond it this tenant loses its oldest events.',
    '64MiB',
    size('64KiB', '16TiB'),
  ),
  'journal.ttl': row('How long an event waits for its receivers.', '72h', duration('1s', '365d')),

  'limits.tenant.events_per_s': row('Events that producers may hand over for one tenant.', 1000, perSecond),
  'limits.tenant.burst': row('Events of one tenant that may come at once.', 10_000, perSecond),
  'limits.tenant.bytes_per_s': row(
    'Encoded bytes for one tenant, with a burst of one second.',
    '1MiB',
    size('1KiB', '1TiB'),
  ),
  'limits.drain.events_per_s': row('Events that one receiver is sent; the rest waits in the journal.', 500, perSecond),
  'limits.drain.bytes_per_s': row(
    'Bytes that one receiver is sent, with a burst of one second.',
    '512KiB',
    size('1KiB', '1TiB'),
  ),
  'limits.destination.connections': laterLimit(
    noBudgets,
    row('Connections to one address, across tenants.', 20, count(1, 100_000)),
  ),
  'limits.destination.dials_per_10min': laterLimit(
    noBudgets,
    row('Dials to one address in 10 minutes, across tenants.', 30, count(1, 1_000_000)),
  ),
  'limits.destination.events_per_s': laterLimit(
    noBudgets,
    row('Events to one address, across tenants.', 2000, perSecond),
  ),
  'limits.drains_per_tenant': row('Drains that one tenant may have.', 5, count(0, 255)),

  'destinations.allow': row('Private ranges that may be dialled.', [], listOf(addressRange)),
  'destinations.deny': row('Ranges that may not be dialled.', [], listOf(addressRange)),
  'destinations.unsafe_allow': row(
    "Opens loopback, link-local and the node's own addresses: for trying things out.",
    [],
    listOf(addressRange),
  ),
  'destinations.ports': later('the choice of ports', row('Ports that may be dialled.', 'default', choice('default'))),
  'destinations.plaintext': later(
    'the refusal of plaintext',
    row('Whether syslog:// without TLS is allowed.', 'allow', choice('allow', 'deny')),
  ),
  'destinations.shared': laterDetail(
    row(
      'Hosts that many tenants send to: a moved name needs no new confirmation.',
      ['*.papertrailapp.com'],
      listOf(printable(255)),
    ),
  ),

  'confirm.required': row(
    'Whether a new drain must prove with a code that its receiver wants it. Not in this version yet: set it to false.',
    true,
    yesOrNo,
  ),
  'confirm.ttl': laterDetail(row('How long a code is valid.', '30m', duration('1m', '1d'))),
  'confirm.tries': laterDetail(row('Wrong codes before a code is void.', 5, count(1, 100))),
  'confirm.trusted': laterDetail(row('Destinations that need no code.', [], listOf(printable(255)))),

  'secrets.key_file': laterDetail(row('Key that codes and tokens are hashed with.', 'off', orOff(path))),

  'delivery.dial_timeout': row('TCP connect.', '10s', duration('100ms', '10m')),
  'delivery.handshake_timeout': row('TLS handshake.', '10s', duration('100ms', '10m')),
  'delivery.stall_timeout': row(
    'A receiver that acknowledges nothing for so long is shown as stalled; if the network is silent, it is redialled.',
    '15s',
    duration('1s', '1h'),
  ),
  'delivery.zero_window_timeout': row(
    'Patience with a receiver that is there and reads nothing.',
    '15m',
    duration('1s', '1d'),
  ),
  'delivery.suspend_after': laterLimit(
    'the suspension of drains',
    row('A drain that failed for so long is suspended.', '72h', duration('1m', '365d')),
  ),
  'delivery.replay_margin.bytes': row(
    'Acknowledged bytes that are sent again after an abnormal close, at most.',
    '8MiB',
    size('0B', '1GiB'),
  ),
  'delivery.replay_margin.time': row(
    '… and no more than what was acknowledged in the last so long of progress.',
    '30s',
    duration('0ms', '1h'),
  ),
  'delivery.idle_close': row('An idle connection is closed after so long.', '4m', duration('1s', '1d')),
  'delivery.age_max': row('A connection is renewed after so long.', '5h', duration('1s', '7d')),
  'delivery.backoff_min': row('Longest wait before the second try.', '1s', duration('10ms', '1h')),
  'delivery.backoff_max': row('Longest wait before any later try.', '5m', duration('10ms', '1d')),
  'delivery.dials_per_s': row('Dials of the whole agent.', 50, count(1, 10_000)),
  // RFC 5424 6.1: receivers take 480 octets at least.
  'delivery.message_bytes_max': row(
    'Longest message, unless a drain sets a lower one; the text is cut, never the headers.',
    '8KiB',
    size('480B', '256KiB'),
  ),

  'dns.servers': row("Name servers; none: the system's (/etc/resolv.conf).", [], listOf(nameServer)),
  'dns.timeout': row('One query to one server.', '1s', duration('100ms', '1m')),
  'dns.tries': row('Queries before a name counts as unresolved.', 2, count(1, 10)),

  'log.level': row('Least serious line that is written.', 'info', choice('debug', 'info', 'warn', 'error')),
  'log.format': row('One JSON object per line, or text for people.', 'json', choice('json', 'text')),
};
