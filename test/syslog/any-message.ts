// Any message that the encoder takes, for properties and for the oracles.
import fc from 'fast-check';
import type { Message } from '../../src/syslog/encode.js';
import { formatTimestamp } from '../../src/syslog/timestamp.js';

const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
const madeOf = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength: 1, maxLength });

export interface AnyMessageOptions {
  /** PRINTUSASCII that no SD-NAME shall have, beside those that none may have. */
  readonly notInNames?: string;
  /** What no value and no MSG shall have; a global regular expression. */
  readonly notInText?: RegExp;
  /** The latest TIMESTAMP, milliseconds since 1970; the end of year 9999 unless told. */
  readonly latestMs?: number;
  /** What HOSTNAME is made of; PRINTUSASCII unless told. */
  readonly inHostname?: string;
}

/** Any message; in texts the characters that matter are as frequent as all others together. */
export function anyMessage(options: AnyMessageOptions = {}): fc.Arbitrary<Message & { readonly bom: boolean }> {
  const forbidden = `=]"${options.notInNames ?? ''}`;
  const inNames = Array.from(printable, (character) => (forbidden.includes(character) ? '' : character)).join('');
  const privateId = fc
    .tuple(madeOf(inNames, 20), fc.nat(2 ** 31))
    .map(([name, number]) => `${name.replaceAll('@', '_')}@${number}`);
  const id = fc.oneof(fc.constantFrom('origin', 'timeQuality', 'meta'), privateId);
  const unit = fc.oneof(
    fc.constantFrom('"', '\\', ']', '=', ' ', '[', '\n', '\u0000'),
    fc.constantFrom('\u00fc', '\u20ac', '\ud83d\ude00'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const text = fc
    .string({ unit, maxLength: 50 })
    .map((value) => (options.notInText ? value.replaceAll(options.notInText, '') : value));
  const params = fc.uniqueArray(fc.tuple(madeOf(inNames, 32), text), { maxLength: 5, selector: ([name]) => name });
  return fc.record({
    facility: fc.nat(23),
    severity: fc.nat(7),
    timestamp: fc.oneof(
      fc.constant('-'),
      fc.integer({ min: 0, max: options.latestMs ?? 253_402_300_799_999 }).map(formatTimestamp),
    ),
    hostname: madeOf(options.inHostname ?? printable, 255),
    appName: madeOf(printable, 48),
    procId: madeOf(printable, 128),
    msgId: madeOf(printable, 32),
    elements: fc.uniqueArray(fc.record({ id, params }), { maxLength: 20, selector: (element) => element.id }),
    message: text.filter((value) => !value.startsWith('\ufeff')),
    bom: fc.boolean(),
  });
}
