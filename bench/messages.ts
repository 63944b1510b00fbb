/*
 * What the harness and its two processes say to each other over Node's IPC channel. Times are process.hrtime.bigint() as strings:
 * one clock for all processes of a Linux machine.
 */
import type { StreamShape } from './stream.js';

export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type ToSink =
  /** Listens on one port per drain, and on one where any tenant may send. Answered by `listening`. */
  | { readonly say: 'listen'; readonly drains: number; readonly tls: CertificateFiles | null }
  /** Forgets all counts. Answered by `forgotten` once no connection is open. */
  | { readonly say: 'forget' }
  /** Answered by `received` when so many messages have come since `forget`, or at `deadlineMs` from now. */
  | { readonly say: 'expect'; readonly messages: number; readonly deadlineMs: number };

export type FromSink =
  | { readonly say: 'listening'; readonly ports: readonly number[]; readonly anyPort: number }
  | { readonly say: 'forgotten' }
  | {
      readonly say: 'received';
      readonly at: string;
      readonly received: number;
      readonly missing: number;
      readonly doubled: number;
      readonly misrouted: number;
      readonly fault: string | null;
    };

export type Door = { readonly host: string; readonly port: number } | { readonly path: string };

export type ToGenerator =
  /** Builds the warm-up and the measured stream. Answered by `prepared`. */
  | { readonly say: 'prepare'; readonly shape: StreamShape; readonly warmUp: number }
  | { readonly say: 'connect'; readonly door: Door }
  /** Sends one of the streams. Answered by `sent` when the kernel has taken all of it. */
  | { readonly say: 'send'; readonly part: 'warm-up' | 'measured' }
  | { readonly say: 'disconnect' };

export type FromGenerator =
  | { readonly say: 'prepared' }
  | { readonly say: 'connected' }
  | { readonly say: 'sent'; readonly startedAt: string; readonly at: string }
  | { readonly say: 'disconnected' };
