/*
 * The unit of `listen.syslog`: a list of listeners, each a unix socket or a loopback TCP address with its rules.
 * Promise: no listener is reachable from outside the node, since the syslog door has no credential.
 */
import { Failure } from '../base/failure.js';
import { isTenantName } from '../base/ids.js';
import { listOf, loopbackAddress, path, type Unit, wrong, yesOrNo } from './setting-units.js';
import type { SyslogListener } from './settings.js';

const takes = '{ path: …, tenant: …, keep_host: … } or { address: 127.0.0.1:PORT, … }';
const fields = ['path', 'address', 'tenant', 'keep_host'];

function parseListener(given: unknown): SyslogListener {
  // A text alone is the place: an address if it looks like one, a path otherwise.
  if (typeof given === 'string') return parseListener(/:\d+$/.test(given) ? { address: given } : { path: given });
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong(given, takes);
  const { path: socketPath, address, tenant, keep_host: keepHost, ...others } = given as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw new Failure('config_invalid', `knows ${fields.join(', ')}, not ${JSON.stringify(unknown)}`);
  }
  if ((socketPath === undefined) === (address === undefined)) {
    throw new Failure('config_invalid', 'wants either path or address for each listener');
  }
  if (tenant !== undefined && (typeof tenant !== 'string' || !isTenantName(tenant))) {
    throw wrong(tenant, 'bound to a tenant of 1 to 64 of A-Z a-z 0-9 . _ -');
  }
  return {
    ...(socketPath === undefined ? {} : { path: path.parse(socketPath) }),
    ...(address === undefined ? {} : { address: loopbackAddress.parse(address) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(keepHost === undefined ? {} : { keep_host: yesOrNo.parse(keepHost) }),
  };
}

const several = listOf<SyslogListener>({ takes, parse: parseListener });

/** `off` is no listener. */
export const syslogListeners: Unit<readonly SyslogListener[]> = {
  takes: `${several.takes}, or off`,
  parse: (given) => (given === 'off' || given === false ? [] : several.parse(given)),
};
