/*
 * A body or a query as its schema says, or a Failure that names every field that isn't.
 * Promise: an unknown field is refused by name; no value is quoted, since a field may hold a key. Pure. Owner: the routes.
 */
import type { z } from 'zod';
import { Failure } from '../base/failure.js';

/** Faults told in one answer. */
const FAULTS_MAX = 5;
/** Characters of an unknown field's name that are told. */
const NAME_LENGTH_MAX = 64;

/**
 * @param what for the sentence: "body" or "query"
 * @throws Failure bad_request
 */
export function validated<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const faults = outcome.error.issues.slice(0, FAULTS_MAX).map((issue) => faultOf(issue, value, what));
  throw new Failure('bad_request', `${faults.join('; ')}.`);
}

function faultOf(issue: z.core.$ZodIssue, value: unknown, what: string): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, FAULTS_MAX).map((name) => JSON.stringify(name.slice(0, NAME_LENGTH_MAX)));
    return `${names.join(', ')} ${issue.keys.length > 1 ? 'are not fields' : 'is not a field'} of this ${what}`;
  }
  if (issue.path.length === 0) return `the ${what} is a JSON object`;
  // An element of a list is told as the list: its sentence says what it holds.
  const field = String(issue.path[0]);
  const given = (value as Readonly<Record<string, unknown>>)[field];
  return given === undefined ? `${field} is missing` : `${field} ${issue.message}`;
}
