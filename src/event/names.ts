/*
 * What admission knows of a tenant's, a type's and a severity's name, worked out once per name (name-cache.ts).
 * Promise: a name without a fault is safe in a header field and in a PARAM-VALUE as it stands. Owner: the Admission.
 */
import { isTenantName } from '../base/ids.js';
import { limits } from '../base/limits.js';
import { printable } from '../syslog/bytes.js';
import { type CachedName, NameCache } from './name-cache.js';
import { severityOf } from './severity.js';

export interface KnownTenant extends CachedName {
  readonly text: string;
  readonly fault: 'bad_tenant' | undefined;
}

export interface KnownType extends CachedName {
  readonly text: string;
  readonly fault: 'bad_type' | 'reserved_type' | undefined;
  /** Bytes of it that are MSGID. */
  readonly msgIdBytes: number;
  /** Bytes of it that are APP-NAME, where the event has no `app`. */
  readonly appNameBytes: number;
}

export interface KnownSeverity extends CachedName {
  /** 0 to 7, or undefined if there is no such severity. */
  readonly level: number | undefined;
}

/** Names longer than this are refused without being looked at, so that the caches hold only short ones. */
export const tenantLengthMax = 64;
/** The longest name in severity.ts is shorter. */
export const severityLengthMax = 16;

/** %d33-126 without `"` `\` `]`, by octet: an id needs no escape in a PARAM-VALUE. */
export const idOctet = printable.slice();
for (const octet of Buffer.from('"\\]')) idOctet[octet] = 0;

/** True if bytes `start` to `end` are one or more, and all of them of those that `allowed` has. */
export function isMadeOf(allowed: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (allowed[bytes[at]] === 0) return false;
  return end > start;
}

const TYPE = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * MSGID of a type: the type, or its longest dotted prefix of at most 32 characters, or its first 32 (DESIGN, "On the wire").
 * @returns characters
 */
export function msgIdLength(type: string): number {
  const max = limits.msgIdLengthMax;
  if (type.length <= max) return type.length;
  const dot = type.lastIndexOf('.', max);
  return dot > 0 ? dot : max;
}

function appNameLength(type: string): number {
  const dot = type.indexOf('.');
  return Math.min(dot < 0 ? type.length : dot, limits.appNameLengthMax);
}

function typeFault(type: string): KnownType['fault'] {
  if (type.length > limits.typeLengthMax || !TYPE.test(type)) return 'bad_type';
  return type.startsWith('sluice.') ? 'reserved_type' : undefined;
}

export class Names {
  readonly tenants = new NameCache<KnownTenant>(4096, (bytes) => {
    const text = bytes.toString('latin1');
    return { bytes, text, fault: isTenantName(text) ? undefined : 'bad_tenant' };
  });

  #bound: KnownTenant | undefined;

  /** What there is to know of the tenant that a door is bound to. */
  tenantOf(text: string): KnownTenant {
    if (this.#bound?.text !== text) {
      const bytes = Buffer.from(text);
      this.#bound = this.tenants.get(bytes, 0, bytes.length);
    }
    return this.#bound;
  }

  readonly types = new NameCache<KnownType>(4096, (bytes) => {
    const text = bytes.toString('latin1');
    return { bytes, text, fault: typeFault(text), msgIdBytes: msgIdLength(text), appNameBytes: appNameLength(text) };
  });

  readonly severities = new NameCache<KnownSeverity>(64, (bytes) => ({
    bytes,
    level: severityOf(bytes.toString('latin1')),
  }));
}
