/*
 * The settings table as text: the example file of `config example`, and the reference in docs/settings.md.
 * Promise: the example is valid YAML that parses to the defaults. Pure.
 */
import { stringify } from 'yaml';
import { type Setting, settingsTable } from './settings-table.js';

const rows = Object.entries(settingsTable) as readonly [string, Setting<unknown>][];

const written = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();

const comment = (setting: Setting<unknown>): string =>
  setting.later === undefined ? setting.sentence : `${setting.sentence} (Not in this version yet.)`;

/** The whole settings file with every key at its default, each under its sentence. */
export function exampleSettings(): string {
  const lines = [
    '# Settings of the Sluice agent, each at its default: keep the lines that you change.',
    '# Durations: 10ms 10s 4m 72h. Sizes: 512KiB 64MiB 8GiB. A default that may not exceed a value of yours is lowered to it.',
  ];
  let open: readonly string[] = [];
  for (const [key, setting] of rows) {
    const sections = key.split('.');
    const name = sections.pop()!;
    const shared = sections.findIndex((section, depth) => open[depth] !== section);
    const from = shared < 0 ? sections.length : shared;
    if (from === 0) lines.push('');
    for (let depth = from; depth < sections.length; depth++) lines.push(`${'  '.repeat(depth)}${sections[depth]}:`);
    open = sections;
    const indent = '  '.repeat(sections.length);
    lines.push(`${indent}# ${comment(setting)}`, `${indent}${name}: ${written(setting.written)}`);
  }
  return `${lines.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The reference for the docs: one table row per key, in Markdown. */
export function settingsReference(): string {
  const lines = [
    '# Settings',
    '',
    'YAML; printed from the table that the agent parses them with. `sluice config example` prints the file, `sluice config check` reads yours.',
    '',
    '| key | default | takes | what it does |',
    '|---|---|---|---|',
  ];
  for (const [key, setting] of rows) {
    lines.push(
      `| \`${key}\` | \`${cell(written(setting.written))}\` | ${cell(setting.unit.takes)} | ${cell(comment(setting))} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
