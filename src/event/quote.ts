/*
 * How a name that somebody sent is shown in a refusal: at most 64 characters, printable ASCII, quoted.
 * Promise: what comes out can stand in a log line, a terminal or a JSON answer. Only names are quoted, never values.
 */

const SHOWN_CHARACTERS_MAX = 64;

/** The text in double quotes: control, non-ASCII and quote characters as U+XXXX, cut after 64 characters with an ellipsis. */
export function printable(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const plain = code >= 0x20 && code < 0x7f && character !== '"' && character !== '\\';
    const next = plain ? character : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    if (shown.length + next.length > SHOWN_CHARACTERS_MAX - 1) return `"${shown}…"`;
    shown += next;
  }
  return `"${shown}"`;
}
