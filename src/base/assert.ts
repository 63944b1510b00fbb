/*
 * assert() is for our own bugs, Failure (failure.ts) is for the world.
 * Worst case: throws AssertionError, which ends the process with a stack; it is never caught and turned into an answer.
 */

/** Throws when `condition` is false. `message` says which invariant broke, without any tenant's data. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** A broken invariant of ours. Not retried, not answered: the process ends. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Marks a switch as exhaustive; reaching it is our bug. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}
