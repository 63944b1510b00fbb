/*
 * One connection's life as a pure function. `step` decides, Connection obeys (STYLE 7, 8).
 * Promise: every state but `closed` has a deadline or waits for evidence that has one; `closed` has no exit.
 */
import { unreachable } from '../base/assert.js';
import { Failure } from '../base/failure.js';
import type { Holding } from './acknowledgement.js';

/**
 * connecting   SYN sent                        → handshaking, open | closed (failed, unused)
 * handshaking  TLS begun                       → open | closed (failed, unused)
 * open         frames may be written           → finishing, closing | closed (clean, failed)
 * finishing    no new frames; waits until what was written is acknowledged, because we want to close (by us) or the peer
 *              has closed its side (by peer)   → closing (by us) | closed (clean, failed, cut)
 * closing      all acknowledged, our FIN sent; waits for the peer's  → closed (clean, cut)
 * closed       no exit
 */
export type ConnectionState =
  | { readonly at: 'connecting'; readonly deadlineMs: number }
  | { readonly at: 'handshaking'; readonly deadlineMs: number }
  | {
      readonly at: 'open';
      readonly sinceMs: number;
      /** No bytes were taken since then although some are outstanding; null: none are. */
      readonly stuckSinceMs: number | null;
      /** While some are: when the receiver last gave a sign of life, by taking bytes or by keeping its window closed. */
      readonly aliveMs: number;
    }
  | { readonly at: 'finishing'; readonly by: 'us' | 'peer'; readonly deadlineMs: number }
  | { readonly at: 'closing'; readonly deadlineMs: number }
  | { readonly at: 'closed'; readonly ending: Ending };

export type Ending =
  /** Everything was acknowledged and the peer's FIN or close_notify seen, without RST. */
  | { readonly how: 'clean'; readonly by: 'us' | 'peer' }
  /** Never opened, because we no longer wanted it. */
  | { readonly how: 'unused' }
  /** We stopped waiting for the end of a close that we began. */
  | { readonly how: 'cut' }
  | { readonly how: 'failed'; readonly failure: Failure };

export type ConnectionInput =
  | { readonly is: 'connected'; readonly tls: boolean }
  | { readonly is: 'secured' }
  | { readonly is: 'wrote' }
  | { readonly is: 'looked'; readonly outstanding: boolean; readonly progressed: boolean; readonly holding: Holding }
  | { readonly is: 'finish'; readonly outstanding: boolean; readonly withinMs: number }
  | { readonly is: 'peer ended'; readonly outstanding: boolean }
  /** Both directions ended without an error. */
  | { readonly is: 'socket closed' }
  | { readonly is: 'failed'; readonly failure: Failure }
  | { readonly is: 'tick' };

/** What the class does, in this order. `leave`: end our side and let the kernel finish; `destroy`: now. */
export type ConnectionEffect = 'secure' | 'opened' | 'end' | 'leave' | 'destroy';

export interface ConnectionBounds {
  readonly handshakeMs: number;
  readonly stallMs: number;
  readonly zeroWindowMs: number;
  readonly closingMs: number;
}

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

const stay = (state: ConnectionState): ConnectionStep => ({ state, effects: [] });
const closed = (ending: Ending, effect: 'destroy' | 'leave' = 'destroy'): ConnectionStep => ({
  state: { at: 'closed', ending },
  effects: [effect],
});
const failed = (failure: Failure): ConnectionStep => closed({ how: 'failed', failure });
const peerClosed = (message: string): ConnectionStep => failed(new Failure('connection_closed', message));

const OPENED = ['opened'] as const;
const opened = (nowMs: number): ConnectionStep => ({
  state: { at: 'open', sinceMs: nowMs, stuckSinceMs: null, aliveMs: nowMs },
  effects: OPENED,
});

/** The next state and what to do. `nowMs`: the clock's. */
export function step(
  state: ConnectionState,
  input: ConnectionInput,
  nowMs: number,
  bounds: ConnectionBounds,
): ConnectionStep {
  switch (state.at) {
    case 'connecting':
      return whileConnecting(state, input, nowMs, bounds);
    case 'handshaking':
      return whileHandshaking(state, input, nowMs);
    case 'open':
      return whileOpen(state, input, nowMs, bounds);
    case 'finishing':
      return whileFinishing(state, input, nowMs);
    case 'closing':
      return whileClosing(state, input, nowMs);
    case 'closed':
      return stay(state);
    default:
      return unreachable(state);
  }
}

type In<At extends ConnectionState['at']> = Extract<ConnectionState, { at: At }>;

function whileConnecting(
  state: In<'connecting'>,
  input: ConnectionInput,
  nowMs: number,
  bounds: ConnectionBounds,
): ConnectionStep {
  switch (input.is) {
    case 'connected':
      if (!input.tls) return opened(nowMs);
      return { state: { at: 'handshaking', deadlineMs: nowMs + bounds.handshakeMs }, effects: ['secure'] };
    case 'failed':
      return failed(input.failure);
    case 'finish':
      return closed({ how: 'unused' });
    case 'peer ended':
    case 'socket closed':
      return peerClosed('The receiver closed the connection at once.');
    case 'tick':
      if (nowMs < state.deadlineMs) return stay(state);
      return failed(new Failure('connection_timeout', 'The receiver does not answer.'));
    case 'secured':
    case 'wrote':
    case 'looked':
      return stay(state);
    default:
      return unreachable(input);
  }
}

