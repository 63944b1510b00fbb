/*
 * The rules on who may know whom: the order of the rooms, no circles, and one owner for each thing that touches the world.
 * A rule takes readings and returns one sentence per fault, `path:line what is wrong`. Types count like values, except where said.
 */
import { posix } from 'node:path';
import type { Reading } from './reading.js';

/** Rooms from the bottom up; a room imports from rooms further down only. */
const tiers: readonly (readonly string[])[] = [
  ['base'],
  ['syslog'],
  ['event'],
  ['destination'],
  ['store'],
  ['registry', 'journal'],
  ['ingest', 'delivery'],
  ['api', 'ops'],
  ['agent', 'cli'],
];

/** Imports beside the order, each with its reason. */
const sameTierAllowed = new Map([['cli → agent', '`sluice agent` and `sluice demo` start it']]);
const forbidden = new Map([['api → delivery', 'the agent hands the API a status view']]);

const roomOf = (path: string): string | undefined => /^src\/(\w+)/.exec(path)?.[1];
const tierOf = (room: string): number => tiers.findIndex((rooms) => rooms.includes(room));

/** The source file that a relative import means; undefined for packages. */
const targetOf = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts') : undefined;

/** Imports never point up the list of rooms, nor sideways except as listed. */
export function layerFaults(readings: readonly Reading[]): string[] {
  const faults: string[] = [];
  for (const { path, imports } of readings) {
    const own = roomOf(path);
    if (own === undefined) continue;
    if (tierOf(own) === -1) faults.push(`${path}:1 the room '${own}' has no place in the order of the rooms`);
    for (const { from, line } of imports) {
      const target = targetOf(path, from);
      if (target === undefined) continue;
      const other = roomOf(target);
      if (other === undefined) faults.push(`${path}:${line} imports ${from}, which is outside of src/`);
      else if (other !== own && !mayImport(own, other)) faults.push(`${path}:${line} ${own} may not import ${other}`);
    }
  }
  return faults;
}

function mayImport(own: string, other: string): boolean {
  const edge = `${own} → ${other}`;
  return !forbidden.has(edge) && (tierOf(own) > tierOf(other) || sameTierAllowed.has(edge));
}

/** No file imports itself through others, types included. Reports each circle once, from its first file on. */
export function circleFaults(readings: readonly Reading[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { path, imports } of readings) {
    // A started worker is no import: it shares no module with who starts it.
    const targets = imports.filter(({ starts }) => !starts).map(({ from }) => targetOf(path, from));
    edges.set(
      path,
      targets.filter((target) => target !== undefined),
    );
  }
  const faults: string[] = [];
  const finished = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      faults.push(`${path}:1 is in a circle: ${[...trail.slice(at), path].join(' → ')}`);
      return;
    }
    if (finished.has(path)) return;
    for (const target of edges.get(path) ?? []) walk(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return faults;
}

interface Owned {
  readonly what: string;
  readonly modules: readonly string[];
  /** Value names that anyone may import from these modules; types are free. */
  readonly free?: readonly string[];
  /** Types too are the owner's. */
  readonly typesToo?: boolean;
  readonly owners: readonly string[];
}

const serverNames = ['createServer', 'Server'];
const addressNames = ['isIP', 'isIPv4', 'isIPv6'];

/** Modules that touch the world, and the only files (or folders, ending in /) that may import them. */
const owned: readonly Owned[] = [
  { what: 'the SQLite driver', modules: ['better-sqlite3'], typesToo: true, owners: ['src/store/database.ts'] },
  { what: 'names', modules: ['node:dns', 'node:dns/promises'], owners: ['src/destination/resolve.ts'] },
  {
    what: 'outbound connections',
    modules: ['node:net', 'node:tls'],
    free: [...serverNames, ...addressNames, 'createSecureContext', 'rootCertificates'],
    // The others dial the agent's own doors, to hand over events and to ask whether one is taken: never a destination.
    owners: ['src/delivery/dial.ts', 'src/cli/producer-connection.ts', 'src/api/answering.ts'],
  },
  {
    what: 'outbound HTTP',
    modules: ['node:http', 'node:https', 'node:http2', 'undici'],
    free: [...serverNames, 'STATUS_CODES', 'METHODS'],
    owners: ['src/cli/client.ts'],
  },
  { what: 'datagrams', modules: ['node:dgram'], owners: [] },
  { what: 'timers', modules: ['node:timers', 'node:timers/promises'], owners: ['src/base/clock.ts'] },
  { what: 'the HTTP framework', modules: ['fastify'], owners: ['src/api/'] },
  { what: 'the log', modules: ['pino'], owners: ['src/ops/log.ts'] },
  { what: 'YAML', modules: ['yaml'], owners: ['src/ops/', 'src/cli/'] },
  { what: 'command lines', modules: ['commander'], owners: ['src/cli/'] },
];

