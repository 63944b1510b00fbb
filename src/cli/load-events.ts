/*
 * The events of `sluice load`, as NDJSON or as syslog frames: made once per tenant, then copied with a number written in.
 * Promise: event n is the same bytes whenever it is made; tenants take turns. Worst case: one copy per event.
 */
import { encodeMessage } from '../syslog/encode.js';

/** Digits of the number that each message begins with. */
const NUMBER_DIGITS = 12;
/** The shortest message: its number. */
export const messageBytesMin = NUMBER_DIGITS;

const TYPE = 'load.event';
const ZERO = 0x30;

/** `load-1` … `load-T`. */
export const loadTenants = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `load-${index + 1}`);

interface Template {
  readonly bytes: Buffer;
  /** Where the number's last digit stands. */
  readonly lastDigit: number;
}

export class LoadEvents {
  readonly #templates: readonly Template[];

  private constructor(texts: readonly Buffer[]) {
    const number = '0'.repeat(NUMBER_DIGITS);
    this.#templates = texts.map((bytes) => ({ bytes, lastDigit: bytes.indexOf(number) + NUMBER_DIGITS - 1 }));
  }

  /** @param messageBytes length of each message, bytes, ≥ messageBytesMin */
  static ndjson(tenants: readonly string[], messageBytes: number): LoadEvents {
    const message = messageOf(messageBytes);
    return new LoadEvents(tenants.map((tenant) => Buffer.from(`${JSON.stringify({ tenant, type: TYPE, message })}\n`)));
  }

  /** Octet-counted frames (RFC 6587 3.4.1). @param enterpriseId PEN of the sluice@ element */
  static syslog(tenants: readonly string[], messageBytes: number, enterpriseId: number): LoadEvents {
    const frames = tenants.map((tenant) => {
      const frame = encodeMessage({
        facility: 1,
        severity: 6,
        timestamp: '-',
        hostname: '-',
        appName: 'sluice-load',
        procId: '-',
        msgId: TYPE,
        elements: [
          {
            id: `sluice@${enterpriseId}`,
            params: [
              ['tenant', tenant],
              ['type', TYPE],
            ],
          },
        ],
        message: messageOf(messageBytes),
      });
      return Buffer.concat([Buffer.from(`${frame.length} `), frame]);
    });
    return new LoadEvents(frames);
  }

  /** Events `first` to `first + count - 1`, back to back. */
  batch(first: number, count: number): Buffer {
    let length = 0;
    for (let n = first; n < first + count; n += 1) length += this.#template(n).bytes.length;
    const whole = Buffer.allocUnsafe(length);
    let at = 0;
    for (let n = first; n < first + count; n += 1) {
      const { bytes, lastDigit } = this.#template(n);
      bytes.copy(whole, at);
      for (let rest = n, digit = at + lastDigit; rest > 0; rest = Math.floor(rest / 10), digit -= 1) {
        whole[digit] = ZERO + (rest % 10);
      }
      at += bytes.length;
    }
    return whole;
  }

  #template(n: number): Template {
    return this.#templates[n % this.#templates.length];
  }
}

const messageOf = (bytes: number): string => `${'0'.repeat(NUMBER_DIGITS)} `.padEnd(bytes, 'x').slice(0, bytes);
