/*
 * Every bound of the program that is not a setting, with its unit and its reason; relations are asserted at load.
 * Promise: nothing that a tenant, a producer or a receiver sends can make a queue, a string or a loop longer than what stands here.
 */
import { assert } from './assert.js';

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  // Events (DESIGN, "Events")
  /** One NDJSON line or one frame from a producer, bytes. */
  eventBytesMax: 256 * KiB,
  /** The body of one POST /v1/events, bytes: 64 of the longest lines. */
  requestBytesMax: 16 * MiB,
  /** `type`, characters. */
  typeLengthMax: 128,
  /** `id`, characters. */
  idLengthMax: 64,
  /** Keys of `data`. */
  dataKeysMax: 32,
  /** `data` as an encoded SD-ELEMENT, bytes. */
  dataBytesMax: 2 * KiB,
  /** SD-ELEMENTs kept from a message at the syslog door, encoded bytes: as much as `data` may have, for two elements. */
  structuredDataBytesMax: 4 * KiB,
  /** Nesting of a JSON event: the object and its `data`. */
  eventDepthMax: 2,
  /** Rejections listed in one answer; all of them are counted. */
  rejectionsListedMax: 100,

  // RFC 5424 6: longest fields, characters
  hostnameLengthMax: 255,
  appNameLengthMax: 48,
  procIdLengthMax: 128,
  msgIdLengthMax: 32,
  sdNameLengthMax: 32,
  /** Digits of MSG-LEN taken before a frame is refused: 256 KiB has six. */
  frameLengthDigitsMax: 7,
  /** First buffer for a frame that is not whole in its chunk, bytes: fits most messages. */
  heldBytesMin: 1 * KiB,
  /** Such a buffer is given back when it has grown longer, bytes: 1024 idle connections keep 64 MiB at most. */
  heldBytesKept: 64 * KiB,

  // Filters
  /** One glob, characters: keeps a match under 5 µs. */
  globLengthMax: 128,
  globsPerDrainMax: 16,

  // Store
  /** How long a statement waits while another process holds the database, milliseconds: a stopping agent's last moments. */
  databaseBusyMsMax: 1000,

  // Journal
  /** One shared segment in memory, bytes. A longer record gets a segment of its own. */
  segmentBytes: 1 * MiB,
  /** Young segments kept in memory for readers that keep up, bytes. */
  youngBytesMax: 64 * MiB,
  /** Appended and not committed: producers are paused above, bytes. */
  uncommittedBytesHigh: 16 * MiB,
  /** …and resumed below, bytes. */
  uncommittedBytesLow: 8 * MiB,
  /** One read for one drain, bytes: also the most that one socket write carries. */
  readBytesMax: 64 * KiB,
  /** A tenant's batch in the old generation, bytes. */
  batchBytesMax: 64 * KiB,

  // Drains
  drainNameLengthMax: 64,
  drainUrlLengthMax: 512,
  /** One PEM field of a drain, bytes. */
  pemBytesMax: 64 * KiB,
  /** A drain's own `structured_data`, bytes. */
  drainStructuredDataBytesMax: 512,

  // Delivery
  /** Written and not acknowledged marks per connection; beyond it the drain waits for evidence. */
  marksMax: 65_536,
  /** Encoded and not yet taken by the kernel, per drain, bytes (FAULTS F11: at most 256 KiB per drain). */
  unsentBytesMax: 128 * KiB,

  // Settings
  /** The settings file, characters. */
  settingsLengthMax: 1 * MiB,
  /** Values of one list in the settings. */
  settingListMax: 256,
  /** PATH_MAX of Linux, characters. */
  pathLengthMax: 4096,

  // Doors
  /** How often the log is told what limits and refusals counted, milliseconds. */
  limitedToldMs: 60_000,
  /** Open connections at one syslog listener. */
  syslogConnectionsMax: 1024,
  /** Bytes that a resolver's answer may bring, addresses. */
  resolvedAddressesMax: 16,
} as const;

assert(limits.eventBytesMax < limits.requestBytesMax, 'a request holds at least one event');
assert(limits.uncommittedBytesLow < limits.uncommittedBytesHigh, 'low mark under high mark');
assert(limits.segmentBytes < limits.uncommittedBytesHigh, 'a segment fits under the high mark');
assert(limits.batchBytesMax <= limits.segmentBytes, 'a batch is no longer than a segment');
assert(limits.readBytesMax <= limits.unsentBytesMax, 'one read fits into what may wait for the kernel');
