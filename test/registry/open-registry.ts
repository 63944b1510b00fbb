// A registry in a directory of its own, on a clock that stands.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemChance, systemClock } from '../../src/base/clock.js';
import { unixMs } from '../../src/base/ids.js';
import type { Ceilings } from '../../src/registry/drain-rules.js';
import { Registry } from '../../src/registry/registry.js';

export const ceilings: Ceilings = { drainsPerTenant: 3, eventsPerS: 500, bytesPerS: 524_288, messageBytesMax: 8192 };

export const wallMs = Date.now();
const clock: Clock = { ...systemClock, wall: () => unixMs(wallMs) };

export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-registry-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Closed when the test ends, unless the test did. */
export function openRegistry(directory = newDirectory()): Registry {
  const registry = Registry.open(directory, clock, systemChance, ceilings);
  onTestFinished(() => registry.close());
  return registry;
}

/** The code of the Failure that `action` throws; fails the test's expectation if it throws none. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no failure';
}
