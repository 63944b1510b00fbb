/*
 * Names, numbers and positions that must never be mixed up, as branded types.
 * Promise: a value of one of these types was made by its own function here or read from our own store.
 * Worst case: a wrong brand is a compile error; nothing here runs on the hot path.
 */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Tenant id that the operator chose: 1 to 64 of `A-Z a-z 0-9 . _ -` (DESIGN, "Words"). */
export type TenantName = Branded<string, 'TenantName'>;
/** The registry's row number of a tenant, 1 to 2^32-1, never used twice; stands for the name in the journal. */
export type TenantNumber = Branded<number, 'TenantNumber'>;
/** Public id of a drain, `d-` and 16 lower-case letters and digits. */
export type DrainId = Branded<string, 'DrainId'>;
/** The registry's row number of a drain, 1 to 2^32-1, never used twice; stands for the id in the journal. */
export type DrainNumber = Branded<number, 'DrainNumber'>;
/** How many events one drain had accepted when this one was, counted from 1; `sequenceId` is made from it. */
export type Ordinal = Branded<number, 'Ordinal'>;
/** Milliseconds since 1970 on a clock that never jumps while the process runs. */
export type UnixMs = Branded<number, 'UnixMs'>;

const TENANT_NAME = /^[A-Za-z0-9._-]{1,64}$/;
const DRAIN_ID = /^d-[0-9a-z]{16}$/;

/** True for a valid tenant id (linear in the length, at most 64 characters looked at). */
export const isTenantName = (text: string): text is TenantName => text.length <= 64 && TENANT_NAME.test(text);
/** True for text that has the shape of a drain id; whether the drain exists is the registry's to say. */
export const isDrainId = (text: string): text is DrainId => text.length === 18 && DRAIN_ID.test(text);

export const tenantNumber = (row: number): TenantNumber => row as TenantNumber;
export const drainNumber = (row: number): DrainNumber => row as DrainNumber;
export const ordinal = (count: number): Ordinal => count as Ordinal;
export const unixMs = (ms: number): UnixMs => ms as UnixMs;

/** RFC 5424 7.3.1: 1 to 2147483647, then 1 again. */
export const sequenceIdOf = (n: Ordinal): number => ((n - 1) % 2_147_483_647) + 1;
