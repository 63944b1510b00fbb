/*
 * What a drain must be before it is stored: a destination of one spelling, a filter that parses, TLS material that fits,
 * limits below the operator's. Pure but for the clock's time that is passed in.
 * Promise: what passes can be dialled and encoded as it stands. Worst case: a Failure that names the field. Owner: drain.ts.
 */
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { parseDestination } from '../destination/address.js';
import { parseFingerprint } from '../destination/fingerprint.js';
import { Filter } from '../event/filter.js';
import { checkStructuredData, StructuredDataExtent } from '../syslog/structured-data.js';
import type { NewDrain, PatchDrain } from './input.js';
import { checkedCa, checkedIdentity } from './tls-material.js';

/** The operator's ceilings, which a drain may stay below. */
export interface Ceilings {
  readonly drainsPerTenant: number;
  readonly eventsPerS: number;
  readonly bytesPerS: number;
  readonly messageBytesMax: number;
}

/** What a person decides about a drain. null: the operator's default, or none. */
export interface DrainChoices {
  readonly name: string;
  /** Canonical. */
  readonly url: string;
  /** `min_severity` 0 to 7; 7 is all. */
  readonly filter: { readonly types: readonly string[]; readonly min_severity: number };
  readonly framing: 'octet-counting' | 'lf';
  readonly limits: {
    readonly events_per_s: number | null;
    readonly bytes_per_s: number | null;
    readonly message_bytes_max: number | null;
  };
  readonly tls: {
    readonly ca: string | null;
    readonly client_cert: string | null;
    /** Never in any answer: api/ shows `tls` field by field. */
    readonly client_key: string | null;
    readonly server_name: string | null;
    readonly fingerprint: string | null;
  };
  readonly structured_data: string | null;
}

const capped = (chosen: number | null, ceiling: number): number => Math.min(chosen ?? ceiling, ceiling);

/** A drain's pace and message size as they are in force: its own, or the operator's where it has none or the ceiling sank below. */
export function limitsInForce(own: DrainChoices['limits'], ceilings: Ceilings): Omit<Ceilings, 'drainsPerTenant'> {
  return {
    eventsPerS: capped(own.events_per_s, ceilings.eventsPerS),
    bytesPerS: capped(own.bytes_per_s, ceilings.bytesPerS),
    messageBytesMax: capped(own.message_bytes_max, ceilings.messageBytesMax),
  };
}

const MIN_SEVERITY_ALL = 7;

/** The choices for a new drain. @throws Failure url_invalid, filter_invalid, tls_material_invalid, limit_above_ceiling, bad_request … */
export function newChoices(input: NewDrain, ceilings: Ceilings, nowMs: number): DrainChoices {
  const { host, url } = parseDestination(input.url);
  const blank: DrainChoices = {
    name: input.name ?? host.slice(0, limits.drainNameLengthMax),
    url,
    filter: { types: [], min_severity: MIN_SEVERITY_ALL },
    framing: 'octet-counting',
    limits: { events_per_s: null, bytes_per_s: null, message_bytes_max: null },
    tls: { ca: null, client_cert: null, client_key: null, server_name: null, fingerprint: null },
    structured_data: null,
  };
  return patchedChoices(blank, input, ceilings, nowMs);
}

/** The choices after a change. What isn't in the patch is left alone, and not checked again: it may have expired since. @throws as newChoices */
export function patchedChoices(
  before: DrainChoices,
  patch: PatchDrain,
  ceilings: Ceilings,
  nowMs: number,
): DrainChoices {
  const destination = parseDestination(patch.url ?? before.url);
  const types = patch.types === undefined ? before.filter.types : (patch.types ?? []);
  const severity = patch.min_severity === undefined ? before.filter.min_severity : patch.min_severity;
  const filter = Filter.parse(types, severity ?? MIN_SEVERITY_ALL);
  const tls = patchedTls(before.tls, patch, nowMs);
  const given = Object.entries(tls).find(([, value]) => value !== null);
  if (destination.transport === 'tcp' && given !== undefined) {
    throw new Failure('tls_material_invalid', `${given[0]} means nothing for syslog://, which is not encrypted.`, {
      hint: 'Use syslog+tls://, or leave the TLS options out.',
    });
  }
  return {
    name: patch.name ?? before.name,
    url: destination.url,
    filter: { types: filter.types, min_severity: filter.minSeverity },
    framing: patch.framing === undefined ? before.framing : (patch.framing ?? 'octet-counting'),
    limits: patchedLimits(before.limits, patch, ceilings),
    tls,
    structured_data: changed(before.structured_data, patch.structured_data, checkedStructuredData),
  };
}

