// Guards: each exit of each state of a connection, as the table of connection-state.ts has them.
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.js';
import {
  type ConnectionBounds,
  type ConnectionInput,
  type ConnectionState,
  deadlineOf,
  step,
} from '../../src/delivery/connection-state.js';

const bounds: ConnectionBounds = { handshakeMs: 10, stallMs: 15, zeroWindowMs: 900, closingMs: 5 };
const reset = new Failure('connection_reset', 'test');

const connecting: ConnectionState = { at: 'connecting', deadlineMs: 100 };
const handshaking: ConnectionState = { at: 'handshaking', deadlineMs: 100 };
const open: ConnectionState = { at: 'open', sinceMs: 0, stuckSinceMs: null, aliveMs: 0 };
const stuck: ConnectionState = { at: 'open', sinceMs: 0, stuckSinceMs: 50, aliveMs: 50 };
/** Its window was closed until a moment ago. */
const reopened: ConnectionState = { at: 'open', sinceMs: 0, stuckSinceMs: 50, aliveMs: 800 };
const finishingByUs: ConnectionState = { at: 'finishing', by: 'us', deadlineMs: 100 };
const finishingByPeer: ConnectionState = { at: 'finishing', by: 'peer', deadlineMs: 100 };
const closing: ConnectionState = { at: 'closing', deadlineMs: 100 };
const closed: ConnectionState = { at: 'closed', ending: { how: 'cut' } };

const tick: ConnectionInput = { is: 'tick' };
const failed: ConnectionInput = { is: 'failed', failure: reset };
const socketClosed: ConnectionInput = { is: 'socket closed' };
const peerEnded = (outstanding: boolean): ConnectionInput => ({ is: 'peer ended', outstanding });
const finish = (outstanding: boolean): ConnectionInput => ({ is: 'finish', outstanding, withinMs: 7 });
type Looked = Extract<ConnectionInput, { is: 'looked' }>;
const looked = (changes: Partial<Looked> = {}): Looked => ({
  is: 'looked',
  outstanding: true,
  progressed: false,
  holding: 'network',
  ...changes,
});

/** The step in one line: the state with what it holds, the ending, the effects. */
function walked(state: ConnectionState, input: ConnectionInput, nowMs: number): string {
  const result = step(state, input, nowMs, bounds);
  const next = result.state;
  const effects = result.effects.length > 0 ? ` → ${result.effects.join(', ')}` : '';
  switch (next.at) {
    case 'connecting':
    case 'handshaking':
    case 'closing':
      return `${next.at} until ${next.deadlineMs}${effects}`;
    case 'open':
      return `open${next.stuckSinceMs === null ? '' : ` stuck since ${next.stuckSinceMs}`}${effects}`;
    case 'finishing':
      return `finishing by ${next.by} until ${next.deadlineMs}${effects}`;
    case 'closed': {
      const { ending } = next;
      const detail =
        ending.how === 'failed' ? ` ${ending.failure.code}` : ending.how === 'clean' ? ` by ${ending.by}` : '';
      return `closed ${ending.how}${detail}${effects}`;
    }
    default:
      throw new Error('unknown state');
  }
}

