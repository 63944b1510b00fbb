/*
 * Tables and lists of named values, aligned, for people; `-o json` is for programs.
 * Promise: columns line up whatever the colours; text from elsewhere goes through `printable` before it gets here.
 * Worst case: linear in the cells.
 */
import { width } from './format.js';

const GAP = '  ';

/**
 * Rows of cells under upper-case headings, each column as wide as its widest cell, the last one ragged.
 * @param right indexes of the columns of numbers, which align to the right
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const all = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => width(row[column]))));
  const last = headings.length - 1;
  return all
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat(widths[column] - width(cell));
          if (right.includes(column)) return padding + cell;
          return column === last ? cell : cell + padding;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** One named value; more than one line of text continues under the first. */
export type Entry = readonly [name: string, text: string | readonly string[]];

/** `name  text` lines, the names as wide as the widest. */
export function entries(list: readonly Entry[]): string {
  const nameWidth = Math.max(...list.map(([name]) => width(name)));
  return list
    .flatMap(([name, text]) =>
      (typeof text === 'string' ? [text] : text).map((line, index) =>
        `${index === 0 ? name + ' '.repeat(nameWidth - width(name)) : ' '.repeat(nameWidth)}${GAP}${line}`.trimEnd(),
      ),
    )
    .join('\n');
}
