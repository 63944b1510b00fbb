/*
 * EncodedEvent: one admitted event in the form in which it travels from admission into the journal: the bytes of the RFC 5424
 * message that no drain can change, and what routing needs to know. DESIGN, "Speed": bytes stay bytes.
 * Promise: HEADER and STRUCTURED-DATA are valid as they stand; MSG holds no control character. Owner: the Admission that filled
 * it; its buffers are reused, so it is valid until that Admission's next call.
 */
import type { FailureCode } from '../base/failure.js';

export interface EncodedEvent {
  /** Tenant as named by the producer or bound to the door; checked for shape, not yet for existence. */
  tenant: string;
  /** The event's `type`, for filters. */
  type: string;
  /** 0 (emerg) to 7 (debug). */
  severity: number;
  /** HEADER and STRUCTURED-DATA: bytes 0 to `headBytes` are `<PRI>1 TIME HOST APP PROCID MSGID ` with the final space … */
  prefix: Buffer;
  headBytes: number;
  /** … then `sdBytes` of SD-ELEMENTs without `meta`: `[sluice@PEN …]` first, which is `sluiceElementBytes` long … */
  sdBytes: number;
  sluiceElementBytes: number;
  /** MSG: bytes `messageStart` to `messageEnd` of `message` (which may be the producer's own buffer); empty if equal. */
  message: Buffer;
  messageStart: number;
  messageEnd: number;
}

/** Why an event or a line was refused, for the person who sent it. */
export interface Refusal {
  readonly code: FailureCode;
  /** One sentence; names the field, quotes at most 64 characters of a field's *name*, never a value. */
  readonly message: string;
}
