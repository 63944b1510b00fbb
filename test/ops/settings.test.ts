// The settings file: what is read, what is refused, and that everything printed comes from the same table.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/base/failure.js';
import { checkSettings, faultLine, loadSettings } from '../../src/ops/settings-load.js';
import { exampleSettings, settingsReference } from '../../src/ops/settings-print.js';
import { refuseUnbuilt } from '../../src/ops/settings-relations.js';
import { settingsTable } from '../../src/ops/settings-table.js';

const faultsOf = (text: string): readonly string[] => {
  const outcome = checkSettings(text);
  return Array.isArray(outcome) ? outcome.map(faultLine) : [];
};

describe('the defaults', () => {
  test('no file is every default, in milliseconds and bytes', () => {
    const settings = loadSettings(undefined);
    expect(settings.journal).toEqual({
      commit_ms: 10,
      durability: 'full',
      bytes_max: 8 * 2 ** 30,
      tenant_bytes_max: 64 * 2 ** 20,
      ttl: 72 * 3_600_000,
    });
    expect(settings.identity).toEqual({ hostname: '-', enterprise_id: 32_473, facility: 1 });
    expect(settings.listen.control).toBe('/run/sluice/control.sock');
    expect(settings.listen.syslog).toEqual([{ path: '/run/sluice/syslog.sock' }]);
    expect(settings.delivery.replay_margin).toEqual({ bytes: 8 * 2 ** 20, time: 30_000 });
  });

  test('an empty file and a file of comments are the defaults', () => {
    expect(loadSettings('')).toEqual(loadSettings(undefined));
    expect(loadSettings('# nothing\njournal:\n')).toEqual(loadSettings(undefined));
  });

  test('the example file parses to the defaults and names every key', () => {
    expect(loadSettings(exampleSettings())).toEqual(loadSettings(undefined));
    for (const key of Object.keys(settingsTable)) {
      expect(exampleSettings()).toContain(`${key.slice(key.lastIndexOf('.') + 1)}: `);
    }
  });

  test('docs/settings.md is what the table prints', () => {
    expect(readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')).toBe(settingsReference());
  });
});

describe('values', () => {
  test.each([
    ['journal: { ttl: 10s }', 10_000],
    ['journal: { ttl: 4m }', 240_000],
    ['journal: { ttl: 72h }', 259_200_000],
    ['journal: { ttl: 3d }', 259_200_000],
    ['journal:\n  ttl: 1500ms', 1500],
  ])('%s', (text, ms) => {
    expect(loadSettings(text).journal.ttl).toBe(ms);
  });

  test.each([
    ['8GiB', 8 * 2 ** 30],
    ['524288KiB', 2 ** 29],
    ['1073741824', 2 ** 30],
  ])('a size: %s', (given, bytes) => {
    expect(loadSettings(`journal: { bytes_max: ${given} }`).journal.bytes_max).toBe(bytes);
  });

  test.each([
    'journal: { ttl: 10 }',
    'journal: { ttl: 10 s }',
    'journal: { ttl: -1s }',
    'journal: { ttl: 1s30ms }',
    'journal: { ttl: 100000d }',
    'journal: { ttl: }',
    'journal: { bytes_max: 8GB }',
    'journal: { bytes_max: 1.5GiB }',
    'journal: { bytes_max: true }',
    'journal: { commit_ms: 10ms }',
    'journal: { commit_ms: 0 }',
    'journal: { durability: Full }',
    'identity: { facility: 24 }',
    'identity: { hostname: "a b" }',
    'destinations: { allow: 10.0.0.0/8 }',
    'destinations: { allow: [10.0.0.0/33] }',
    'destinations: { allow: ["fe80::1%eth0"] }',
    'destinations: { allow: [localhost] }',
    'confirm: { required: "yes" }',
    'dns: { servers: [ns.example.com] }',
    'listen: { control: "" }',
  ])('refused: %s', (text) => {
    expect(faultsOf(text)).toHaveLength(1);
    expect(faultsOf(text)[0]).toMatch(/^line \d+: [a-z_.]+ is .*, not /);
  });

  test('a facility by name is its RFC 5424 number', () => {
    expect(loadSettings('identity: { facility: local7 }').identity.facility).toBe(23);
  });

  test('any door can be off', () => {
    const { listen } = loadSettings('listen: { control: off, ingest: off, syslog: off, api: off }');
    expect(listen).toMatchObject({ control: null, ingest: null, syslog: [], api: null });
  });

  test('a relative path of a door is below run_dir, wherever that is', () => {
    const { listen } = loadSettings('run_dir: /tmp/r\nlisten: { ingest: in.sock, control: /elsewhere/c.sock }');
    expect(listen).toMatchObject({ ingest: '/tmp/r/in.sock', control: '/elsewhere/c.sock' });
    expect(listen.syslog).toEqual([{ path: '/tmp/r/syslog.sock' }]);
  });
});

describe('syslog listeners', () => {
  test('a path, a loopback port, a tenant of their own, a shorthand', () => {
    const text = `listen:
  syslog:
    - { path: /run/a.sock, tenant: acme, keep_host: true }
    - { address: "127.0.0.1:0" }
    - "[::1]:5514"
    - b.sock`;
    expect(loadSettings(text).listen.syslog).toEqual([
      { path: '/run/a.sock', tenant: 'acme', keep_host: true },
      { address: '127.0.0.1:0' },
      { address: '[::1]:5514' },
      { path: '/run/sluice/b.sock' },
    ]);
  });

  test.each([
    ['[{ address: "0.0.0.0:5514" }]', 'loopback'],
    ['[{ address: "localhost:5514" }]', 'loopback'],
    ['[{ address: "127.0.0.1:70000" }]', 'loopback'],
    ['[{ path: a.sock, address: "127.0.0.1:1" }]', 'either path or address'],
    ['[{ tenant: acme }]', 'either path or address'],
    ['[{ path: a.sock, tenant: "a/b" }]', 'tenant'],
    ['[{ path: a.sock, tennant: acme }]', 'not "tennant"'],
    ['a.sock', 'a list'],
  ])('refused: %s', (listeners, why) => {
    expect(faultsOf(`listen: { syslog: ${listeners} }`)).toEqual([expect.stringContaining(why)]);
  });
});

describe('faults', () => {
  test('an unknown key is named with its line and the nearest known one', () => {
    expect(faultsOf('journal:\n  ttl: 1h\n  commitms: 5\n')).toEqual([
      'line 3: journal.commitms is not a setting; did you mean journal.commit_ms?',
    ]);
  });

  test.each([
    ['ttl: 1h', 'line 1: ttl is not a setting; did you mean journal.ttl?'],
    ['jurnal: { ttl: 1h }', 'line 1: jurnal is not a setting; did you mean journal?'],
    [
      'delivery: { idle_close_ms: 5 }',
      'line 1: delivery.idle_close_ms is not a setting; did you mean delivery.idle_close?',
    ],
    ['zebra: 1', 'line 1: zebra is not a setting'],
    ['__proto__: { a: 1 }', 'line 1: __proto__ is not a setting'],
    ['toString: 1', 'line 1: toString is not a setting'],
    ['journal: 5', 'line 1: journal is a section: its keys stand below it, indented'],
    ['journal: [1]', 'line 1: journal is a section with keys, not a list'],
    ['- a', 'line 1: the settings are a map of keys such as state_dir and journal'],
  ])('%s', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test('several are told at once, in the order of their lines', () => {
    const text = 'journal:\n  ttl: soon\nlog: { levle: info }\nlimits:\n  drain: { events_per_s: 0 }\n';
    expect(faultsOf(text).map((fault) => fault.slice(0, 7))).toEqual(['line 2:', 'line 3:', 'line 5:']);
    expect(() => loadSettings(text)).toThrow(/line 2: journal\.ttl[^]*line 3: log\.levle[^]*line 5: limits\.drain/);
  });

  test('a key given twice and text that is no YAML are faults with a line', () => {
    expect(faultsOf('state_dir: /a\nstate_dir: /b\n')[0]).toMatch(/^line 2: not YAML: .*unique/);
    expect(faultsOf('journal: {\n')[0]).toMatch(/^line \d+: not YAML/);
  });

  test('a failure of the loader is config_invalid, which ends the command with 2', () => {
    expect.assertions(2);
    try {
      loadSettings('x: 1');
    } catch (error) {
      expect((error as Failure).code).toBe('config_invalid');
      expect((error as Failure).kind.exit).toBe(2);
    }
  });

  test.each([
    ['journal: { tenant_bytes_max: 9GiB }', 'line 1', 'journal.tenant_bytes_max is at most journal.bytes_max'],
    ['delivery: { backoff_min: 10m }', 'line 1', 'delivery.backoff_min is at most delivery.backoff_max'],
    ['delivery: { idle_close: 6h }', 'line 1', 'delivery.idle_close is at most delivery.age_max'],
    ['delivery: { stall_timeout: 1h }', 'line 1', 'delivery.stall_timeout is at most delivery.zero_window_timeout'],
    ['delivery: { replay_margin: { bytes: 65MiB } }', 'line 1', 'is at most journal.tenant_bytes_max'],
    ['listen: { ingest: control.sock }', 'line 1', 'listen.ingest and listen.control are both at'],
  ])('a relation that does not hold: %s', (text, line, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringContaining(fault)]);
    expect(faultsOf(text)[0]).toContain(line);
  });

  test('a default that may not exceed what was written is lowered to it, also by way of another default', () => {
    const { journal, delivery } = loadSettings(
      'journal: { bytes_max: 32MiB }\ndelivery: { backoff_max: 500ms, age_max: 1m, zero_window_timeout: 5s }',
    );
    expect(journal).toMatchObject({ bytes_max: 32 * 2 ** 20, tenant_bytes_max: 32 * 2 ** 20 });
    expect(delivery).toMatchObject({ backoff_min: 500, idle_close: 60_000, stall_timeout: 5000 });
    expect(loadSettings('journal: { tenant_bytes_max: 1MiB }').delivery.replay_margin.bytes).toBe(2 ** 20);
  });

  test('two that were both written and contradict each other are a fault', () => {
    const text = 'journal: { tenant_bytes_max: 1MiB }\ndelivery: { replay_margin: { bytes: 8MiB } }';
    expect(faultsOf(text)).toEqual(['line 2: delivery.replay_margin.bytes is at most journal.tenant_bytes_max']);
  });
});

