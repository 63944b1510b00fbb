/*
 * How the values of options are read: numbers, sizes, `k=v` pairs, files. Each says what it wanted when it gets something else.
 * Promise: a wrong value is a usage failure (exit 2) that names the option's value and what to type instead.
 */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';

/** A whole number from `min` to `max`, thousands unmarked. */
export const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It takes a whole number ${range}.`);
  };

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
};

/** A size in bytes: `4096`, `512KiB`, `1MiB`, `1GiB`. */
export function bytes(text: string): number {
  const parts = /^(\d{1,12})\s*([a-z]{0,3})$/i.exec(text);
  const unit = parts && UNITS[parts[2].toLowerCase()];
  if (!parts || !unit || Number(parts[1]) === 0) {
    throw new InvalidArgumentError('It takes a size such as 4096, 512KiB or 1MiB.');
  }
  return Number(parts[1]) * unit;
}

/** Gathers a repeated option into a list. */
export const gather = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Gathers `--data k=v` into an object. */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It takes name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/**
 * The text of a file that the person named, such as a PEM file.
 * @throws Failure usage: can't be read, or is longer than any PEM that the agent takes
 */
export function fileText(option: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure('usage', `${option}: ${path} can't be read (${code}).`, {
      hint: 'Give the path of a PEM file that this user may read.',
      cause: error,
    });
  }
  if (text.length <= limits.pemBytesMax) return text;
  throw new Failure('usage', `${option}: ${path} is longer than ${limits.pemBytesMax} bytes.`);
}
