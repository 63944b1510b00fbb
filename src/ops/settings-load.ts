/*
 * From the text of the settings file to Settings, or to every fault in it at once, each with its line.
 * Promise: an unknown key is refused by name, a value that asks for what isn't there yet is refused rather than ignored, a default
 * never contradicts what was written, and Settings holds absolute paths. Worst case: a file of limits.settingsLengthMax characters
 * is parsed once, at start. Owner: cli/agent, cli/config.
 */
import { isAbsolute, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { nearest } from './nearest.js';
import type { Settings } from './settings.js';
import { type Setting, type SettingKey, settingsTable } from './settings-table.js';
import { lowerDefaults, relationFaults } from './settings-relations.js';

export interface SettingsFault {
  /** From 1; 0 when it is about no line in particular. */
  readonly line: number;
  /** `journal.ttl is a duration …`, without the line. */
  readonly message: string;
}

export interface LoadOptions {
  /** `--dev`: everything below ./.sluice, loopback open, no confirmation, text for people; the file still has the last word. */
  readonly dev?: boolean;
}

interface Given {
  readonly value: unknown;
  readonly line: number;
}

type Written = Map<SettingKey, Given>;

const rows = Object.entries(settingsTable) as readonly [SettingKey, Setting<unknown>][];
const keys = rows.map(([key]) => key);
const sections = [...new Set(keys.flatMap((key) => [...key.matchAll(/\./g)].map((dot) => key.slice(0, dot.index))))];

const devDefaults: Partial<Record<SettingKey, unknown>> = {
  state_dir: '.sluice/state',
  run_dir: '.sluice/run',
  'destinations.unsafe_allow': ['127.0.0.0/8', '::1'],
  'confirm.required': false,
  'log.format': 'text',
};

/** `line 3: journal.ttl is …` for a person. */
export const faultLine = (fault: SettingsFault): string =>
  fault.line === 0 ? fault.message : `line ${fault.line}: ${fault.message}`;

/**
 * Reads the settings; without a text, all are at their defaults.
 * @throws Failure config_invalid that names every fault, one per line
 */
export function loadSettings(text: string | undefined, options: LoadOptions = {}): Settings {
  const outcome = checkSettings(text, options);
  if (Array.isArray(outcome)) throw new Failure('config_invalid', outcome.map(faultLine).join('\n'));
  return outcome as Settings;
}

/** Reads the settings, or returns all that is wrong with them, in the order of the lines. */
export function checkSettings(
  text: string | undefined,
  options: LoadOptions = {},
): Settings | readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  const written = text === undefined ? new Map<SettingKey, Given>() : readText(text, faults);
  const values = new Map<SettingKey, unknown>();
  for (const [key, setting] of rows) {
    const given = written.get(key) ?? {
      value: (options.dev ? devDefaults[key] : undefined) ?? setting.written,
      line: 0,
    };
    try {
      values.set(key, readValue(setting, given.value));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      faults.push({ line: given.line, message: `${key} ${error.message}` });
    }
  }
  if (faults.length === 0) {
    lowerDefaults(values, (key) => written.has(key));
    const settings = withPlaces(nested(values) as unknown as Settings);
    for (const { key, message } of relationFaults(settings))
      faults.push({ line: written.get(key)?.line ?? 0, message });
    if (faults.length === 0) return settings;
  }
  return faults.toSorted((one, other) => one.line - other.line);
}

function readValue(setting: Setting<unknown>, given: unknown): unknown {
  const value = setting.unit.parse(given);
  const { later } = setting;
  if (later === undefined || isDeepStrictEqual(value, setting.unit.parse(setting.written))) return value;
  if (later.holds?.(value) === true) return value;
  throw new Failure(
    'config_invalid',
    `would do nothing: ${later.missing} is not in this version yet, so leave it at ${JSON.stringify(setting.written)}`,
  );
}

function readText(text: string, faults: SettingsFault[]): Written {
  const written: Written = new Map();
  if (text.length > limits.settingsLengthMax) {
    faults.push({ line: 0, message: `the settings are longer than ${limits.settingsLengthMax} characters` });
    return written;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number | undefined) => (offset === undefined ? 0 : lines.linePos(offset).line);
  for (const error of [...document.errors, ...document.warnings]) {
    faults.push({ line: lineAt(error.pos[0]), message: `not YAML: ${error.message}` });
  }
  if (document.errors.length > 0 || document.contents === null) return written;
  if (!isMap(document.contents)) {
    faults.push({ line: 1, message: 'the settings are a map of keys such as state_dir and journal' });
    return written;
  }
  const walk = (map: YAMLMap, prefix: string): void => {
    for (const { key: keyNode, value } of map.items) {
      const name = isScalar(keyNode) ? String(keyNode.value) : '…';
      const key = `${prefix}${name}`;
      const line = lineAt(isScalar(keyNode) ? keyNode.range?.[0] : undefined);
      if (isSetting(key)) {
        written.set(key, {
          value: (value as { toJS?(document: unknown): unknown } | null)?.toJS?.(document) ?? null,
          line,
        });
      } else if (!sections.includes(key)) {
        faults.push({ line, message: unknownKey(key) });
      } else if (isMap(value)) {
        walk(value, `${key}.`);
      } else if (isScalar(value) && value.value !== null) {
        faults.push({ line, message: `${key} is a section: its keys stand below it, indented` });
      } else if (value !== null && !isScalar(value)) {
        faults.push({ line, message: `${key} is a section with keys, not a list` });
      }
    }
  };
  walk(document.contents, '');
  return written;
}

const isSetting = (key: string): key is SettingKey => Object.hasOwn(settingsTable, key);

function unknownKey(key: string): string {
  const near = nearest(key, [...keys, ...sections]);
  return `${key} is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`;
}

function nested(values: ReadonlyMap<SettingKey, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const names = key.split('.');
    const last = names.pop()!;
    let place = root;
    for (const name of names) place = (place[name] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return root;
}

/** Makes every path absolute: directories from the working directory, doors from run_dir. */
function withPlaces(settings: Settings): Settings {
  const runDirectory = resolve(settings.run_dir);
  const door = (path: string) => (isAbsolute(path) ? path : join(runDirectory, path));
  const { control, ingest, syslog } = settings.listen;
  return {
    ...settings,
    state_dir: resolve(settings.state_dir),
    run_dir: runDirectory,
    listen: {
      ...settings.listen,
      control: control === null ? null : door(control),
      ingest: ingest === null ? null : door(ingest),
      syslog: syslog.map((listener) =>
        listener.path === undefined ? listener : { ...listener, path: door(listener.path) },
      ),
    },
  };
}
