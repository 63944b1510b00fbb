/*
 * `npm run bench -- [--drains N] [--messages N] [--runs N] [--tls] [--quick] [--peer NAME]… [-o json]`: Sluice beside its peers,
 * the same bytes, the same pinned cores, interleaved runs, medians. Progress on stderr, the figures on stdout.
 * Promise: exits 1 and gives no figure for a peer that lost, doubled or misrouted a single message.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Harness, type Measurement } from './harness.js';
import type { Peer } from './peers/peer.js';
import { rsyslog } from './peers/rsyslog.js';
import { sluice } from './peers/sluice.js';
import { shareCores } from './pinned.js';
import { type Figure, figureOf, type Report, reportText } from './report.js';
import { drainsMax } from './stream.js';

const peers: readonly Peer[] = [sluice, rsyslog];

function stop(message: string): never {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    stop(`--${name}: a whole number from 1 to ${max}, not ${text}`);
  return value;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      drains: { type: 'string', default: '100' },
      messages: { type: 'string' },
      bytes: { type: 'string', default: '250' },
      runs: { type: 'string' },
      peer: { type: 'string', multiple: true, default: peers.map(({ name }) => name) },
      directory: { type: 'string', default: tmpdir() },
      tls: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'text' },
    },
  });
  if (!['text', 'json'].includes(values.output)) stop(`-o: text or json, not ${values.output}`);
  const chosen = values.peer.map(
    (name) => peers.find((peer) => peer.name === name) ?? stop(`no peer is called ${name}`),
  );
  return {
    shape: {
      drains: whole('drains', values.drains, drainsMax),
      messages: whole('messages', values.messages ?? (values.quick ? '50000' : '200000'), 5_000_000),
      messageBytes: whole('bytes', values.bytes, 8000),
    },
    runs: whole('runs', values.runs ?? (values.quick ? '2' : '5'), 100),
    peers: chosen,
    directory: values.directory,
    tls: values.tls,
    json: values.output === 'json',
  };
}

/** Runs that alternate their order, so that neither peer always has the machine after the other. */
async function measureAll(
  harness: Harness,
  chosen: readonly Peer[],
  runs: number,
): Promise<Map<string, Measurement[]>> {
  const results = new Map<string, Measurement[]>();
  const keep = (name: string, measurement: Measurement) => {
    results.set(name, [...(results.get(name) ?? []), measurement]);
    process.stderr.write(
      `bench: ${name.padEnd(8)} ${Math.round(measurement.messagesPerS).toLocaleString('en')} messages/s\n`,
    );
  };
  for (let run = 0; run < runs; run++) {
    keep('ceiling', await harness.ceiling());
    await harness.forget();
    for (const peer of run % 2 === 0 ? chosen : chosen.toReversed()) {
      try {
        keep(peer.name, await harness.run(peer));
      } catch (error) {
        throw new Error(`${peer.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      await harness.forget();
    }
  }
  return results;
}

async function main(): Promise<void> {
  const options = readOptions();
  const versions = new Map(
    options.peers.map((peer) => [peer.name, peer.version() ?? stop(`${peer.name} is not installed`)]),
  );
  const cores = shareCores();
  const loadBefore = loadavg()[0] ?? 0;
  const directory = mkdtempSync(join(options.directory, 'sluice-bench-'));
  const warmUp = Math.max(20_000, options.shape.messages / 4);
  const harness = await Harness.start({ shape: options.shape, warmUp, cores, directory, tls: options.tls });
  let results: Map<string, Measurement[]>;
  try {
    results = await measureAll(harness, options.peers, options.runs);
  } finally {
    await harness.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const figures = options.peers.map((peer): Figure => {
    return {
      name: peer.name,
      version: versions.get(peer.name) ?? '',
      how: peer.how,
      ...figureOf(results.get(peer.name) ?? []),
    };
  });
  const report: Report = {
    ...options.shape,
    transport: options.tls ? 'TLS' : 'TCP',
    runs: options.runs,
    warmUp,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, Node ${process.versions.node}`,
    cores: cores.remark,
    loadBefore,
    ceiling: figureOf(results.get('ceiling') ?? []).messagesPerS,
    peers: figures,
  };
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