/** The value before, or the new one if it passes `check`. */
const changed = <T>(before: T | null, after: T | null | undefined, check: (value: T) => T): T | null => {
  if (after === undefined) return before;
  return after === null ? null : check(after);
};

/** Passes a limit between `min` and the operator's ceiling. */
const below =
  (field: string, min: number, max: number) =>
  (value: number): number => {
    if (value > max) throw new Failure('limit_above_ceiling', `${field} is ${max} at most, not ${value}.`);
    if (value < min) throw new Failure('bad_request', `${field} is ${min} at least, not ${value}.`);
    return value;
  };

function patchedLimits(before: DrainChoices['limits'], patch: PatchDrain, ceilings: Ceilings): DrainChoices['limits'] {
  const messageBytes = below('message_bytes_max', limits.messageBytesMin, ceilings.messageBytesMax);
  return {
    events_per_s: changed(before.events_per_s, patch.events_per_s, below('events_per_s', 1, ceilings.eventsPerS)),
    bytes_per_s: changed(before.bytes_per_s, patch.bytes_per_s, below('bytes_per_s', 1, ceilings.bytesPerS)),
    message_bytes_max: changed(before.message_bytes_max, patch.message_bytes_max, messageBytes),
  };
}

function patchedTls(before: DrainChoices['tls'], patch: PatchDrain, nowMs: number): DrainChoices['tls'] {
  return {
    ca: changed(before.ca, patch.ca, (pem) => checkedCa(pem, nowMs)),
    ...patchedIdentity(before, patch, nowMs),
    server_name: changed(before.server_name, patch.server_name, checkedServerName),
    fingerprint: changed(before.fingerprint, patch.fingerprint, parseFingerprint),
  };
}

function patchedIdentity(
  before: DrainChoices['tls'],
  patch: PatchDrain,
  nowMs: number,
): Pick<DrainChoices['tls'], 'client_cert' | 'client_key'> {
  const cert = patch.client_cert === undefined ? before.client_cert : patch.client_cert;
  const key = patch.client_key === undefined ? before.client_key : patch.client_key;
  if (cert === before.client_cert && key === before.client_key) return { client_cert: cert, client_key: key };
  if (cert === null && key === null) return { client_cert: null, client_key: null };
  if (cert === null || key === null) {
    throw new Failure('tls_material_invalid', 'client_cert and client_key belong together: one of them is missing.');
  }
  const identity = checkedIdentity(cert, key, nowMs);
  return { client_cert: identity.cert, client_key: identity.key };
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** A name as certificates hold it, or an address. Unlike in a URL, a single label is a name too. */
function checkedServerName(text: string): string {
  if (ipaddr.IPv6.isValid(text) && !text.includes('%')) return ipaddr.IPv6.parse(text).toRFC5952String();
  const name = domainToASCII(text).replace(/\.$/, '');
  if (name !== '' && name.length <= limits.hostnameLengthMax && name.split('.').every((label) => LABEL.test(label))) {
    return name;
  }
  throw new Failure('tls_material_invalid', 'server_name is neither a name nor an address.');
}

// What the encoder writes itself; RFC 5424 6.3.2: an SD-ID comes once in a message.
const OUR_NAMES = /^(?:meta|origin|timeQuality|(?:sluice|data)@\d+)$/;
const OWN_NAME = /^[^@]+@\d+(?:\.\d+)*$/;
// Controls, formats (bidi), line separators, lone surrogates: DESIGN, "control characters are escaped under every framing".
const STRANGERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const badElement = (why: string): Failure =>
  new Failure('bad_request', `structured_data ${why}.`, {
    hint: 'Give one element such as [token@32473 key="value"].',
  });

/** One SD-ELEMENT of the tenant's own. */
function checkedStructuredData(text: string): string {
  if (STRANGERS.test(text)) throw badElement('holds a control character');
  const bytes = Buffer.from(text);
  if (bytes.length > limits.drainStructuredDataBytesMax) {
    throw badElement(`is longer than ${limits.drainStructuredDataBytesMax} bytes`);
  }
  const extent = new StructuredDataExtent();
  const fault = checkStructuredData(bytes, 0, bytes.length, extent);
  if (fault !== undefined) throw badElement(`is not valid: ${fault.message} (${fault.clause})`);
  if (extent.elementCount !== 1 || extent.end !== bytes.length)
    throw badElement('is one element, with nothing around it');
  const name = bytes.toString('utf8', extent.ids[0], extent.ids[1]);
  if (OUR_NAMES.test(name)) throw badElement(`has the name ${name}, which Sluice writes itself`);
  if (!OWN_NAME.test(name)) throw badElement('needs a name with an enterprise number, NAME@NUMBER');
  return text;
}
