/*
 * Finds the comments of a source text, given where its strings, templates and regular expressions lie: what looks like a
 * comment inside those is none.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Comment extends Span {
  readonly text: string;
  readonly line: number;
}

/** All comments in order. `literals` may come in any order. */
export function commentsOf(text: string, literals: readonly Span[]): Comment[] {
  const endOf = new Map(literals.map(({ start, end }) => [start, end]));
  const comments: Comment[] = [];
  let line = 1;
  const add = (start: number, end: number) => comments.push({ start, end, text: text.slice(start, end), line });
  for (let at = 0; at < text.length; ) {
    let next = Math.max(at + 1, endOf.get(at) ?? 0);
    if (!endOf.has(at) && text.startsWith('//', at)) {
      const feed = text.indexOf('\n', at);
      add(at, (next = feed === -1 ? text.length : feed));
    } else if (!endOf.has(at) && text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      add(at, (next = close === -1 ? text.length : close + 2));
    }
    for (; at < next; at++) if (text[at] === '\n') line++;
  }
  return comments;
}
