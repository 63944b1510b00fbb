/*
 * The name that a person most likely meant: edit distance with a bound, for "did you mean".
 * Worst case: names × length² steps, on bounded lengths, once per unknown key.
 */

const LENGTH_MAX = 64;

/** Single-character edits (insert, remove, replace) from `from` to `to`. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[to.length];
}

const lastName = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/**
 * The nearest of `known` to `name`; undefined when none is near (more than a third of its letters differ).
 * A dotted key whose last part alone is right or nearly right is found too: `ttl` → `journal.ttl`.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestEdits = Infinity;
  for (const candidate of known) {
    const whole = distance(name, candidate);
    // Half an edit more, so that the same section wins over another section with the same last part.
    const edits = Math.min(whole, distance(lastName(name), lastName(candidate)) + 0.5);
    const near = edits <= Math.max(1, Math.min(name.length, lastName(candidate).length) / 3);
    if (near && edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}
