// `drain show` explains itself: state, error with what to do, what waits, a ledger that adds up.
import { describe, expect, test } from 'vitest';
import type { DrainJson } from '../../src/api/view.js';
import { drainSummary, drainTable, drainWords, filterWords, stateWord } from '../../src/cli/drain-words.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');

const drain = (change: Partial<DrainJson> = {}): DrainJson => ({
  id: 'd-0123456789abcdef' as DrainJson['id'],
  tenant: 'acme' as DrainJson['tenant'],
  name: 'main',
  url: 'syslog+tls://logs.example.com:6514',
  state: 'active',
  filter: { types: [], min_severity: 'debug' },
  framing: 'octet-counting',
  limits: { events_per_s: 500, bytes_per_s: 524_288, message_bytes_max: 8192 },
  tls: { ca: null, client_cert: null, server_name: null, fingerprint: null, not_after: null },
  structured_data: null,
  ledger: {
    accepted: 0,
    delivered: 0,
    queued: 0,
    in_doubt: 0,
    resent: 0,
    dropped: { expired: 0, journal_full: 0, too_large: 0, removed: 0 },
  },
  backlog: { events: 0, bytes: 0, oldest: null },
  filtered: 0,
  paced: { events: 0, ms: 0 },
  connection: { phase: 'idle', stalled: false, peer: null },
  last_error: null,
  last_delivery: null,
  created: '2026-11-22T09:00:00.000Z',
  ...change,
});

const failing = drain({
  last_error: {
    code: 'connection_refused',
    message: 'Nothing listens on 192.0.2.1:6514.',
    hint: 'Start the receiver.',
    since: '2026-11-22T09:56:40.000Z',
    attempts: 12,
    next_try: '2026-11-22T10:00:30.000Z',
  },
  backlog: { events: 1234, bytes: 2048, oldest: '2026-11-22T09:56:40.000Z' },
  ledger: {
    accepted: 2000,
    delivered: 700,
    queued: 1230,
    in_doubt: 4,
    resent: 9,
    dropped: { expired: 60, journal_full: 6, too_large: 0, removed: 0 },
  },
});

describe('a failing drain', () => {
  const words = drainWords(failing, NOW);

  test('says for how long, why, what to do, and when it is tried again', () => {
    expect(words).toContain('active, but failing for 3 min 20 s');
    expect(words).toContain('connection_refused: Nothing listens on 192.0.2.1:6514.');
    expect(words).toContain('Start the receiver.');
    expect(words).toContain('12 attempts, next try in 30 s');
  });

  test('says what waits, and since when', () => {
    expect(words).toContain(
      '1,234 events, 2 KiB, the oldest from 3 min 20 s ago; 4 of them written and not yet acknowledged',
    );
  });

  test('shows a ledger that adds up, and each loss with its reason', () => {
    expect(words).toContain('2,000 accepted = 700 delivered + 1,230 queued + 4 in doubt + 66 dropped');
    expect(words).toContain('60 expired: older than journal.ttl');
    expect(words).toContain('6 journal full');
    expect(words).toContain('9 sent again');
    expect(words).not.toContain('too large');
  });

  test('is called failing in a list, not active', () => {
    expect(stateWord(failing)).toBe('failing');
    expect(drainTable([failing])).toMatch(/failing\s+1,234\s+700\s+66/);
  });
});

describe('a healthy drain', () => {
  test('names its receiver and the end of its certificate', () => {
    const peer = { address: '192.0.2.1:6514', protocol: 'TLSv1.3', not_after: '2027-01-01T00:00:00.000Z' };
    const words = drainWords(drain({ connection: { phase: 'open', stalled: false, peer } }), NOW);
    expect(words).toContain('active, connected to 192.0.2.1:6514 (TLSv1.3), its certificate is valid until 2027-01-01');
    expect(words).not.toContain('last error');
    expect(words).not.toContain('dropped ');
  });

  test('says what its filter left out and its pace held back', () => {
    const words = drainWords(drain({ filtered: 3, paced: { events: 20, ms: 2000 } }), NOW);
    expect(words).toMatch(/filter left out\s+3 events/);
    expect(words).toMatch(/pace held back\s+20 events, 2 s in all/);
  });

  test('that is paused says that nothing is lost by it', () => {
    expect(drainWords(drain({ state: 'paused' }), NOW)).toContain('paused: its events are kept');
  });

  test('whose receiver takes no bytes says so', () => {
    const stalled = drain({ connection: { phase: 'open', stalled: true, peer: null } });
    expect(stateWord(stalled)).toBe('stalled');
    expect(drainWords(stalled, NOW)).toContain('takes no bytes');
  });
});

describe('a filter', () => {
  test.each([
    [[], 'debug', 'everything'],
    [['**'], 'debug', 'everything'],
    [[], 'warning', 'warning and graver'],
    [['a.**', 'b.*'], 'debug', 'a.**, b.*'],
    [['a.**'], 'err', 'a.**; err and graver'],
  ])('%j from %s on is told as %s', (types, min_severity, words) => {
    expect(filterWords({ types, min_severity })).toBe(words);
  });
});

test('neither a key nor a certificate is printed, only that there is one', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const own = drain({
    tls: { ca: pem, client_cert: pem, server_name: 'x', fingerprint: null, not_after: '2027-01-01T00:00:00.000Z' },
  });
  const words = drainWords(own, NOW) + drainSummary(own);
  expect(words).toContain('a CA of its own, a client certificate, server name x, valid until 2027');
  expect(words).not.toContain('BEGIN');
});

test('a name or an error with control characters in it does no harm', () => {
  const words = drainWords(drain({ ...failing, name: 'a\u001b]0;x\u0007' }), NOW);
  expect(words).not.toContain('\u001b');
});
