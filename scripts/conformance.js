/*
 * Prints docs/conformance.md from the names of the tests: a test that proves a row of an RFC carries the row's id in its name
 * (`5424-28 …`). `--check` only says whether the page is as the tests are.
 * Promise: a row stands on the page exactly if a test names it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs', 'conformance.md');
const rfcs = {
  5424: 'RFC 5424, the syslog protocol',
  5425: 'RFC 5425, TLS transport (with RFC 9662)',
  6587: 'RFC 6587, syslog over TCP',
  9662: 'RFC 9662, cipher suites',
};
/** The name of a test: the first string of test(, it( or describe(, with its ids in front. */
const named =
  /\b(?:test|it|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(['"`])((?:(?:5424|5425|6587|9662)-\d\d )+)(.+?)(?<!\\)\1/g;

const rows = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .toSorted((one, other) => (one < other ? -1 : 1))
  .flatMap((file) => {
    const source = readFileSync(join(root, 'test', file), 'utf8');
    return [...source.matchAll(named)].flatMap(([, , ids, name]) =>
      ids
        .trim()
        .split(' ')
        .map((id) => ({ id, name: name.replaceAll(/\\(.)/g, '$1'), file: `test/${file}` })),
    );
  })
  .toSorted((a, b) => (a.id === b.id ? 0 : a.id < b.id ? -1 : 1));

const cell = (text) => text.replaceAll('|', '\\|');
const sections = Object.entries(rfcs).flatMap(([rfc, title]) => {
  const own = rows.filter(({ id }) => id.startsWith(rfc));
  if (own.length === 0) return [];
  const lines = own.map(({ id, name, file }) => `| ${id} | ${cell(name)} | [${file.slice(5, -8)}](../${file}) |`);
  return [`## ${title}\n\n| row | proved by the test that | in |\n|---|---|---|\n${lines.join('\n')}\n`];
});
const text = `# What the RFCs ask and a test proves

Printed by \`node scripts/conformance.js\` from the names of the tests; the row numbers are the project's own, one for each
requirement of the RFC.

${sections.join('\n')}`;

if (!process.argv.includes('--check')) {
  writeFileSync(page, text);
  process.stdout.write(`${rows.length} rows in docs/conformance.md\n`);
} else if (readFileSync(page, 'utf8') !== text) {
  process.stdout.write('docs/conformance.md is not as the tests are: run `node scripts/conformance.js`.\n');
  process.exitCode = 1;
}
