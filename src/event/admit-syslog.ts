/*
 * One message at the syslog door → the EncodedEvent that goes into the journal, or the refusal that names what is wrong.
 * Promise: tenant, type and id come from its `sluice@PEN` element; other elements are kept as they are, except those that we or
 * a receiver would take for ours; HOSTNAME is ours unless the door keeps it. A clean message is not copied, and nothing but a name
 * that comes for the first time becomes a string. Worst case: linear. Owner: Admission.
 */
import { isUtf8 } from 'node:buffer';
import { limits } from '../base/limits.js';
import { equalsAscii, isNil } from '../syslog/bytes.js';
import { ParsedMessage, parseRfc5424 } from '../syslog/parse.js';
import { parseRfc3164 } from '../syslog/rfc3164.js';
import { Elements } from './elements.js';
import type { EncodedEvent, Refusal } from './encoded.js';
import type { EventIds } from './event-ids.js';
import { KeptElements } from './kept-elements.js';
import { idOctet, isMadeOf, type KnownTenant, type KnownType, type Names, tenantLengthMax } from './names.js';
import type { Prefix } from './prefix.js';
import { brokenSyslog, refusals } from './refusals.js';
import { beyondAscii, Cleaner } from './sanitise.js';
import { SluiceParams } from './sluice-params.js';
import { Span } from './span.js';

/** How messages are taken at one listener. */
export interface SyslogDoor {
  /** The tenant of every message; without it each message names its own, and RFC 3164 is not understood. */
  readonly tenant?: string;
  /** HOSTNAME stays what the message says. */
  readonly keepHost?: boolean;
}

const LF = 0x0a;
const GREATER = 0x3e;
const ONE = 0x31;
const SPACE = 0x20;
/** `<191>`, octets. */
const PRI_BYTES_MAX = 5;

/** True for what RFC 5424 makes of PRI and VERSION, `<n>1 `; anything else may be RFC 3164. */
function hasVersion(bytes: Buffer, start: number, end: number): boolean {
  const stop = Math.min(end, start + PRI_BYTES_MAX) - 1;
  let at = start;
  while (at < stop && bytes[at] !== GREATER) at++;
  return at + 2 < end && bytes[at] === GREATER && bytes[at + 1] === ONE && bytes[at + 2] === SPACE;
}

export class SyslogAdmission {
  readonly #parsed = new ParsedMessage();
  readonly #elements = new Elements();
  readonly #params = new SluiceParams();
  /** Which of the elements is `sluice@PEN`; -1: none. */
  #sluiceNumber = -1;
  readonly #span = new Span();
  readonly #cleaner = new Cleaner();
  readonly #kept: KeptElements;
  readonly #sluiceId: string;
  readonly #lower = Buffer.alloc(limits.msgIdLengthMax);
  readonly #fallbackType: KnownType;

  constructor(
    private readonly prefix: Prefix,
    private readonly names: Names,
    private readonly ids: EventIds,
    enterpriseId: number,
    private readonly event: EncodedEvent,
  ) {
    this.#sluiceId = `sluice@${enterpriseId}`;
    this.#kept = new KeptElements(prefix, enterpriseId);
    const fallback = Buffer.from('syslog');
    this.#fallbackType = names.types.get(fallback, 0, fallback.length);
  }

  /** Fills the event from octets `start` to `end`, without framing, or says why not. */
  admit(bytes: Buffer, start: number, end: number, door: SyslogDoor): Refusal | undefined {
    if (end - start > limits.eventBytesMax) return refusals.tooLarge;
    // rsyslog and syslog-ng put a LF into a counted frame: it is not part of MSG.
    const stop = end > start && bytes[end - 1] === LF ? end - 1 : end;
    const parsed = this.#parsed;
    const fault =
      door.tenant === undefined || hasVersion(bytes, start, stop)
        ? parseRfc5424(bytes, start, stop, parsed)
        : parseRfc3164(bytes, start, stop, parsed);
    if (fault !== undefined) return brokenSyslog(fault);
    const refusal = this.#readParams(bytes) ?? this.#readMessage(bytes);
    if (refusal !== undefined) return refusal;
    const tenant = this.#tenant(door.tenant);
    if ('code' in tenant) return tenant;
    const type = this.#type(bytes);
    if ('code' in type) return type;
    this.event.tenant = tenant.text;
    this.event.type = type.text;
    this.event.severity = parsed.severity;
    this.#header(bytes, type, door.keepHost === true);
    return this.#structuredData(bytes, tenant, type);
  }

