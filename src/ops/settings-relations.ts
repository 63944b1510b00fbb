/*
 * What must hold between settings, and what the agent can't start with. Pure but for lowerDefaults.
 * Promise: each fault names both keys, and one of them was written by a person. Owner: settings-load.ts; agent.ts asks refuseUnbuilt
 * before it starts.
 */
import { Failure } from '../base/failure.js';
import type { Settings } from './settings.js';
import type { SettingKey } from './settings-table.js';

interface RelationFault {
  readonly key: SettingKey;
  readonly message: string;
}

/** Each is at most the one beside it, in this order: what is lowered first may lower the next. */
const atMost: readonly (readonly [SettingKey, SettingKey])[] = [
  ['journal.tenant_bytes_max', 'journal.bytes_max'],
  // What the margin holds back counts as the tenant's: a larger margin would drop what it means to keep.
  ['delivery.replay_margin.bytes', 'journal.tenant_bytes_max'],
  ['delivery.backoff_min', 'delivery.backoff_max'],
  ['delivery.idle_close', 'delivery.age_max'],
  ['delivery.stall_timeout', 'delivery.zero_window_timeout'],
];

/**
 * Lowers what nobody wrote to what somebody wrote: a journal of 1 MiB per tenant needs no second line about the replay margin.
 * @param values by key, as parsed; changed in place
 */
export function lowerDefaults(values: Map<SettingKey, unknown>, isWritten: (key: SettingKey) => boolean): void {
  for (const [key, otherKey] of atMost) {
    const other = values.get(otherKey) as number;
    if (!isWritten(key) && (values.get(key) as number) > other) values.set(key, other);
  }
}

/** Every relation that doesn't hold. */
export function relationFaults(settings: Settings): RelationFault[] {
  const faults = atMost
    .filter(([key, otherKey]) => numberAt(settings, key) > numberAt(settings, otherKey))
    .map(([key, otherKey]) => ({ key, message: `${key} is at most ${otherKey}` }));
  return [...faults, ...sharedDoors(settings)];
}

function numberAt(settings: Settings, key: SettingKey): number {
  let place: unknown = settings;
  for (const name of key.split('.')) place = (place as Record<string, unknown>)[name];
  return place as number;
}

function sharedDoors({ listen }: Settings): RelationFault[] {
  const doors: [SettingKey, string][] = [];
  if (listen.control !== null) doors.push(['listen.control', listen.control]);
  if (listen.ingest !== null) doors.push(['listen.ingest', listen.ingest]);
  for (const { path, address } of listen.syslog) {
    if (path !== undefined) doors.push(['listen.syslog', path]);
    if (address !== undefined && !address.endsWith(':0')) doors.push(['listen.syslog', address]);
  }
  const taken = new Map<string, SettingKey>();
  const faults: RelationFault[] = [];
  for (const [key, place] of doors) {
    const other = taken.get(place);
    if (other !== undefined) faults.push({ key, message: `${key} and ${other} are both at ${place}` });
    taken.set(place, key);
  }
  return faults;
}

/**
 * Refuses to run without what this version doesn't have: no drain may be sent anything that its receiver did not ask for.
 * @throws Failure config_invalid while confirm.required is true
 */
export function refuseUnbuilt(settings: Settings): void {
  if (!settings.confirm.required) return;
  throw new Failure(
    'config_invalid',
    'confirm.required is true, and the handshake by which a receiver confirms a drain is not in this version yet.',
    { hint: 'Set `confirm: { required: false }` if you vouch for every drain that is added, or try it with --dev.' },
  );
}
