/*
 * One JSON event → the EncodedEvent that goes into the journal, or the refusal that names what is wrong (DESIGN, "Events").
 * Promise: whatever the bytes are, one of the two comes out, in linear time and without recursion; a clean message is not copied.
 * Hand-written, since a schema library takes a hundred times as long (FACTS). Owner: Admission.
 */
import { isUtf8 } from 'node:buffer';
import { limits } from '../base/limits.js';
import { printable, sdNameOctet } from '../syslog/bytes.js';
import type { EncodedEvent, Refusal } from './encoded.js';
import { eventFields } from './event.js';
import type { EventIds } from './event-ids.js';
import { BOOLEAN, field, JsonFields, NUMBER, OBJECT, STRING } from './json-fields.js';
import { numberAt, printedNumber } from './json-number.js';
import { TRAIT_ESCAPED, unescapeJson } from './json-reader.js';
import {
  idOctet,
  isMadeOf,
  type KnownTenant,
  type KnownType,
  type Names,
  severityLengthMax,
  tenantLengthMax,
} from './names.js';
import type { Prefix } from './prefix.js';
import { badEscape, fieldRefusals, loneSurrogate, refusals } from './refusals.js';
import { Cleaner } from './sanitise.js';
import { facilityOf } from './severity.js';
import { Scratch, Span } from './span.js';
import { toTimestamp } from './rfc3339.js';

const SEVERITY_INFO = 6;
const UNKNOWN = -1;

export class JsonAdmission {
  readonly #fields = new JsonFields();
  readonly #span = new Span();
  readonly #scratch = new Scratch();
  readonly #cleaner = new Cleaner();
  #bytes: Buffer = Buffer.alloc(0);

  /** @param facility of events that name none, 0 to 23 */
  constructor(
    private readonly prefix: Prefix,
    private readonly names: Names,
    private readonly ids: EventIds,
    private readonly facility: number,
    private readonly event: EncodedEvent,
  ) {}

