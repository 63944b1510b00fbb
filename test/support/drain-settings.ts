// A drain as delivery is given it: plain TCP to loopback, no limits, LF-framed, for tests of single parts.
import { type DrainId, drainNumber, type TenantName } from '../../src/base/ids.js';
import type { DrainSettings } from '../../src/delivery/settings.js';
import { parseDestination } from '../../src/destination/address.js';

export const drainSettings = (changes: Partial<DrainSettings> = {}): DrainSettings => ({
  number: drainNumber(1),
  id: 'd-0000000000000001' as DrainId,
  tenant: 'acme' as TenantName,
  destination: parseDestination('syslog://127.0.0.1'),
  framing: 'lf',
  messageBytesMax: 8192,
  rate: { eventsPerS: Infinity, bytesPerS: Infinity },
  tls: {},
  paused: false,
  ...changes,
});