const cases: [string, ConnectionState, ConnectionInput, number, string][] = [
  ['connecting', connecting, { is: 'connected', tls: true }, 50, 'handshaking until 60 → secure'],
  ['connecting', connecting, { is: 'connected', tls: false }, 50, 'open → opened'],
  ['connecting', connecting, tick, 99, 'connecting until 100'],
  ['connecting', connecting, tick, 100, 'closed failed connection_timeout → destroy'],
  ['connecting', connecting, failed, 50, 'closed failed connection_reset → destroy'],
  ['connecting', connecting, finish(false), 50, 'closed unused → destroy'],
  ['connecting', connecting, peerEnded(false), 50, 'closed failed connection_closed → destroy'],
  ['connecting', connecting, socketClosed, 50, 'closed failed connection_closed → destroy'],
  ['handshaking', handshaking, { is: 'secured' }, 50, 'open → opened'],
  ['handshaking', handshaking, tick, 99, 'handshaking until 100'],
  ['handshaking', handshaking, tick, 100, 'closed failed tls_handshake_timeout → destroy'],
  ['handshaking', handshaking, failed, 50, 'closed failed connection_reset → destroy'],
  ['handshaking', handshaking, finish(false), 50, 'closed unused → destroy'],
  ['handshaking', handshaking, peerEnded(false), 50, 'closed failed tls_handshake_failed → destroy'],
  ['handshaking', handshaking, socketClosed, 50, 'closed failed tls_handshake_failed → destroy'],
  ['open', open, { is: 'wrote' }, 50, 'open stuck since 50'],
  ['open, waiting', stuck, { is: 'wrote' }, 55, 'open stuck since 50'],
  ['open, waiting', stuck, looked({ progressed: true }), 60, 'open stuck since 60'],
  ['open, waiting', stuck, looked({ outstanding: false, progressed: true }), 60, 'open'],
  ['open, waiting', stuck, looked(), 64, 'open stuck since 50'],
  ['open, waiting', stuck, looked(), 65, 'closed failed stalled → destroy'],
  ['open, waiting', stuck, looked({ holding: 'closed window' }), 65, 'open stuck since 50'],
  ['open, waiting', stuck, looked({ holding: 'closed window' }), 949, 'open stuck since 50'],
  ['open, waiting', stuck, looked({ holding: 'closed window' }), 950, 'closed failed stalled → destroy'],
  ['open, waiting', stuck, looked({ holding: 'unknown' }), 949, 'open stuck since 50'],
  ['open, its window reopened', reopened, looked(), 814, 'open stuck since 50'],
  ['open, its window reopened', reopened, looked(), 815, 'closed failed stalled → destroy'],
  ['open, waiting', stuck, finish(true), 60, 'finishing by us until 67'],
  ['open', open, finish(false), 60, 'closing until 67 → end'],
  ['open, waiting', stuck, peerEnded(true), 60, 'finishing by peer until 65'],
  ['open', open, peerEnded(false), 60, 'closed clean by peer → leave'],
  ['open', open, failed, 60, 'closed failed connection_reset → destroy'],
  ['open', open, socketClosed, 60, 'closed failed connection_closed → destroy'],
  ['open', open, tick, 1e9, 'open'],
  ['finishing by us', finishingByUs, looked(), 60, 'finishing by us until 100'],
  ['finishing by us', finishingByUs, looked({ outstanding: false }), 60, 'closing until 100 → end'],
  ['finishing by us', finishingByUs, peerEnded(true), 60, 'finishing by peer until 100'],
  ['finishing by us', finishingByUs, finish(true), 60, 'finishing by us until 67'],
  ['finishing by us', finishingByUs, failed, 60, 'closed failed connection_reset → destroy'],
  ['finishing by us', finishingByUs, socketClosed, 60, 'closed failed connection_closed → destroy'],
  ['finishing by us', finishingByUs, tick, 100, 'closed cut → destroy'],
  ['finishing by peer', finishingByPeer, looked({ outstanding: false }), 60, 'closed clean by peer → leave'],
  ['finishing by peer', finishingByPeer, failed, 60, 'closed failed connection_reset → destroy'],
  ['finishing by peer', finishingByPeer, tick, 99, 'finishing by peer until 100'],
  ['finishing by peer', finishingByPeer, tick, 100, 'closed failed connection_closed → destroy'],
  ['closing', closing, peerEnded(false), 60, 'closed clean by us → leave'],
  ['closing', closing, socketClosed, 60, 'closed clean by us → leave'],
  ['closing', closing, failed, 60, 'closed cut → destroy'],
  ['closing', closing, finish(false), 60, 'closing until 67'],
  ['closing', closing, tick, 99, 'closing until 100'],
  ['closing', closing, tick, 100, 'closed cut → destroy'],
];

test.each(cases)('%s: %j, %j at %d → %s', (_, state, input, nowMs, expected) => {
  expect(walked(state, input, nowMs)).toBe(expected);
});

describe('closed', () => {
  const inputs = [...new Set(cases.map(([, , input]) => input)), { is: 'connected', tls: true } as const];
  test.each(inputs)('has no exit by %j', (input) => {
    expect(step(closed, input, 1e9, bounds)).toEqual({ state: closed, effects: [] });
  });
});

test('what does not belong to a state leaves it as it is', () => {
  const strays: [ConnectionState, ConnectionInput['is'][]][] = [
    [connecting, ['secured', 'wrote', 'looked']],
    [handshaking, ['connected', 'wrote', 'looked']],
    [open, ['connected', 'secured']],
    [finishingByUs, ['connected', 'secured', 'wrote']],
    [closing, ['connected', 'secured', 'wrote', 'looked']],
  ];
  for (const [state, kinds] of strays) {
    for (const is of kinds) {
      const input = { ...looked(), tls: true, is } as ConnectionInput;
      expect(step(state, input, 50, bounds)).toEqual({ state, effects: [] });
    }
  }
});

test('every state that waits for somebody else alone has a deadline', () => {
  expect([connecting, handshaking, finishingByUs, finishingByPeer, closing].map(deadlineOf)).toEqual(
    Array(5).fill(100),
  );
  expect([open, closed].map(deadlineOf)).toEqual([null, null]);
});
