/*
 * What a drain wants: events whose type matches one of its globs (all, if it has none) and whose severity is high enough.
 * `*` stands for any characters within a segment, `**` for zero or more whole segments, everything else for itself.
 * Promise: matching is linear in practice and O(pattern · type) at worst, both at most 128 characters: no regular expression,
 * and a `*` never goes back (FACTS: a backtracking matcher takes 84 s for `*a*a*a*a*b`). Owner: the journal's cursor.
 */
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { printable } from './quote.js';

/** A segment is the literals around its `*`s, in order: `a*b*` is ['a', 'b', '']. `**` is the empty list. */
type Segment = readonly string[];
type Glob = readonly Segment[];

const ANY_SEGMENTS: Segment = [];

export class Filter {
  /** Takes every event. */
  static readonly all: Filter = new Filter([], 7);

  /** The globs as they were given; empty: every type. */
  readonly types: readonly string[];
  /** The least severe that passes: 0 (only emerg) to 7 (all). */
  readonly minSeverity: number;
  readonly #globs: readonly Glob[];

  private constructor(types: readonly string[], minSeverity: number) {
    this.types = Object.freeze([...types]);
    this.minSeverity = minSeverity;
    this.#globs = types.some((type) => type === '**') ? [] : types.map(compile);
  }

  /**
   * @param types globs, at most limits.globsPerDrainMax of limits.globLengthMax characters; none: every type
   * @param minSeverity 0 to 7; 7 takes all
   * @throws Failure filter_invalid, naming the glob by its number and what is wrong with it
   */
  static parse(types: readonly string[], minSeverity: number): Filter {
    if (types.length > limits.globsPerDrainMax) {
      throw new Failure(
        'filter_invalid',
        `A filter has at most ${limits.globsPerDrainMax} types, not ${types.length}.`,
      );
    }
    for (const [i, type] of types.entries()) {
      const fault = globFault(type);
      if (fault !== undefined) throw new Failure('filter_invalid', `Type ${i + 1} of the filter ${fault}.`);
    }
    if (!Number.isInteger(minSeverity) || minSeverity < 0 || minSeverity > 7) {
      throw new Failure('filter_invalid', 'The least severity of a filter is a number from 0 (emerg) to 7 (debug).');
    }
    return new Filter(types, minSeverity);
  }

  /**
   * True if the event passes.
   * @param type a valid event type: non-empty labels joined by dots
   * @param severity 0 to 7
   */
  matches(type: string, severity: number): boolean {
    if (severity > this.minSeverity) return false;
    const globs = this.#globs;
    if (globs.length === 0) return true;
    for (let i = 0; i < globs.length; i++) if (globMatches(globs[i], type)) return true;
    return false;
  }
}

/** What is wrong with a glob, as the end of a sentence, or undefined. */
function globFault(glob: string): string | undefined {
  if (glob === '') return 'is empty';
  if (glob.length > limits.globLengthMax) return `is longer than ${limits.globLengthMax} characters`;
  const stranger = /[^a-z0-9_.*-]/u.exec(glob);
  if (stranger !== null) {
    return /[A-Z]/.test(stranger[0])
      ? `has an upper-case letter, ${stranger[0]}: types are lower-case`
      : `holds ${printable(stranger[0])}: a type is made of a-z 0-9 _ - and dots, a pattern of those and *`;
  }
  for (const segment of glob.split('.')) {
    if (segment === '') return 'has an empty segment: a dot stands between two names';
    if (segment !== '**' && segment.includes('**')) return 'has ** within a segment: it stands alone between dots';
  }
  return undefined;
}

function compile(glob: string): Glob {
  return glob.split('.').map((segment) => (segment === '**' ? ANY_SEGMENTS : segment.split('*')));
}

/**
 * Walks the type's segments once. A segment that does not fit goes back to after the last `**` only, which then takes one
 * segment more; so no pair of segments is compared twice.
 */
function globMatches(glob: Glob, type: string): boolean {
  let segment = 0;
  let start = 0;
  /** Glob segment after the last `**` seen, and where in the type it was tried; 0: no `**` yet. */
  let retrySegment = 0;
  let retryStart = 0;
  while (start <= type.length) {
    const literals = segment < glob.length ? glob[segment] : undefined;
    if (literals === ANY_SEGMENTS) {
      segment += 1;
      if (segment === glob.length) return true;
      retrySegment = segment;
      retryStart = start;
      continue;
    }
    const end = endOfSegment(type, start);
    if (literals !== undefined && segmentMatches(literals, type, start, end)) {
      segment += 1;
      start = end + 1;
    } else if (retrySegment === 0) {
      return false;
    } else {
      retryStart = endOfSegment(type, retryStart) + 1;
      start = retryStart;
      segment = retrySegment;
    }
  }
  while (segment < glob.length && glob[segment] === ANY_SEGMENTS) segment += 1;
  return segment === glob.length;
}

function endOfSegment(type: string, start: number): number {
  const dot = type.indexOf('.', start);
  return dot === -1 ? type.length : dot;
}

/** The first literal is at the start, the last at the end, and each one between at the first place after the one before. */
function segmentMatches(literals: Segment, type: string, start: number, end: number): boolean {
  const first = literals[0];
  if (literals.length === 1) return end - start === first.length && type.startsWith(first, start);
  const last = literals[literals.length - 1];
  const lastStart = end - last.length;
  let at = start + first.length;
  if (at > lastStart || !type.startsWith(first, start) || !type.startsWith(last, lastStart)) return false;
  for (let i = 1; i < literals.length - 1; i++) {
    const found = type.indexOf(literals[i], at);
    at = found + literals[i].length;
    if (found === -1 || at > lastStart) return false;
  }
  return true;
}
