/*
 * What a JSON number, known to be one by its grammar, is worth and how it is printed.
 * Promise: integers keep all their digits, however long (an id of 64 bits is not rounded); everything else is printed as JSON
 * prints it; what is beyond a double is refused. Worst case: linear in its digits. No state.
 */

/** Integers of so many characters are finite for sure. */
const FINITE_LENGTH_MAX = 300;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

export const numberAt = (bytes: Buffer, start: number, end: number): number =>
  Number(bytes.toString('latin1', start, end));

/** How the number is printed, `as-written` if that is how it stands there, or undefined if it isn't finite. */
export function printedNumber(bytes: Buffer, start: number, end: number): { text: string } | 'as-written' | undefined {
  if (isPlainInteger(bytes, start, end) && end - start <= FINITE_LENGTH_MAX) return 'as-written';
  const value = numberAt(bytes, start, end);
  if (!Number.isFinite(value)) return undefined;
  return isPlainInteger(bytes, start, end) ? 'as-written' : { text: String(value) };
}

/** Digits with or without a minus, and not `-0`. */
function isPlainInteger(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === MINUS) at++;
  if (at > start && bytes[at] === ZERO) return false;
  while (at < end && bytes[at] >= ZERO && bytes[at] <= NINE) at++;
  return at === end;
}
