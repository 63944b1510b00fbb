/*
 * What a person may say about a tenant or a drain, as schemas: the API validates bodies with them, the registry stores what they
 * give, and the CLI sends the same fields. Bounds come from base/limits.ts.
 * Promise: an unknown field is refused by name. What needs more than the field itself (URL, filter, PEM, ceilings) is drain.ts's.
 */
import { z } from 'zod';
import { isTenantName } from '../base/ids.js';
import { limits } from '../base/limits.js';
import { recordRoutesMax } from '../event/record.js';
import { severityNames, severityOf } from '../event/severity.js';

type OrNull<Fields extends Record<string, z.ZodType>> = { [K in keyof Fields]: z.ZodNullable<Fields[K]> };

const orNull = <Fields extends Record<string, z.ZodType>>(fields: Fields): OrNull<Fields> =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, z.nullable(field)])) as OrNull<Fields>;

const severityWords = `is one of ${severityNames.join(' ')}, or 0 to 7`;

const severity = z
  .union([z.string().max(limits.typeLengthMax), z.number()], severityWords)
  .transform((given, context) => {
    const number = severityOf(String(given));
    if (number !== undefined) return number;
    context.addIssue(severityWords);
    return z.NEVER;
  });

const positive = z.int('is a whole number').min(1, 'is at least 1').max(Number.MAX_SAFE_INTEGER, 'is too large');

const tenantName = z.string('is a text').refine(isTenantName, 'is 1 to 64 of A-Z a-z 0-9 . _ -');

/** A tenant's own limits: events/s, events at once, bytes/s, number of drains. */
const tenantLimits = {
  events_per_s: positive,
  burst: positive,
  bytes_per_s: positive,
  drains: z.int('is a whole number').min(0, 'is at least 0').max(recordRoutesMax, `is ${recordRoutesMax} at most`),
};

export const newTenant = z.strictObject({ name: tenantName, ...z.strictObject(tenantLimits).partial().shape });
export type NewTenant = z.infer<typeof newTenant>;

/** Absent: stays as it is. null: back to the operator's default. */
export const patchTenant = z.strictObject(orNull(tenantLimits)).partial();
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
  server_name: z
    .string('is a text')
    .min(1, 'is not empty')
    .max(limits.hostnameLengthMax, `is ${limits.hostnameLengthMax} characters at most`),
  fingerprint: z.string('is a text').max(limits.fingerprintLengthMax, 'is too long'),
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

const { name, ...drainChoices } = drainFields;

/** Absent: stays as it is. null: back to the default (no CA of its own, the operator's pace, …). */
export const patchDrain = z.strictObject({ url, name, ...orNull(drainChoices) }).partial();
export type PatchDrain = z.infer<typeof patchDrain>;
