/*
 * What may stand behind the `?` of a path. Promise: an unknown parameter is refused by name, not ignored.
 */
import { z } from 'zod';
import { isTenantName } from '../base/ids.js';

const tenant = z.string('is given once').refine(isTenantName, 'is 1 to 64 of A-Z a-z 0-9 . _ -');
const force = z.enum(['true', 'false'], 'is true or false').default('false');

export const noQuery = z.strictObject({});

/** An operator names the tenant where the path doesn't. */
export const tenantQuery = z.strictObject({ tenant: tenant.optional() });

/** The tenant has to be named. */
export const tenantRequiredQuery = z.strictObject({ tenant });

/** `force=true` accepts the loss. */
export const forceQuery = z
  .strictObject({ tenant: tenant.optional(), force })
  .transform((query) => ({ tenant: query.tenant, force: query.force === 'true' }));