describe('what is not in this version', () => {
  test.each([
    'listen: { api: "192.0.2.1:9000" }',
    'listen: { metrics: "127.0.0.1:9100" }',
    'listen: { api_tls: { cert: /a.pem } }',
    'limits: { destination: { connections: 7 } }',
    'destinations: { plaintext: deny }',
    'limits: { destination: { dials_per_10min: 29 } }',
    'delivery: { suspend_after: 1h }',
  ])('would silently do nothing, and is refused: %s', (text) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(/would do nothing: .* is not in this version yet/)]);
  });

  test.each([
    'limits: { destination: { connections: 500, dials_per_10min: 10000, events_per_s: 1000000 } }',
    'delivery: { suspend_after: 100h }',
    'listen: { api: "127.0.0.1:0" }',
    'listen: { api: off }',
    'destinations: { shared: [] }',
    'confirm: { required: false, ttl: 10m, tries: 3, trusted: ["*.example.com"] }',
    'secrets: { key_file: /k }',
  ])('asks for no more than what is so without it, and may stand in the file: %s', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  test('without the handshake the agent refuses to start until the operator has switched it off', () => {
    expect(() => refuseUnbuilt(loadSettings(undefined))).toThrow(/confirm\.required is true/);
    expect(() => refuseUnbuilt(loadSettings('confirm: { required: false }'))).not.toThrow();
  });
});

describe('--dev', () => {
  test('keeps everything below ./.sluice, opens loopback and needs no confirmation', () => {
    const settings = loadSettings(undefined, { dev: true });
    expect(settings.state_dir).toBe(`${process.cwd()}/.sluice/state`);
    expect(settings.listen.control).toBe(`${process.cwd()}/.sluice/run/control.sock`);
    expect(settings.destinations.unsafe_allow).toEqual(['127.0.0.0/8', '::1/128']);
    expect(settings.log.format).toBe('text');
    expect(() => refuseUnbuilt(settings)).not.toThrow();
  });

  test('a file still has the last word', () => {
    const settings = loadSettings('log: { format: json }\nconfirm: { required: true }', { dev: true });
    expect(settings.log.format).toBe('json');
    expect(settings.confirm.required).toBe(true);
  });
});
