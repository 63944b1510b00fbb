/*
 * Writes HEADER and STRUCTURED-DATA of one event after another into one buffer, octet by octet (RFC 5424 6.2, 6.3).
 * Promise: nothing is checked here; whoever calls has checked that a field may stand where it is put, and has measured whatever
 * could be longer than its limit. Worst case: 16 KiB written. Owner: the Admission.
 */
import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';
import { formatTimestamp } from '../syslog/timestamp.js';
import { copyBytes } from './copy-bytes.js';
import type { KnownTenant, KnownType } from './names.js';

/** Who the messages come from, as the configuration says. */
export interface Identity {
  /** HOSTNAME; `-` for none. */
  readonly hostname: string;
  /** The number in `sluice@…` and `data@…`. */
  readonly enterpriseId: number;
  /** Facility of events that name none, 0 to 23. */
  readonly facility: number;
}

/** More than the longest HEADER, `sluice@PEN` and kept STRUCTURED-DATA; what may grow is measured before it is written. */
const PREFIX_BYTES = 16 * 1024;
assert(PREFIX_BYTES > 2048 + 2 * limits.structuredDataBytesMax + 2 * limits.dataBytesMax, 'a prefix fits its buffer');

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** `<PRI>1 ` for each PRI. */
const openings = Array.from({ length: 192 }, (_, pri) => Buffer.from(`<${pri}>1 `));
const NIL = Buffer.from('-');
const ID_PARAM = Buffer.from('" id="');
const TYPE_PARAM = Buffer.from('" type="');
const PARAM_ASSIGNS = Buffer.from('="');

export class Prefix {
  readonly bytes = Buffer.allocUnsafeSlow(PREFIX_BYTES);
  /** How much of `bytes` is written. */
  length = 0;
  readonly #hostname: Buffer;
  readonly #sluiceOpening: Buffer;
  readonly #dataOpening: Buffer;
  readonly #clock: Clock;
  /** TIMESTAMP of the millisecond in which the last event without a time came. */
  #nowMs = NaN;
  readonly #now = Buffer.alloc('2003-10-11T22:14:15.003Z'.length);

  constructor(identity: Identity, clock: Clock) {
    assert(identity.hostname.length <= limits.hostnameLengthMax, 'identity.hostname fits HOSTNAME');
    this.#hostname = Buffer.from(identity.hostname);
    this.#sluiceOpening = Buffer.from(`[sluice@${identity.enterpriseId} tenant="`);
    this.#dataOpening = Buffer.from(`[data@${identity.enterpriseId}`);
    this.#clock = clock;
  }

  /** Begins a message: `<PRI>1 `. */
  begin(facility: number, severity: number): void {
    this.length = 0;
    this.#write(openings[facility * 8 + severity]);
  }

  /** A field of HEADER and the space behind it. */
  field(bytes: Buffer, start: number, end: number): void {
    this.write(bytes, start, end);
    this.bytes[this.length++] = SPACE;
  }

  /** The NILVALUE as a field. */
  nilField(): void {
    this.field(NIL, 0, 1);
  }

  /** HOSTNAME as the configuration has it. */
  ownHostname(): void {
    this.field(this.#hostname, 0, this.#hostname.length);
  }

  /** TIMESTAMP of this moment in UTC with three digits of a second, made once per millisecond. */
  now(): void {
    const ms = Math.floor(this.#clock.wall());
    if (ms !== this.#nowMs) {
      this.#now.write(formatTimestamp(ms), 'latin1');
      this.#nowMs = ms;
    }
    this.field(this.#now, 0, this.#now.length);
  }

  /** `[sluice@PEN tenant="…" id="…" type="…"]`; the id is octets `start` to `end` of `bytes`. */
  sluiceElement(tenant: KnownTenant, bytes: Buffer, start: number, end: number, type: KnownType): void {
    this.#write(this.#sluiceOpening);
    this.#write(tenant.bytes);
    this.#write(ID_PARAM);
    this.write(bytes, start, end);
    this.#write(TYPE_PARAM);
    this.#write(type.bytes);
    this.bytes[this.length++] = QUOTE;
    this.bytes[this.length++] = CLOSE;
  }

  /** `[data@PEN`, without its end. */
  openDataElement(): void {
    this.#write(this.#dataOpening);
  }

  closeElement(): void {
    this.bytes[this.length++] = CLOSE;
  }

  /** ` name="`: what is written until `closeParam` is its value. */
  openParam(name: Buffer, start: number, end: number): void {
    this.bytes[this.length++] = SPACE;
    this.write(name, start, end);
    this.#write(PARAM_ASSIGNS);
  }

  closeParam(): void {
    this.bytes[this.length++] = QUOTE;
  }

  /** Text as a PARAM-VALUE: `"`, `\` and `]` get a backslash, at most doubling it (RFC 5424 6.3.3). */
  value(text: Buffer, start: number, end: number): void {
    const target = this.bytes;
    let at = this.length;
    for (let from = start; from < end; from++) {
      const octet = text[from];
      if (octet === QUOTE || octet === BACKSLASH || octet === CLOSE) target[at++] = BACKSLASH;
      target[at++] = octet;
    }
    this.length = at;
  }

  /** Octets as they are. */
  write(bytes: Buffer, start: number, end: number): void {
    this.length = copyBytes(this.bytes, this.length, bytes, start, end);
  }

  #write(bytes: Buffer): void {
    this.write(bytes, 0, bytes.length);
  }
}
