/*
 * The options of `drain add` and `drain update` as the fields of the API. Files are read here, so that no secret stands in argv.
 */
import type { Command } from 'commander';
import { Failure } from '../base/failure.js';
import { bytes, fileText, gather, whole } from './options.js';

export interface DrainOptions {
  readonly name?: string;
  readonly type?: readonly string[];
  readonly minSeverity?: string;
  readonly framing?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly fingerprint?: string;
  readonly structuredData?: string;
  readonly messageBytesMax?: number;
  readonly eventsPerS?: number;
  readonly bytesPerS?: number;
  readonly reset?: readonly string[];
}

/** Adds what a drain may be told. */
export const drainOptions = (command: Command): Command =>
  command
    .option('--name <name>', 'a name for people')
    .option('--type <glob>', 'only types that match, such as orchestration.**; repeat it for more', gather)
    .option('--min-severity <severity>', 'only this severity and graver ones, such as warning')
    .option('--framing <framing>', 'octet-counting or lf')
    .option('--ca <file>', "PEM of the CA that signed the receiver's certificate")
    .option('--cert <file>', 'PEM of a client certificate')
    .option('--key <file>', 'PEM of its private key')
    .option('--server-name <name>', "the name in the receiver's certificate, if it isn't the one in the URL")
    .option('--fingerprint <sha-256:…>', "the receiver's certificate, instead of a CA")
    .option('--structured-data <element>', `added to every message, such as '[token@32473 key="…"]'`)
    .option('--message-bytes-max <size>', 'longer messages are cut', bytes)
    .option('--events-per-s <n>', 'its pace; what is faster waits in the journal', whole(1))
    .option('--bytes-per-s <size>', 'its pace in bytes', bytes);

/** The options as fields; only those that were given. @throws Failure usage */
export function drainFields(options: DrainOptions): Record<string, unknown> {
  const { type, minSeverity, ca, cert, key, serverName, structuredData, messageBytesMax, eventsPerS, bytesPerS } =
    options;
  const { name, framing, fingerprint } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new Failure('usage', '--cert and --key belong together.', { hint: 'Give both, each as a PEM file.' });
  }
  const all = {
    name,
    types: type,
    min_severity: minSeverity,
    framing,
    ca: ca === undefined ? undefined : fileText('--ca', ca),
    client_cert: cert === undefined ? undefined : fileText('--cert', cert),
    client_key: key === undefined ? undefined : fileText('--key', key),
    server_name: serverName,
    fingerprint,
    structured_data: structuredData,
    message_bytes_max: messageBytesMax,
    events_per_s: eventsPerS,
    bytes_per_s: bytesPerS,
    ...resetFields(options.reset ?? []),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What `--reset` gives back to the default, by the name of the option that sets it. */
const RESETS: Readonly<Record<string, readonly string[]>> = {
  type: ['types'],
  'min-severity': ['min_severity'],
  framing: ['framing'],
  ca: ['ca'],
  cert: ['client_cert', 'client_key'],
  'server-name': ['server_name'],
  fingerprint: ['fingerprint'],
  'structured-data': ['structured_data'],
  'message-bytes-max': ['message_bytes_max'],
  'events-per-s': ['events_per_s'],
  'bytes-per-s': ['bytes_per_s'],
};

export const resettable = Object.keys(RESETS);

function resetFields(names: readonly string[]): Record<string, null> {
  const fields = names.flatMap((name) => {
    const known = name.replace(/^--/, '');
    if (Object.hasOwn(RESETS, known)) return RESETS[known];
    throw new Failure('usage', `There is no option "${name}" to reset.`, { hint: `One of ${resettable.join(', ')}.` });
  });
  return Object.fromEntries(fields.map((field) => [field, null]));
}
