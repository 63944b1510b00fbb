/*
 * The rules on how the source reads: headers, lengths, names, comments, and tests that are sentences and are run.
 * A rule takes readings and returns one sentence per fault, `path:line what is wrong`.
 */
import { posix } from 'node:path';
import type { Reading } from './reading.js';

const fileLinesMax = 400;
const functionLinesMax = 70;
const headerLinesMax = 8;
const headerWordsMin = 6;
/** A line of a header that is indented is part of a drawing or of a layout, not of the prose. */
const isDrawn = /^ \* {3,}/;

const isTest = (path: string): boolean => path.endsWith('.test.ts');

/** 'frameBytesMax' and 'frame-bytes-max' → frame, bytes, max. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/** A file opens with a comment that says what it promises; a test file's name does that for it. */
export function headerFaults(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ path, text, comments }) => {
    if (isTest(path)) return [];
    const first = comments[0];
    const before = text.slice(0, first?.start ?? text.length).replace(/^#!.*\n/, '');
    if (first === undefined || before.trim() !== '') return [`${path}:1 opens without a header comment`];
    // A header of // lines is several comments that touch.
    const header = /^(\s*\/\/.*\n)+/.exec(text.slice(first.start))?.[0] ?? first.text;
    const lines = header.split('\n').filter((line) => /\w/.test(line) && !isDrawn.test(line)).length;
    if (lines > headerLinesMax) return [`${path}:1 the header has ${lines} lines, more than ${headerLinesMax}`];
    if (header.split(/\s+/).filter((word) => /\w/.test(word)).length < headerWordsMin) {
      return [`${path}:1 the header says too little`];
    }
    return [];
  });
}

/** No file over 400 lines, no function over 70; the body of a test suite is no function. */
export function lengthFaults(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ path, lines, functions }) => {
    const long = isTest(path) ? [] : functions.filter((each) => each.lines > functionLinesMax);
    return [
      ...(lines > fileLinesMax ? [`${path}:1 has ${lines} lines, more than ${fileLinesMax}`] : []),
      ...long.map((each) => `${path}:${each.line} ${each.name} has ${each.lines} lines, more than ${functionLinesMax}`),
    ];
  });
}

const emptyWords = new Set([
  'util',
  'utils',
  'utility',
  'utilities',
  'helper',
  'helpers',
  'manager',
  'managers',
  'misc',
]);
const clippedNames = new Set(
  'addr arr btn buf cb cfg cnt conf conn ctx desc dest dst elem evt fn idx impl len mgr msg num obj opts pkt pos ptr req res srv str tmp val'.split(
    ' ',
  ),
);

/** Nouns that a newcomer can guess: nothing called helper or manager, nothing clipped, no time without its unit. */
export function nameFaults(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ path, declared }) => {
    const empty = path
      .split(/[/.]/)
      .flatMap(wordsOf)
      .find((word) => emptyWords.has(word));
    const faults = empty === undefined ? [] : [`${path}:1 is named '${empty}', which says nothing`];
    for (const { name, line } of declared) {
      const word = wordsOf(name).find((each) => emptyWords.has(each));
      if (word !== undefined) faults.push(`${path}:${line} '${name}': '${word}' says nothing`);
      if (clippedNames.has(name)) faults.push(`${path}:${line} '${name}' is clipped`);
      if (/^(timeout|delay|interval)$/.test(name)) faults.push(`${path}:${line} '${name}' lacks its unit`);
    }
    return faults;
  });
}

/** What is not done stands in the tracker, not in a comment; what a check is told to overlook has a reason. */
export function commentFaults(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ path, text, comments }) =>
    comments.flatMap((comment, index) => {
      const faults: string[] = [];
      if (/\b(TODO|FIXME|XXX|HACK)\b/.test(comment.text))
        faults.push(`${path}:${comment.line} leaves work in a comment`);
      if (/@ts-(ignore|nocheck|expect-error)/.test(comment.text))
        faults.push(`${path}:${comment.line} silences the compiler`);
      const silences = /(oxlint|eslint|biome)-(disable|ignore)/.test(comment.text);
      const before = comments[index - 1];
      const reasoned =
        / -- \w/.test(comment.text) || (before !== undefined && text.slice(before.end, comment.start).trim() === '');
      if (silences && !reasoned) faults.push(`${path}:${comment.line} silences the linter without a reason beside it`);
      return faults;
    }),
  );
}

/**
 * Tests are sentences and all of them run; one that is left out says why on its line or the one above. `skipIf` and `runIf` carry
 * their reason in their condition.
 */
export function testFaults(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ path, uses, tests, comments }) => {
    if (!isTest(path)) return [];
    const faults: string[] = [];
    const words = posix.basename(path, '.test.ts').split('-');
    if (words.some((word) => !/^[a-z0-9]+$/.test(word) || emptyWords.has(word) || /^(test|tests|tmp)$/.test(word))) {
      faults.push(`${path}:1 is not named by the rule that it guards`);
    }
    if (path.startsWith('test/scenario/') && words.length < 3)
      faults.push(`${path}:1 a scenario's file name is its sentence`);
    for (const { name: use, line } of uses) {
      const variant = /^(?:test|it|describe)\.(\w+)$/.exec(use)?.[1] ?? '';
      if (variant === 'only') faults.push(`${path}:${line} runs one test only`);
      const said = comments.some((comment) => comment.line === line || comment.line === line - 1);
      if (/^(skip|todo|fails)$/.test(variant) && !said) faults.push(`${path}:${line} ${use} without a reason`);
    }
    for (const { name: title, line } of tests) {
      const isFromTable = /%[sjdio]|\$\w/.test(title);
      if (!isFromTable && title.trim().split(/\s+/).length < 3)
        faults.push(`${path}:${line} '${title}' is no sentence`);
    }
    return faults;
  });
}

/** Half of the source files are shorter than 150 lines. */
export function medianFaults(readings: readonly Reading[]): string[] {
  const lengths = readings
    .filter(({ path }) => path.startsWith('src/'))
    .map(({ lines }) => lines)
    .toSorted((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  return median < 150 ? [] : [`src/:1 the median file has ${median} lines`];
}
