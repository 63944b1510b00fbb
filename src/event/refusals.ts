/*
 * Why an event is refused: a constant for each reason, so that refusing a flood allocates no more than taking it.
 * Promise: a sentence names the field and what it must be, and never holds a value; at most 64 characters of a field's name.
 */
import type { FailureCode } from '../base/failure.js';
import { limits } from '../base/limits.js';
import type { SyslogFault } from '../syslog/fault.js';
import type { Refusal } from './encoded.js';
import { type EventField, eventFields } from './event.js';
import { printable } from './quote.js';

const refusal = (code: FailureCode, message: string): Refusal => Object.freeze({ code, message });

export const refusals = {
  notObject: refusal('not_json', 'This is not a JSON object.'),
  badUtf8: refusal('bad_utf8', 'The event is not valid UTF-8.'),
  tooLarge: refusal('event_too_large', `The event is longer than ${limits.eventBytesMax} bytes.`),
  tenantMissing: refusal('missing_field', '`tenant` is missing.'),
  typeMissing: refusal('missing_field', '`type` is missing.'),
  messageMissing: refusal('missing_field', '`message` is missing.'),
  badTenant: refusal('bad_tenant', '`tenant` is not 1 to 64 of A-Z a-z 0-9 . _ -'),
  tenantMismatch: refusal('tenant_mismatch', '`tenant` is not the tenant that this door is bound to.'),
  badType: refusal('bad_type', '`type` is not a dotted lower-case name of 1 to 128 characters.'),
  reservedType: refusal('reserved_type', '`type` begins with `sluice.`, which is kept for the agent.'),
  badId: refusal('bad_id', '`id` is not 1 to 64 printable ASCII characters without space, " \\ and ].'),
  dataNested: refusal('too_deep', '`data` holds an object or an array.'),
  dataNull: refusal('bad_data', 'A value in `data` is null: it must be a string, a number or a boolean.'),
  dataNumber: refusal('bad_data', 'A number in `data` is too large.'),
  dataKey: refusal('bad_data', 'A key in `data` is not 1 to 32 printable ASCII characters without = ] " and space.'),
  dataKeys: refusal('bad_data', `\`data\` has more than ${limits.dataKeysMax} keys.`),
  dataTooLong: refusal('bad_data', `\`data\` is longer than ${limits.dataBytesMax} bytes as structured data.`),
  keptTooLong: refusal(
    'bad_syslog',
    `The SD-ELEMENTs to keep are longer than ${limits.structuredDataBytesMax} bytes together.`,
  ),
  keySurrogate: refusal('lone_surrogate', 'A key holds half of a surrogate pair.'),
} as const;

const refusalsByField: Readonly<Record<EventField, Refusal>> = {
  tenant: refusals.badTenant,
  type: refusals.badType,
  message: refusal('bad_message', '`message` is not a string.'),
  severity: refusal('bad_severity', '`severity` is neither a known name nor 0 to 7.'),
  time: refusal('bad_time', '`time` is not an RFC 3339 time with an offset.'),
  id: refusals.badId,
  app: refusal('bad_app', '`app` is not 1 to 48 printable ASCII characters without space.'),
  resource: refusal('bad_resource', '`resource` is not 1 to 128 printable ASCII characters without space.'),
  host: refusal('bad_host', '`host` is not 1 to 255 printable ASCII characters without space.'),
  facility: refusal('bad_facility', '`facility` is neither a known name nor 0 to 23.'),
  data: refusal('bad_data', '`data` is not an object.'),
};

/** What each field must be, where its own value is at fault; by its place in `eventFields`. */
export const fieldRefusals: readonly Refusal[] = eventFields.map((name) => refusalsByField[name]);

/** JSON that breaks off or goes wrong at `byte`, counted from 0 within the event. */
export const brokenJson = (byte: number): Refusal => refusal('not_json', `The JSON is broken at byte ${byte}.`);

/** A field that events don't have. */
export const unknownField = (name: string): Refusal =>
  refusal('unknown_field', `There is no field ${printable(name)}.`);

/** A field, or a key in `data`, that comes twice, in whatever spelling. */
export const duplicateKey = (name: string): Refusal =>
  refusal('duplicate_key', `The key ${printable(name)} comes twice.`);

/** Half of a surrogate pair in the value of `field`. */
export const loneSurrogate = (field: EventField): Refusal =>
  refusal('lone_surrogate', `\`${field}\` holds half of a surrogate pair.`);

/** An escape that JSON doesn't have in the value of `field`. */
export const badEscape = (field: EventField): Refusal =>
  refusal('not_json', `\`${field}\` holds an escape that JSON does not have.`);

/** A parameter of `sluice@PEN` that comes twice: which one counts could be read in two ways. */
export const duplicateParam = (name: string): Refusal =>
  refusal('duplicate_key', `The parameter ${printable(name)} of the sluice element comes twice.`);

/** What the parser found wrong with a syslog message. */
export function brokenSyslog(fault: SyslogFault): Refusal {
  const isUtf8Fault = fault.code === 'param_value_not_utf8' || fault.code === 'message_not_utf8';
  const sentence = `${fault.message[0].toUpperCase()}${fault.message.slice(1)} (${fault.clause}).`;
  return refusal(isUtf8Fault ? 'bad_utf8' : 'bad_syslog', sentence);
}
