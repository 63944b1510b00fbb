/*
 * Finds the fields of one JSON event: which are there and where their values lie, by offsets (json-reader.ts does the grammar).
 * Promise: unknown and repeated keys, nesting and syntax are refused at the first one met, in whatever spelling; so depth and
 * number of keys cost nothing. Worst case: linear, 32 keys of `data` compared with one another. Owner: the admission of JSON events.
 */
import { limits } from '../base/limits.js';
import type { Refusal } from './encoded.js';
import { type EventField, eventFields } from './event.js';
import { JsonReader, TRAIT_ESCAPED, TRAIT_WIDE, unescapeJson } from './json-reader.js';
import { brokenJson, duplicateKey, fieldRefusals, refusals, unknownField } from './refusals.js';
import { Scratch, Span } from './span.js';

/** Where a value lies and what it is, per field or per pair of `data`. */
export const STRING = 1;
export const NUMBER = 2;
export const BOOLEAN = 3;
export const NULL = 4;
export const OBJECT = 5;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A slot of a field or of a pair: offsets of its value, its kind (0: not there) and its string's traits. */
class Values {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  readonly traits: Uint8Array;

  constructor(count: number) {
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
    this.kinds = new Uint8Array(count);
    this.traits = new Uint8Array(count);
  }
}

/** The number of each field: its place in `eventFields` and in `JsonFields.values`. */
export const field = Object.fromEntries(eventFields.map((name, number) => [name, number])) as Readonly<
  Record<EventField, number>
>;

/** The fields of each length of a name, which is all that most keys are asked for. */
const fieldsByLength = Array.from({ length: 9 }, (_, length) =>
  eventFields
    .filter((name) => name.length === length)
    .map((name) => ({ name: Buffer.from(name), number: field[name] })),
);

export class JsonFields {
  readonly values = new Values(eventFields.length);
  /** The pairs of `data`, in the producer's order; a key lies in `dataKeys` from its offset to the next one's. */
  readonly dataValues = new Values(limits.dataKeysMax);
  readonly dataKeys: Buffer = Buffer.allocUnsafeSlow(limits.dataKeysMax * limits.sdNameLengthMax);
  readonly dataKeyStarts = new Int32Array(limits.dataKeysMax + 1);
  dataCount = 0;
  /** True if a string holds a byte of 0x7f or above. */
  wide = false;
  readonly #reader = new JsonReader();
  readonly #key = new Span();
  readonly #scratch = new Scratch();
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** Reads bytes `start` to `end` as one event. What it found is complete only when the answer is undefined. */
  read(bytes: Buffer, start: number, end: number): Refusal | undefined {
    const reader = this.#reader;
    this.#bytes = bytes;
    this.#start = start;
    this.values.kinds.fill(0);
    this.dataCount = 0;
    this.wide = false;
    reader.begin(bytes, start, end);
    if (!reader.take(OPEN_OBJECT)) return refusals.notObject;
    if (!reader.take(CLOSE_OBJECT)) {
      do {
        const refusal = this.#member();
        if (refusal !== undefined) return refusal;
      } while (reader.take(COMMA));
      if (!reader.take(CLOSE_OBJECT)) return this.#broken();
    }
    return reader.peek() === -1 ? undefined : this.#broken();
  }