  /** Finds the values of `sluice@PEN`. */
  #readParams(bytes: Buffer): Refusal | undefined {
    const elements = this.#elements;
    elements.begin(bytes, this.#parsed);
    this.#params.clear();
    this.#sluiceNumber = -1;
    for (let i = 0; i < elements.count; i++) {
      const idEnd = elements.idEnd(i);
      // RFC 5424 6.3.2: an SD-ID comes once; the parser has seen to it.
      if (!equalsAscii(bytes, elements.idStart(i), idEnd, this.#sluiceId)) continue;
      this.#sluiceNumber = i;
      return this.#params.read(bytes, idEnd);
    }
    return undefined;
  }

  #readMessage(bytes: Buffer): Refusal | undefined {
    const { messageStart, messageEnd } = this.#parsed;
    this.#span.set(bytes, messageStart, messageEnd);
    const wide = beyondAscii(bytes, messageStart, messageEnd);
    if (wide < messageEnd) {
      if (!isUtf8(bytes.subarray(wide, messageEnd))) return refusals.badUtf8;
      this.#cleaner.clean(this.#span);
    }
    this.event.message = this.#span.bytes;
    this.event.messageStart = this.#span.start;
    this.event.messageEnd = this.#span.end;
    return undefined;
  }

  #tenant(bound: string | undefined): KnownTenant | Refusal {
    const { bytes, start, end, length } = this.#params.tenant;
    if (end === 0) return bound === undefined ? refusals.tenantMissing : this.names.tenantOf(bound);
    if (length > tenantLengthMax) return refusals.badTenant;
    const tenant = this.names.tenants.get(bytes, start, end);
    if (tenant.fault !== undefined) return refusals.badTenant;
    return bound !== undefined && tenant.text !== bound ? refusals.tenantMismatch : tenant;
  }

  /** The parameter `type`, or else MSGID in lower case if that is a type, or else `syslog`. */
  #type(bytes: Buffer): KnownType | Refusal {
    const param = this.#params.type;
    if (param.end !== 0) {
      if (param.length > limits.typeLengthMax) return refusals.badType;
      const type = this.names.types.get(param.bytes, param.start, param.end);
      if (type.fault === undefined) return type;
      return type.fault === 'bad_type' ? refusals.badType : refusals.reservedType;
    }
    const { msgIdStart, msgIdEnd } = this.#parsed;
    if (msgIdStart === msgIdEnd || isNil(bytes, msgIdStart, msgIdEnd)) return this.#fallbackType;
    const lower = this.#lower;
    for (let at = msgIdStart; at < msgIdEnd; at++) {
      const octet = bytes[at];
      lower[at - msgIdStart] = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    }
    const type = this.names.types.get(lower, 0, msgIdEnd - msgIdStart);
    return type.fault === undefined ? type : this.#fallbackType;
  }

  /** `<PRI>1 TIME HOST APP PROCID MSGID `; a field that the message doesn't have gets the default of an event. */
  #header(bytes: Buffer, type: KnownType, keepHost: boolean): void {
    const { prefix } = this;
    const parsed = this.#parsed;
    prefix.begin(parsed.facility, parsed.severity);
    if (parsed.timestampForm === 'rfc5424') prefix.field(bytes, parsed.timestampStart, parsed.timestampEnd);
    else prefix.now();
    if (keepHost && isGiven(bytes, parsed.hostnameStart, parsed.hostnameEnd)) {
      prefix.field(bytes, parsed.hostnameStart, parsed.hostnameEnd);
    } else {
      prefix.ownHostname();
    }
    if (isGiven(bytes, parsed.appNameStart, parsed.appNameEnd)) {
      prefix.field(bytes, parsed.appNameStart, parsed.appNameEnd);
    } else {
      prefix.field(type.bytes, 0, type.appNameBytes);
    }
    if (parsed.procIdEnd > parsed.procIdStart) prefix.field(bytes, parsed.procIdStart, parsed.procIdEnd);
    else prefix.nilField();
    prefix.field(type.bytes, 0, type.msgIdBytes);
    this.event.headBytes = prefix.length;
  }

  #structuredData(bytes: Buffer, tenant: KnownTenant, type: KnownType): Refusal | undefined {
    const refusal = this.#sluiceElement(bytes, tenant, type);
    if (refusal !== undefined) return refusal;
    this.event.sluiceElementBytes = this.prefix.length - this.event.headBytes;
    const kept = this.#kept.copy(bytes, this.#elements, this.#sluiceNumber);
    this.event.sdBytes = this.prefix.length - this.event.headBytes;
    return kept;
  }

  #sluiceElement(bytes: Buffer, tenant: KnownTenant, type: KnownType): Refusal | undefined {
    const { id } = this.#params;
    const elements = this.#elements;
    const number = this.#sluiceNumber;
    if (id.end === 0) {
      this.ids.advance();
      this.prefix.sluiceElement(tenant, this.ids.bytes, 0, this.ids.bytes.length, type);
      return undefined;
    }
    if (id.length > limits.idLengthMax || !isMadeOf(idOctet, bytes, id.start, id.end)) return refusals.badId;
    if (this.#params.isOurForm(elements.idEnd(number), elements.end(number))) {
      this.prefix.write(bytes, elements.start(number), elements.end(number));
    } else {
      this.prefix.sluiceElement(tenant, bytes, id.start, id.end, type);
    }
    return undefined;
  }
}

const isGiven = (bytes: Buffer, start: number, end: number): boolean => end > start && !isNil(bytes, start, end);
