/*
 * What must hold between settings, and what the agent can't start with. Pure.
 * Promise: each fault names both keys. Owner: settings-load.ts; agent.ts asks refuseUnbuilt before it starts.
 */
import { Failure } from '../base/failure.js';
import type { Settings } from './settings.js';
import type { SettingKey } from './settings-table.js';

interface RelationFault {
  readonly key: SettingKey;
  readonly message: string;
}

/** Every relation that doesn't hold. */
export function relationFaults(settings: Settings): RelationFault[] {
  const { journal, delivery } = settings;
  const faults: RelationFault[] = [];
  const atMost = (key: SettingKey, value: number, otherKey: SettingKey, other: number): void => {
    if (value > other) faults.push({ key, message: `${key} is at most ${otherKey}` });
  };
  atMost('journal.tenant_bytes_max', journal.tenant_bytes_max, 'journal.bytes_max', journal.bytes_max);
  // What the margin holds back counts as the tenant's: a larger margin would drop what it means to keep.
  const marginKey = 'delivery.replay_margin.bytes';
  atMost(marginKey, delivery.replay_margin.bytes, 'journal.tenant_bytes_max', journal.tenant_bytes_max);
  atMost('delivery.backoff_min', delivery.backoff_min, 'delivery.backoff_max', delivery.backoff_max);
  atMost('delivery.idle_close', delivery.idle_close, 'delivery.age_max', delivery.age_max);
  const patience = delivery.zero_window_timeout;
  atMost('delivery.stall_timeout', delivery.stall_timeout, 'delivery.zero_window_timeout', patience);
  faults.push(...sharedDoors(settings));
  return faults;
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