  #member(): Refusal | undefined {
    const refusal = this.#readKey();
    if (refusal !== undefined) return refusal;
    const number = this.#fieldNumber();
    if (number < 0) return unknownField(this.#keyText());
    if (this.values.kinds[number] !== 0) return duplicateKey(this.#keyText());
    if (!this.#reader.take(COLON)) return this.#broken();
    const next = this.#reader.peek();
    if (next === OPEN_OBJECT && number === field.data) {
      this.values.kinds[number] = OBJECT;
      return this.#data();
    }
    if (next === OPEN_OBJECT || next === OPEN_ARRAY) return fieldRefusals[number];
    return this.#value(this.values, number);
  }

  /** The flat object of `data`, whose brace is next. */
  #data(): Refusal | undefined {
    const reader = this.#reader;
    reader.take(OPEN_OBJECT);
    this.dataKeyStarts[0] = 0;
    if (reader.take(CLOSE_OBJECT)) return undefined;
    do {
      const refusal = this.#readKey() ?? this.#keepDataKey();
      if (refusal !== undefined) return refusal;
      if (!reader.take(COLON)) return this.#broken();
      const next = reader.peek();
      if (next === OPEN_OBJECT || next === OPEN_ARRAY) return refusals.dataNested;
      const fault = this.#value(this.dataValues, this.dataCount);
      if (fault !== undefined) return fault;
      this.dataCount += 1;
    } while (reader.take(COMMA));
    return reader.take(CLOSE_OBJECT) ? undefined : this.#broken();
  }

  #keepDataKey(): Refusal | undefined {
    const { bytes, start, end } = this.#key;
    if (this.#hasDataKey()) return duplicateKey(this.#keyText());
    if (this.dataCount === limits.dataKeysMax) return refusals.dataKeys;
    if (end - start > limits.sdNameLengthMax) return refusals.dataKey;
    const at = this.dataKeyStarts[this.dataCount];
    for (let i = start; i < end; i++) this.dataKeys[at + i - start] = bytes[i];
    this.dataKeyStarts[this.dataCount + 1] = at + end - start;
    return undefined;
  }

  #hasDataKey(): boolean {
    const { bytes, start, end } = this.#key;
    for (let i = 0; i < this.dataCount; i++) {
      const keyStart = this.dataKeyStarts[i];
      if (isAt(bytes, start, end, this.dataKeys, keyStart, this.dataKeyStarts[i + 1])) return true;
    }
    return false;
  }

  /** Reads a key into #key, as it is meant: `"\u0074ype"` is `type`. */
  #readKey(): Refusal | undefined {
    const reader = this.#reader;
    if (reader.peek() !== QUOTE || !reader.string()) return this.#broken();
    this.#key.set(this.#bytes, reader.valueStart, reader.valueEnd);
    if ((reader.traits & TRAIT_WIDE) !== 0) this.wide = true;
    if ((reader.traits & TRAIT_ESCAPED) === 0) return undefined;
    const fault = unescapeJson(this.#key, this.#scratch.reserve(this.#key.length));
    if (fault === undefined) return undefined;
    return fault === 'lone_surrogate' ? refusals.keySurrogate : this.#broken();
  }

  #fieldNumber(): number {
    const { bytes, start, end } = this.#key;
    const length = end - start;
    if (length >= fieldsByLength.length) return -1;
    for (const { name, number } of fieldsByLength[length]) {
      if (isAt(bytes, start, end, name, 0, length)) return number;
    }
    return -1;
  }

  #keyText(): string {
    const { bytes, start, end } = this.#key;
    // More bytes than a refusal shows, so that it is cut with an ellipsis.
    return bytes.toString('utf8', start, Math.min(end, start + 260));
  }

  /** Reads a string or a scalar into slot `number`. */
  #value(values: Values, number: number): Refusal | undefined {
    const reader = this.#reader;
    const next = reader.peek();
    if (next === QUOTE) {
      if (!reader.string()) return this.#broken();
      if ((reader.traits & TRAIT_WIDE) !== 0) this.wide = true;
      values.kinds[number] = STRING;
      values.traits[number] = reader.traits;
    } else {
      if (!reader.scalar()) return this.#broken();
      values.kinds[number] = next === 0x74 || next === 0x66 ? BOOLEAN : next === 0x6e ? NULL : NUMBER;
    }
    values.starts[number] = reader.valueStart;
    values.ends[number] = reader.valueEnd;
    return undefined;
  }

  #broken(): Refusal {
    return brokenJson(this.#reader.at - this.#start);
  }
}

/** True if bytes `start` to `end` are those of `name` from `nameStart` to `nameEnd`. */
function isAt(bytes: Buffer, start: number, end: number, name: Buffer, nameStart: number, nameEnd: number): boolean {
  if (end - start !== nameEnd - nameStart) return false;
  for (let i = 0; i < end - start; i++) if (bytes[start + i] !== name[nameStart + i]) return false;
  return true;
}