function whileHandshaking(state: In<'handshaking'>, input: ConnectionInput, nowMs: number): ConnectionStep {
  switch (input.is) {
    case 'secured':
      return opened(nowMs);
    case 'failed':
      return failed(input.failure);
    case 'finish':
      return closed({ how: 'unused' });
    case 'peer ended':
    case 'socket closed':
      return failed(
        new Failure('tls_handshake_failed', 'The receiver closed the connection during the TLS handshake.'),
      );
    case 'tick':
      if (nowMs < state.deadlineMs) return stay(state);
      return failed(new Failure('tls_handshake_timeout', 'The receiver did not finish the TLS handshake.'));
    case 'connected':
    case 'wrote':
    case 'looked':
      return stay(state);
    default:
      return unreachable(input);
  }
}

function whileOpen(state: In<'open'>, input: ConnectionInput, nowMs: number, bounds: ConnectionBounds): ConnectionStep {
  switch (input.is) {
    case 'wrote':
      return stay(state.stuckSinceMs === null ? { ...state, stuckSinceMs: nowMs, aliveMs: nowMs } : state);
    case 'looked':
      return lookedWhileOpen(state, input, nowMs, bounds);
    case 'finish':
      return finish('us', input.outstanding, nowMs + input.withinMs);
    case 'peer ended':
      return finish('peer', input.outstanding, nowMs + bounds.closingMs);
    case 'failed':
      return failed(input.failure);
    case 'socket closed':
      return peerClosed('The receiver closed the connection.');
    case 'connected':
    case 'secured':
    case 'tick':
      return stay(state);
    default:
      return unreachable(input);
  }
}

function finish(by: 'us' | 'peer', outstanding: boolean, deadlineMs: number): ConnectionStep {
  if (outstanding) return stay({ at: 'finishing', by, deadlineMs });
  // Our close_notify may meet a socket that the peer has closed for good, and bring an RST: that says nothing any more.
  if (by === 'peer') return closed({ how: 'clean', by }, 'leave');
  return { state: { at: 'closing', deadlineMs }, effects: ['end'] };
}

function lookedWhileOpen(
  state: In<'open'>,
  input: Extract<ConnectionInput, { is: 'looked' }>,
  nowMs: number,
  bounds: ConnectionBounds,
): ConnectionStep {
  if (!input.outstanding) return stay(state.stuckSinceMs === null ? state : { ...state, stuckSinceMs: null });
  if (input.progressed || state.stuckSinceMs === null) {
    return stay({ ...state, stuckSinceMs: nowMs, aliveMs: nowMs });
  }
  // Without a closed window the network is dead (FAULTS F12): but not if the window has just opened and bytes are on their way.
  if (input.holding === 'network') {
    const silentMs = nowMs - state.aliveMs;
    return silentMs < bounds.stallMs ? stay(state) : failed(stalled(input.holding, silentMs));
  }
  // A closed window is a receiver that lives and doesn't read: patience (F11).
  const stuckMs = nowMs - state.stuckSinceMs;
  return stuckMs < bounds.zeroWindowMs ? stay({ ...state, aliveMs: nowMs }) : failed(stalled(input.holding, stuckMs));
}

function stalled(holding: Holding, stuckMs: number): Failure {
  const seconds = Math.round(stuckMs / 1000);
  if (holding !== 'network') return new Failure('stalled', `The receiver has read nothing for ${seconds} s.`);
  return new Failure('stalled', `Nothing that was sent was acknowledged for ${seconds} s.`, {
    hint: 'The network between this node and the receiver is silent: check it, and firewalls that forget connections.',
  });
}

function whileFinishing(state: In<'finishing'>, input: ConnectionInput, nowMs: number): ConnectionStep {
  switch (input.is) {
    case 'looked':
      return input.outstanding ? stay(state) : finish(state.by, false, state.deadlineMs);
    case 'peer ended':
      return stay({ ...state, by: 'peer' });
    case 'finish':
      return stay({ ...state, deadlineMs: Math.min(state.deadlineMs, nowMs + input.withinMs) });
    case 'failed':
      return failed(input.failure);
    case 'socket closed':
      return peerClosed('The receiver closed the connection before it had taken everything.');
    case 'tick':
      if (nowMs < state.deadlineMs) return stay(state);
      if (state.by === 'us') return closed({ how: 'cut' });
      return peerClosed('The receiver closed the connection before it had taken everything.');
    case 'connected':
    case 'secured':
    case 'wrote':
      return stay(state);
    default:
      return unreachable(input);
  }
}

function whileClosing(state: In<'closing'>, input: ConnectionInput, nowMs: number): ConnectionStep {
  switch (input.is) {
    case 'socket closed':
    case 'peer ended':
      return closed({ how: 'clean', by: 'us' }, 'leave');
    case 'failed':
      return closed({ how: 'cut' }); // an RST in answer to our FIN: it may not have read everything
    case 'finish':
      return stay({ ...state, deadlineMs: Math.min(state.deadlineMs, nowMs + input.withinMs) });
    case 'tick':
      return nowMs < state.deadlineMs ? stay(state) : closed({ how: 'cut' });
    case 'connected':
    case 'secured':
    case 'wrote':
    case 'looked':
      return stay(state);
    default:
      return unreachable(input);
  }
}

/** When `tick` is due, or null if nothing is. */
export const deadlineOf = (state: ConnectionState): number | null => ('deadlineMs' in state ? state.deadlineMs : null);
