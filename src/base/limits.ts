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
  /** All JSON bodies that have not ended, together, bytes: four of the longest. */
  jsonBodiesBytesMax: 64 * MiB,
  /** Elements of a JSON array that are taken before the others have their turn. */
  elementsPerTurn: 1000,
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
  /** A tenant's batch in the old generation, bytes; also where a tenant's extent is cut. A longer record gets one of its own. */
  batchBytesMax: 64 * KiB,
  /** Shared blocks are deleted, or rewritten per tenant, by the epoch: what was appended within this many milliseconds … */
  epochMsMax: 15_000,
  /** … or bytes, whichever comes first: also what one compaction reads. */
  epochBytesMax: 32 * MiB,
  /** An epoch this old, milliseconds after its end, is rewritten: the replay margin's default, so that a healthy drain is past it. */
  epochSettledMs: 30_000,
  /** … but never less than this much after the replay margin's time, milliseconds: the margin moves in steps, once a second. */
  epochAfterMarginMs: 5_000,
  /** Shared blocks on disk, bytes: beyond it the oldest epoch is rewritten before its time. */
  youngDiskBytesMax: 1024 * MiB,
  /** Batches that one compaction writes: keeps its transaction near a quarter of a second. */
  compactionBatchesMax: 1000,
  /** What one drain reads from disk at once, bytes (FAULTS F11: at most 256 KiB per drain). */
  coldReadBytesMax: 128 * KiB,
  /** Read from disk and not yet taken, over all drains, bytes; further readers wait. */
  coldBytesMax: 16 * MiB,
  /** What was read from disk for a drain is given up if it isn't taken within this many milliseconds and others wait. */
  coldHeldMsMax: 1000,
  /** How often margins, expiry and byte bounds are looked at, and changed cursors written, milliseconds. */
  journalSweepMs: 1000,
  /** After a full disk, how long until the next try, milliseconds. */
  diskFullRetryMs: 1000,
  /** Steps in which the replay margin moves, in time and in bytes: bounds what a cursor remembers. */
  marginSteps: 32,
  /** The longest wait between two pieces of evidence that counts as progress, milliseconds: twice the slowest sampling. */
  marginSampleMsMax: 2000,
  /** With less space than this left on the disk, bytes, the journal makes sure before each transaction that all of it will fit. */
  diskLowBytes: 64 * MiB,
  /** Of which this is kept for deletes and cursors, bytes (at most a sixteenth of the disk): they free what is full. */
  diskReserveBytes: 4 * MiB,
  /** The journal's write-ahead log is folded into its file beyond this, bytes. */
  journalCheckpointBytes: 32 * MiB,
  /** SQLite's page memory for the journal, bytes. */
  journalCacheBytes: 16 * MiB,

  // Drains
  /** The least that a drain may set as its longest message, bytes: RFC 5424 6.1, every receiver takes 480. */
  messageBytesMin: 480,
  drainNameLengthMax: 64,
  drainUrlLengthMax: 512,
  /** A client key's RSA modulus, bits: each handshake signs with it, on the thread that serves everybody. */
  rsaBitsMax: 8192,
  /** One PEM field of a drain, bytes. */
  pemBytesMax: 64 * KiB,
  /** `sha-256:` and 32 octets with colons, characters; some to spare. */
  fingerprintLengthMax: 128,
  /** A drain's own `structured_data`, bytes. */
  drainStructuredDataBytesMax: 512,

  // Delivery
  /** A drain that goes on failing for the same reason is told to the log again after this long, milliseconds, then ever more rarely. */
  failingToldMsMin: 60_000,
  /** Written and not acknowledged marks per connection; beyond it the drain waits for evidence. */
  marksMax: 8_192,
  /** A pass over the woken drains gives the event loop its turn after this long, milliseconds: a thousand full buffers take 0.2 s. */
  passMsMax: 10,
  /** Encoded and not yet taken by the kernel, per drain, bytes (FAULTS F11: at most 256 KiB per drain). */
  unsentBytesMax: 128 * KiB,
  /** Write buffers kept for the next write, buffers of readBytesMax: what a pass over busy drains has in flight at once. */
  writeBuffersFreeMax: 64,
  /** One look at the kernel's socket tables: not more often than this, milliseconds … */
  lookMsMin: 50,
  /** … at least this often while bytes are outstanding, milliseconds … */
  lookMsMax: 1000,
  /** … and in between resting so many times as long as the last look took: 5 % of a core. */
  lookRestFactor: 20,
  /** Passes over woken drains: so many writes without giving the event loop a turn … */
  flushesPerTurnMax: 16,
  /** … then a rest of this per drain written to, milliseconds, so that thousands of drains gather frames … */
  flushRestMsPerDrain: 0.03,
  /** … at most this, milliseconds: what gathering may add to an event's way. */
  flushRestMsMax: 50,
  /** A drain that its pace stopped goes on after this at the earliest, milliseconds: one write per wait, not one per event. */
  pacedMsMin: 50,
  /** A connection that lived as long as this was a good one: the next failure starts the backoff anew, milliseconds. */
  healthyMsMin: 30_000,
  /** From the last write to the peer's FIN when we close, milliseconds. */
  closingMsMax: 5000,
  /** TLS 1.3: how long a receiver without session tickets has to refuse a client certificate before we write, milliseconds. */
  probationMsMin: 100,
  probationMsMax: 1000,
  /** Idle connections are probed by TCP after this, milliseconds. */
  keepAliveMs: 60_000,

  // Settings
  /** The settings file, characters. */
  settingsLengthMax: 1 * MiB,
  /** Values of one list in the settings. */
  settingListMax: 256,
  /** PATH_MAX of Linux, characters. */
  pathLengthMax: 4096,

  // Log
  /** Lines that wait for whoever reads the log, bytes; beyond it they are lost. */
  logBytesMax: 4 * MiB,

  // Doors
  /** The body of a request that isn't events, bytes: three PEM fields and the rest. */
  inputBytesMax: 256 * KiB,
  /** Open connections at one HTTP door. */
  httpConnectionsMax: 1024,
  /** Until the headers of a request are there, milliseconds: a slow client costs a socket for no longer. */
  headersMsMax: 10_000,
  /** Until the whole request is there, milliseconds. */
  requestMsMax: 300_000,
  /** How often both are looked at, milliseconds: what they may be exceeded by. */
  slowClientsLookMs: 1000,
  /** Headers of a request, bytes. */
  headersBytesMax: 16 * KiB,
  /** Path of a unix socket on Linux without its NUL, bytes. */
  socketPathBytesMax: 107,
  /** How often the log is told what limits and refusals counted, milliseconds. */
  limitedToldMs: 60_000,
  /** Stopping: requests under way get this long for their answers, milliseconds. */
  doorClosingMsMax: 2_000,
  /** Stopping: connections get this long for their last acknowledgements, milliseconds; with the doors' time under 10 s (FAULTS F23). */
  stopMsMax: 7_000,
  /** Open connections at one syslog listener. */
  syslogConnectionsMax: 1024,
  /** Bytes that a resolver's answer may bring, addresses. */
  resolvedAddressesMax: 16,

  // Command line
  /** No answer from the agent for this long, milliseconds: longer than a commit on a slow disk. */
  answerMsMax: 60_000,
  /** One answer of the agent that a command reads, bytes: 10,000 drains with their certificates. */
  answerBytesMax: 64 * MiB,
  /** Events in one request of `sluice send`. */
  sendBatchEventsMax: 4000,
  /** …and bytes; a longest line still fits into a request. */
  sendBatchBytesMax: 1 * MiB,
  /** How long `sluice send` gathers lines before it hands them over, milliseconds: `tail -f` stays live. */
  sendGatherMs: 200,
  /** The rate of `sluice load`, events/s: a mistyped zero does no harm. */
  loadRateMax: 1_000_000,
  /** Its duration, seconds. */
  loadSecondsMax: 3600,
  /** Its tenants. */
  loadTenantsMax: 1000,
  /** A message of `sluice load`, bytes. */
  loadMessageBytesMax: 64 * KiB,
} as const;

assert(limits.eventBytesMax < limits.requestBytesMax, 'a request holds at least one event');
assert(3 * limits.pemBytesMax < limits.inputBytesMax, 'a drain fits into a request');
assert(limits.headersMsMax <= limits.requestMsMax, 'headers are a part of the request');
assert(limits.uncommittedBytesLow < limits.uncommittedBytesHigh, 'low mark under high mark');
assert(limits.segmentBytes < limits.uncommittedBytesHigh, 'a segment fits under the high mark');
assert(limits.batchBytesMax <= limits.segmentBytes, 'a batch is no longer than a segment');
assert(limits.epochBytesMax + limits.segmentBytes <= limits.youngBytesMax, 'the epoch being written is in memory');
assert(limits.batchBytesMax <= limits.coldReadBytesMax, 'a read from disk brings at least one batch');
assert(limits.coldReadBytesMax < limits.coldBytesMax, 'more than one drain may read from disk');
assert(limits.readBytesMax <= limits.unsentBytesMax, 'one read fits into what may wait for the kernel');
assert(
  limits.sendBatchBytesMax + limits.eventBytesMax < limits.requestBytesMax,
  'a batch and one more line fit into a request',
);
