/*
 * Makes a fresh clone usable: `node scripts/ready.js` installs what the lockfile names, `--build` also compiles src/ into
 * dist/, `--bench` bench/ into dist-bench/. Every npm script starts with it, so that `npm test` works with nothing installed.
 * Promise: when it exits 0, better-sqlite3 opens a database on this Node and dist/ is what src/ says, no more and no less.
 * Worst case: better-sqlite3 compiles for one to two minutes, with a line every few seconds. Nothing to do costs 0.1 s.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const progressMs = 5_000;
/** On these Nodes better-sqlite3 12 may be neither compiled nor downloaded; 13 brings its binaries along. */
const bundledDriver = 'better-sqlite3@13.2.0';
const driverFolder = 'node_modules/better-sqlite3';
/** Written into an output folder when its build succeeded. Its time is when that build began. */
const completeMark = '.complete';

const say = (line) => process.stderr.write(`${line}\n`);

function stop(line) {
  say(line);
  process.exit(1);
}

/** The packages of a lockfile by folder, or undefined when it can't be read. */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Why `npm ci` has to run, or undefined. Compares versions and not times, so that switching branches installs nothing twice.
 * Beside the bundled driver the packages are missing that only the compiled one needs: then what this project names itself counts.
 */
function installReason() {
  const installed = packagesIn('node_modules/.package-lock.json');
  if (installed === undefined) return 'nothing is installed yet';
  const { '': project, ...locked } = packagesIn('package-lock.json');
  const named = new Set(
    Object.keys({ ...project.dependencies, ...project.devDependencies }).map((name) => `node_modules/${name}`),
  );
  const bundled = installed[driverFolder]?.version === bundledDriver.split('@')[1];
  for (const [folder, { version, optional }] of Object.entries(locked)) {
    if (optional || folder === driverFolder) continue;
    const present = installed[folder]?.version;
    if (present === undefined && bundled && !named.has(folder)) continue;
    if (present !== version) return `${folder.replace('node_modules/', '')} is not at ${version}`;
  }
  return undefined;
}

/** Opens a database in a process of its own: the wrong driver doesn't throw on this Node, it may end the process. */
function driverWorks() {
  const program = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', program], { cwd: root, stdio: 'ignore' }).status === 0;
}

/** Node 22.14 brought Node-API 10, which better-sqlite3 13 is built for; on anything older its first call ends the process. */
const takesBundledDriver = Number(process.versions.napi) >= 10;

/** What npm said, without its middle: the cause stands at the start, the compiler's last words at the end. */
const shortened = (lines) => (lines.length <= 60 ? lines : [...lines.slice(0, 20), '…', ...lines.slice(-40)]);

/** Runs npm under this same Node. Silent while all is well, except for a line each few seconds; its output when it fails. */
function npm(args, doing) {
  say(`sluice: npm ${args.join(' ')}: ${doing}`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const through = process.env.npm_execpath;
  const child = through?.endsWith('.js')
    ? spawn(process.execPath, [through, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const progress = setInterval(() => say(`sluice: still installing, ${seconds()} s`), progressMs);
  return new Promise((resolve) => {
    const done = (ok) => {
      clearInterval(progress);
      if (ok) say(`sluice: installed in ${seconds()} s`);
      else say(shortened(Buffer.concat(output).toString().trimEnd().split('\n')).join('\n'));
      resolve(ok);
    };
    child.once('error', (error) => {
      say(`sluice: npm did not start: ${error.message}`);
      done(false);
    });
    child.once('close', (code) => done(code === 0));
  });
}

async function installPackages() {
  const reason = installReason();
  if (reason !== undefined) {
    const ok = takesBundledDriver
      ? await npm(['ci', '--ignore-scripts'], `installing, since ${reason}`)
      : await npm(['ci'], `installing, since ${reason}; better-sqlite3 compiles from source for one to two minutes`);
    if (!ok)
      stop('sluice: npm ci failed, what it said is above. It needs the npm registry, a C++ compiler and python3.');
  }
  if (driverWorks()) return;
  const name = `Node ${process.versions.node}`;
  if (takesBundledDriver) {
    const args = ['install', '--no-save', '--ignore-scripts', bundledDriver];
    await npm(args, `the installed better-sqlite3 does not load on ${name}`);
  } else if (reason === undefined) {
    await npm(['ci'], `better-sqlite3 was installed for another Node and is compiled again for ${name}`);
  }
  if (!driverWorks()) stop(`sluice: better-sqlite3 does not load on ${name}. Remove node_modules and try again.`);
}

/** Paths of all files below `folder`, relative to it. */
const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    : [];

/** Compiles `source`/ into `output`/ when any source is newer than the last whole build, and removes what has no source. */
function build(source, output, config) {
  const from = join(root, source);
  const to = join(root, output);
  const wanted = new Set([completeMark]);
  const inputs = [join(root, config), join(root, 'tsconfig.json'), join(root, 'package-lock.json')];
  for (const file of filesBelow(from)) {
    if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue;
    inputs.push(join(from, file));
    for (const ending of ['.js', '.js.map']) wanted.add(file.slice(0, -'.ts'.length) + ending);
  }
  const present = filesBelow(to);
  for (const file of present) if (!wanted.has(file)) rmSync(join(to, file));
  const builtMs = present.includes(completeMark) ? statSync(join(to, completeMark)).mtimeMs : 0;
  const whole = present.filter((file) => wanted.has(file)).length === wanted.size;
  if (whole && inputs.every((file) => statSync(file).mtimeMs <= builtMs)) return;
  const began = new Date();
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, config)], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) stop(`sluice: ${source}/ does not compile; ${output}/ is not whole.`);
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, completeMark), '');
  utimesSync(join(to, completeMark), began, began);
}

const [major, minor] = process.versions.node.split('.').map(Number);
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major >= 24;
if (!supported) stop(`sluice: Node ${process.versions.node} is not supported: take 20.19, 22.14, 24 or newer.`);

const flags = process.argv.slice(2);
for (const flag of flags) {
  if (flag !== '--build' && flag !== '--bench') {
    stop(`sluice: usage: node scripts/${basename(process.argv[1])} [--build] [--bench]`);
  }
}
await installPackages();
if (flags.length > 0) build('src', 'dist', 'tsconfig.build.json');
if (flags.includes('--bench')) build('bench', 'dist-bench', 'tsconfig.bench.json');