  /** Fills the event from bytes `start` to `end`, or says why not. */
  admit(bytes: Buffer, start: number, end: number, boundTenant: string | undefined): Refusal | undefined {
    if (end - start > limits.eventBytesMax) return refusals.tooLarge;
    this.#bytes = bytes;
    const broken = this.#fields.read(bytes, start, end);
    if ((broken !== undefined || this.#fields.wide) && !isUtf8(bytes.subarray(start, end))) return refusals.badUtf8;
    if (broken !== undefined) return broken;
    const tenant = this.#tenant(boundTenant);
    if ('code' in tenant) return tenant;
    const type = this.#type();
    if ('code' in type) return type;
    this.event.tenant = tenant.text;
    this.event.type = type.text;
    return this.#header(type) ?? this.#sluiceElement(tenant, type) ?? this.#dataElement() ?? this.#message();
  }

  #tenant(bound: string | undefined): KnownTenant | Refusal {
    if (this.#kind(field.tenant) === 0) {
      return bound === undefined ? refusals.tenantMissing : this.names.tenantOf(bound);
    }
    const refusal = this.#text(field.tenant, tenantLengthMax);
    if (refusal !== undefined) return refusal;
    const tenant = this.names.tenants.get(this.#span.bytes, this.#span.start, this.#span.end);
    if (tenant.fault !== undefined) return refusals.badTenant;
    return bound !== undefined && tenant.text !== bound ? refusals.tenantMismatch : tenant;
  }

  #type(): KnownType | Refusal {
    if (this.#kind(field.type) === 0) return refusals.typeMissing;
    if (this.#kind(field.message) === 0) return refusals.messageMissing;
    const refusal = this.#text(field.type, limits.typeLengthMax);
    if (refusal !== undefined) return refusal;
    const type = this.names.types.get(this.#span.bytes, this.#span.start, this.#span.end);
    if (type.fault === undefined) return type;
    return type.fault === 'bad_type' ? refusals.badType : refusals.reservedType;
  }

  /** `<PRI>1 TIME HOST APP PROCID MSGID `. */
  #header(type: KnownType): Refusal | undefined {
    const severity = this.#kind(field.severity) === 0 ? SEVERITY_INFO : this.#severity();
    if (severity === UNKNOWN) return fieldRefusals[field.severity];
    const facility = this.#kind(field.facility) === 0 ? this.facility : this.#facility();
    if (facility === UNKNOWN) return fieldRefusals[field.facility];
    this.event.severity = severity;
    const prefix = this.prefix;
    prefix.begin(facility, severity);
    let refusal = this.#time();
    if (this.#kind(field.host) === 0) prefix.ownHostname();
    else refusal ??= this.#field(field.host, limits.hostnameLengthMax);
    if (this.#kind(field.app) === 0) prefix.field(type.bytes, 0, type.appNameBytes);
    else refusal ??= this.#field(field.app, limits.appNameLengthMax);
    if (this.#kind(field.resource) === 0) prefix.nilField();
    else refusal ??= this.#field(field.resource, limits.procIdLengthMax);
    prefix.field(type.bytes, 0, type.msgIdBytes);
    this.event.headBytes = prefix.length;
    return refusal;
  }

  #severity(): number {
    if (this.#kind(field.severity) === NUMBER) return this.#wholeNumber(field.severity, 7);
    if (this.#text(field.severity, severityLengthMax) !== undefined) return UNKNOWN;
    return this.names.severities.get(this.#span.bytes, this.#span.start, this.#span.end).level ?? UNKNOWN;
  }

  #facility(): number {
    if (this.#kind(field.facility) === NUMBER) return this.#wholeNumber(field.facility, 23);
    if (this.#text(field.facility, severityLengthMax) !== undefined) return UNKNOWN;
    return facilityOf(this.#span.bytes.toString('latin1', this.#span.start, this.#span.end)) ?? UNKNOWN;
  }

  #wholeNumber(number: number, max: number): number {
    const { starts, ends } = this.#fields.values;
    const value = numberAt(this.#bytes, starts[number], ends[number]);
    return Number.isInteger(value) && value >= 0 && value <= max ? Math.abs(value) : UNKNOWN;
  }

  #time(): Refusal | undefined {
    if (this.#kind(field.time) === 0) {
      this.prefix.now();
      return undefined;
    }
    const refusal = this.#text(field.time, limits.eventBytesMax);
    if (refusal !== undefined) return refusal;
    if (!toTimestamp(this.#span)) return fieldRefusals[field.time];
    this.prefix.field(this.#span.bytes, this.#span.start, this.#span.end);
    return undefined;
  }

  /** A field of HEADER: 1 to `lengthMax` of %d33-126. */
  #field(number: number, lengthMax: number): Refusal | undefined {
    const refusal = this.#text(number, lengthMax);
    if (refusal !== undefined) return refusal;
    const { bytes, start, end } = this.#span;
    if (!isMadeOf(printable, bytes, start, end)) return fieldRefusals[number];
    this.prefix.field(bytes, start, end);
    return undefined;
  }

  #sluiceElement(tenant: KnownTenant, type: KnownType): Refusal | undefined {
    if (this.#kind(field.id) === 0) {
      this.ids.advance();
      this.prefix.sluiceElement(tenant, this.ids.bytes, 0, this.ids.bytes.length, type);
    } else {
      const refusal = this.#text(field.id, limits.idLengthMax);
      if (refusal !== undefined) return refusal;
      const { bytes, start, end } = this.#span;
      if (!isMadeOf(idOctet, bytes, start, end)) return refusals.badId;
      this.prefix.sluiceElement(tenant, bytes, start, end, type);
    }
    this.event.sluiceElementBytes = this.prefix.length - this.event.headBytes;
    this.event.sdBytes = this.event.sluiceElementBytes;
    return undefined;
  }

  /** `[data@PEN k="v"…]`; nothing for an empty `data`. */
  #dataElement(): Refusal | undefined {
    if (this.#kind(field.data) === 0) return undefined;
    if (this.#kind(field.data) !== OBJECT) return fieldRefusals[field.data];
    const { dataCount, dataKeys, dataKeyStarts } = this.#fields;
    if (dataCount === 0) return undefined;
    const elementStart = this.prefix.length;
    this.prefix.openDataElement();
    for (let i = 0; i < dataCount; i++) {
      if (!isMadeOf(sdNameOctet, dataKeys, dataKeyStarts[i], dataKeyStarts[i + 1])) return refusals.dataKey;
      this.prefix.openParam(dataKeys, dataKeyStarts[i], dataKeyStarts[i + 1]);
      const refusal = this.#dataValue(i);
      if (refusal !== undefined) return refusal;
      this.prefix.closeParam();
      if (this.prefix.length + 1 - elementStart > limits.dataBytesMax) return refusals.dataTooLong;
    }
    this.prefix.closeElement();
    this.event.sdBytes = this.prefix.length - this.event.headBytes;
    return undefined;
  }

  #dataValue(i: number): Refusal | undefined {
    const { starts, ends, kinds, traits } = this.#fields.dataValues;
    const span = this.#span;
    span.set(this.#bytes, starts[i], ends[i]);
    switch (kinds[i]) {
      case STRING: {
        const refusal = this.#unescape(field.data, traits[i]);
        if (refusal !== undefined) return refusal;
        this.#cleaner.clean(span);
        break;
      }
      case NUMBER: {
        const printed = printedNumber(this.#bytes, starts[i], ends[i]);
        if (printed === undefined) return refusals.dataNumber;
        if (printed !== 'as-written') span.set(Buffer.from(printed.text), 0, printed.text.length);
        break;
      }
      case BOOLEAN:
        break;
      default:
        return refusals.dataNull;
    }
    if (span.length > limits.dataBytesMax) return refusals.dataTooLong;
    this.prefix.value(span.bytes, span.start, span.end);
    return undefined;
  }

  #message(): Refusal | undefined {
    const refusal = this.#text(field.message, limits.eventBytesMax);
    if (refusal !== undefined) return refusal;
    this.#cleaner.clean(this.#span);
    this.event.message = this.#span.bytes;
    this.event.messageStart = this.#span.start;
    this.event.messageEnd = this.#span.end;
    return undefined;
  }

  /** Points #span to the text of a string field of at most `lengthMax` bytes, or says why it has none. */
  #text(number: number, lengthMax: number): Refusal | undefined {
    const { starts, ends, kinds, traits } = this.#fields.values;
    if (kinds[number] !== STRING) return fieldRefusals[number];
    this.#span.set(this.#bytes, starts[number], ends[number]);
    const refusal = this.#unescape(number, traits[number]);
    if (refusal !== undefined) return refusal;
    return this.#span.length > lengthMax ? fieldRefusals[number] : undefined;
  }

  #unescape(number: number, traits: number): Refusal | undefined {
    if ((traits & TRAIT_ESCAPED) === 0) return undefined;
    const fault = unescapeJson(this.#span, this.#scratch.reserve(this.#span.length));
    if (fault === undefined) return undefined;
    return fault === 'lone_surrogate' ? loneSurrogate(eventFields[number]) : badEscape(eventFields[number]);
  }

  #kind(number: number): number {
    return this.#fields.values.kinds[number];
  }
}
