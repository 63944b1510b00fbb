/*
 * The byte stream of one measurement, made once before the clock starts: octet-counted RFC 5424 messages of a fixed length,
 * tenants in a random order that is the same each time. A message ends with its tenant's index and its number there, so that the
 * sink can tell that nothing is lost, doubled, out of order or at the wrong receiver by looking at twelve bytes.
 */
export interface StreamShape {
  readonly drains: number;
  readonly messages: number;
  /** One message without its frame. */
  readonly messageBytes: number;
}

/** Digits at the end of each message: the tenant's index. */
export const tenantDigits = 4;
/** Digits at the very end: the message's number within its tenant, from 0. */
export const numberDigits = 8;
export const drainsMax = 10 ** tenantDigits;

export const tenantName = (index: number): string => `tenant-${String(index).padStart(tenantDigits, '0')}`;

/** A small generator (mulberry32): the same order in every run and for every peer. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One message of each tenant up to the digits at its end. APP-NAME is the tenant too: what other forwarders route by. */
function messageStarts({ drains, messageBytes }: StreamShape): Buffer[] {
  return Array.from({ length: drains }, (_, index) => {
    const tenant = tenantName(index);
    const head = `<14>1 2026-11-22T10:00:00.000Z node.example.net ${tenant} - bench.stack.update `;
    const data = `[sluice@32473 tenant="${tenant}" type="bench.stack.update.end"] The stack was updated. `;
    const length = messageBytes - tenantDigits - numberDigits;
    if (head.length + data.length > length) throw new Error(`a message needs ${head.length + data.length + 12} bytes`);
    return Buffer.from((head + data).padEnd(length - 1, 'abcdefghijklmnopqrstuvwxyz ') + ' ');
  });
}

function writeDigits(target: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    target[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Numbers go on from `numbers`, one per tenant, which this call moves on: warm-up and measurement are one sequence. */
export function buildStream(shape: StreamShape, numbers: Uint32Array, seed: number): Buffer {
  const starts = messageStarts(shape);
  const prefix = Buffer.from(`${shape.messageBytes} `);
  const frameBytes = prefix.length + shape.messageBytes;
  const stream = Buffer.allocUnsafe(frameBytes * shape.messages);
  const next = seeded(seed);
  for (let at = 0; at < stream.length; at += frameBytes) {
    const tenant = Math.floor(next() * shape.drains);
    const start = starts[tenant];
    prefix.copy(stream, at);
    start.copy(stream, at + prefix.length);
    const digits = at + frameBytes - numberDigits - tenantDigits;
    writeDigits(stream, digits, tenantDigits, tenant);
    writeDigits(stream, digits + tenantDigits, numberDigits, numbers[tenant]);
    numbers[tenant]++;
  }
  return stream;
}