/** Rooms that may listen. */
const listeners = ['src/ingest/', 'src/api/', 'src/cli/', 'src/ops/'];

const isOwner = (owners: readonly string[], path: string): boolean =>
  owners.some((owner) => (owner.endsWith('/') ? path.startsWith(owner) : path === owner));

/** One importer for each module that touches the world. */
export function importerFaults(readings: readonly Reading[]): string[] {
  const faults: string[] = [];
  for (const { path, imports } of readings) {
    if (!path.startsWith('src/')) continue;
    for (const { from, values, line } of imports) {
      if (
        /^(?!node:)(assert|buffer|crypto|dgram|dns|events|fs|http2?|https|net|os|path|stream|timers|tls|url|util|worker_threads)(\/|$)/.test(
          from,
        )
      ) {
        faults.push(`${path}:${line} writes '${from}' for 'node:${from}'`);
      }
      for (const rule of owned.filter(({ modules }) => modules.includes(from))) {
        const taken = values.filter((name) => !rule.free?.includes(name));
        if ((taken.length > 0 || (rule.typesToo ?? false)) && !isOwner(rule.owners, path)) {
          faults.push(
            `${path}:${line} ${rule.what} belong to ${rule.owners.join(', ') || 'nobody'}: ${taken.join(', ') || from}`,
          );
        }
        if (values.some((name) => serverNames.includes(name)) && !isOwner(listeners, path)) {
          faults.push(`${path}:${line} only ${listeners.join(', ')} listen`);
        }
      }
    }
  }
  return faults;
}

/** Globals and crypto's random functions, by what they touch. */
const ownedUses: readonly { readonly what: string; readonly uses: RegExp; readonly owners: readonly string[] }[] = [
  {
    what: 'the real clock',
    uses: /^(Date\.now|new Date|Date\(\)|performance\.(now|timeOrigin)|process\.(hrtime|uptime))$/,
    owners: ['src/base/clock.ts'],
  },
  {
    what: 'timers',
    uses: /^((globalThis\.)?(setTimeout|setInterval)(\(\))?|AbortSignal\.timeout)$/,
    owners: ['src/base/clock.ts'],
  },
  {
    what: 'chance',
    uses: /^(Math\.random|(crypto\.)?(randomBytes|randomInt|randomUUID|randomFill|randomFillSync|getRandomValues)(\(\))?)$/,
    owners: ['src/base/clock.ts'],
  },
  { what: 'the environment', uses: /^process\.env$/, owners: ['src/cli/environment.ts'] },
  { what: 'the console', uses: /^console\./, owners: ['src/cli/'] },
  { what: 'standard streams', uses: /^process\.(stdin|stdout|stderr)$/, owners: ['src/cli/', 'src/ops/log.ts'] },
  { what: 'the end of the process', uses: /^process\.(exit|abort|kill)$/, owners: ['src/cli/'] },
  { what: 'outbound HTTP', uses: /^(globalThis\.)?fetch(\(\))?$/, owners: [] },
];

/** The clock, timers, chance, the environment and the console have one owner each. */
export function worldFaults(readings: readonly Reading[]): string[] {
  const faults: string[] = [];
  for (const { path, uses, imports } of readings) {
    if (!path.startsWith('src/')) continue;
    const imported = imports
      .filter(({ from }) => ['node:crypto', 'node:process', 'node:perf_hooks'].includes(from))
      .flatMap(({ from, values, line }) => values.map((value) => ({ name: importedUse(from, value), line })));
    for (const { name, line } of [...uses, ...imported]) {
      for (const { what, uses: pattern, owners } of ownedUses) {
        if (pattern.test(name) && !isOwner(owners, path)) {
          faults.push(`${path}:${line} ${name}: ${what} belong to ${owners.join(', ') || 'nobody'}`);
        }
      }
    }
  }
  return [...new Set(faults)];
}

/** What an imported name amounts to: `env` from node:process is process.env. */
function importedUse(from: string, value: string): string {
  if (from === 'node:process') return `process.${value}`;
  if (from === 'node:perf_hooks') return value === 'performance' ? 'performance.now' : value;
  return value;
}
