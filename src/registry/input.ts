/*
 * What a person may say about a tenant or a drain, as schemas: the API validates bodies with them, the registry stores what they
 * give, and the CLI sends the same fields. Bounds come from base/limits.ts.
 * Promise: an unknown field is refused by name. What needs more than the field itself (URL, filter, PEM, ceilings) is drain.ts's.
 */
import { z } from 'zod';
import { isTenantName } from '../base/ids.js';
import { limits } from '../base/limits.js';

/** RFC 5424 6.2.1, most severe first; the index is the number. */
export const severityNames = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

const severityAliases: Readonly<Record<string, number>> = {
  panic: 0,
  emergency: 0,
  critical: 2,
  error: 3,
  warn: 4,
  information: 6,
  informational: 6,
};

const severityOf = (given: string | number): number | undefined => {
  if (typeof given === 'number') return Number.isInteger(given) && given >= 0 && given <= 7 ? given : undefined;
  const name = given.toLowerCase();
  const known = severityNames.findIndex((each) => each === name);
  if (known >= 0) return known;
  return Object.hasOwn(severityAliases, name) ? severityAliases[name] : undefined;
};

const severity = z
  .union(
    [z.string().max(limits.typeLengthMax), z.number()],
    'is one of emerg alert crit err warning notice info debug, or 0 to 7',
  )
  .transform((given, context) => {
    const number = severityOf(given);
    if (number !== undefined) return number;
    context.addIssue('is one of emerg alert crit err warning notice info debug, or 0 to 7');
    return z.NEVER;
  });

const positive = z.int('is a whole number').min(1, 'is at least 1').max(Number.MAX_SAFE_INTEGER);

const tenantName = z.string('is a text').refine(isTenantName, 'is 1 to 64 of A-Z a-z 0-9 . _ -');

/** A tenant's own limits: events/s, events at once, bytes/s, number of drains. */
const tenantLimits = {
  events_per_s: positive,
  burst: positive,
  bytes_per_s: positive,
  drains: z.int('is a whole number').min(0).max(Number.MAX_SAFE_INTEGER),
};

export const newTenant = z.strictObject({ name: tenantName, ...z.strictObject(tenantLimits).partial().shape });
export type NewTenant = z.infer<typeof newTenant>;

/** Absent: stays as it is. null: back to the operator's default. */
export const patchTenant = z
  .strictObject({
    events_per_s: tenantLimits.events_per_s.nullable(),
    burst: tenantLimits.burst.nullable(),
    bytes_per_s: tenantLimits.bytes_per_s.nullable(),
    drains: tenantLimits.drains.nullable(),
  })
  .partial();
export type PatchTenant = z.infer<typeof patchTenant>;

// Shown on terminals and in logs, so controls stay out.
const drainName = z
  .string('is a text')
  .min(1, 'is not empty')
  .max(limits.drainNameLengthMax, `is ${limits.drainNameLengthMax} characters at most`)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'has no control characters');

const pem = z.string('is PEM text').max(limits.pemBytesMax, `is ${limits.pemBytesMax} bytes at most`);

const drainFields = {
  name: drainName,
  types: z
    .array(
      z
        .string('is a list of texts')
        .max(limits.globLengthMax, `has patterns of ${limits.globLengthMax} characters at most`),
      'is a list of texts',
    )
    .max(limits.globsPerDrainMax, `has ${limits.globsPerDrainMax} patterns at most`),
  /** Given as a name or 0 to 7, kept as the number. */
  min_severity: severity,
  framing: z.enum(['octet-counting', 'lf'], 'is octet-counting or lf'),
  ca: pem,
  client_cert: pem,
  client_key: pem,
  server_name: z.string('is a text').min(1, 'is not empty').max(limits.hostnameLengthMax),
  fingerprint: z.string('is a text').max(128),
  structured_data: z
    .string('is a text')
    .max(limits.drainStructuredDataBytesMax, `is ${limits.drainStructuredDataBytesMax} bytes at most`),
  events_per_s: positive,
  bytes_per_s: positive,
  message_bytes_max: positive,
};

const url = z.string('is a text').max(limits.drainUrlLengthMax, `is ${limits.drainUrlLengthMax} characters at most`);

export const newDrain = z.strictObject({ url, ...z.strictObject(drainFields).partial().shape });
export type NewDrain = z.infer<typeof newDrain>;

/** Absent: stays as it is. null: back to the default (no CA of its own, the operator's pace, …). */
export const patchDrain = z
  .strictObject({
    url,
    name: drainFields.name,
    types: drainFields.types.nullable(),
    min_severity: drainFields.min_severity.nullable(),
    framing: drainFields.framing.nullable(),
    ca: drainFields.ca.nullable(),
    client_cert: drainFields.client_cert.nullable(),
    client_key: drainFields.client_key.nullable(),
    server_name: drainFields.server_name.nullable(),
    fingerprint: drainFields.fingerprint.nullable(),
    structured_data: drainFields.structured_data.nullable(),
    events_per_s: drainFields.events_per_s.nullable(),
    bytes_per_s: drainFields.bytes_per_s.nullable(),
    message_bytes_max: drainFields.message_bytes_max.nullable(),
  })
  .partial();
export type PatchDrain = z.infer<typeof patchDrain>;
