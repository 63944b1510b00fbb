/*
 * The SD-ELEMENTs of a producer's message that travel on: copied byte for byte, but for control characters in their values.
 * Promise: never `meta`, `origin`, `timeQuality`, `sluice@PEN` or `data@PEN`: a producer must not speak for us (DESIGN, "Events").
 * A value with a control character is written anew, since taking bytes out of an escaped value could move its end.
 * Worst case: limits.structuredDataBytesMax kept, more is refused. Owner: the admission of syslog messages.
 */
import { limits } from '../base/limits.js';
import { BACKSLASH, CLOSE, equalsAscii, QUOTE } from '../syslog/bytes.js';
import { StructuredDataWalk } from '../syslog/structured-data.js';
import type { Elements } from './elements.js';
import type { Refusal } from './encoded.js';
import type { Prefix } from './prefix.js';
import { refusals } from './refusals.js';
import { Cleaner, controlAt } from './sanitise.js';
import { Scratch, Span } from './span.js';

export class KeptElements {
  readonly #prefix: Prefix;
  readonly #notKept: readonly string[];
  readonly #walk = new StructuredDataWalk();
  readonly #span = new Span();
  readonly #scratch = new Scratch();
  readonly #cleaner = new Cleaner();
  /** Offset in the prefix that must not be passed. */
  #lengthMax = 0;

  constructor(prefix: Prefix, enterpriseId: number) {
    this.#prefix = prefix;
    this.#notKept = [`data@${enterpriseId}`, 'meta', 'origin', 'timeQuality'];
  }

  /**
   * Appends what is kept of a message's elements, or says that it is too much.
   * @param sluiceNumber which of them is `sluice@PEN`, -1 if none
   */
  copy(bytes: Buffer, elements: Elements, sluiceNumber: number): Refusal | undefined {
    this.#lengthMax = this.#prefix.length + limits.structuredDataBytesMax;
    for (let i = 0; i < elements.count; i++) {
      if (i === sluiceNumber || !this.#isKept(bytes, elements.idStart(i), elements.idEnd(i))) continue;
      const start = elements.start(i);
      const end = elements.end(i);
      const isClean = controlAt(bytes, start, end) === end;
      const fits = isClean ? this.#write(bytes, start, end) : this.#rewrite(bytes, start, end);
      if (!fits) return refusals.keptTooLong;
    }
    return undefined;
  }

  #isKept(bytes: Buffer, idStart: number, idEnd: number): boolean {
    for (const id of this.#notKept) if (equalsAscii(bytes, idStart, idEnd, id)) return false;
    return true;
  }

  /** Writes octets as they are if there is room. */
  #write(bytes: Buffer, start: number, end: number): boolean {
    if (this.#prefix.length + end - start > this.#lengthMax) return false;
    this.#prefix.write(bytes, start, end);
    return true;
  }

  /** Writes the element with each value unescaped, cleaned and escaped again. */
  #rewrite(bytes: Buffer, start: number, end: number): boolean {
    const walk = this.#walk.begin(bytes, start, end);
    walk.nextElement();
    const prefix = this.#prefix;
    if (!this.#write(bytes, walk.elementStart, walk.idEnd)) return false;
    while (walk.nextParam()) {
      this.#unescape(bytes, walk.valueStart, walk.valueEnd);
      this.#cleaner.clean(this.#span);
      // ` name=""` around it; what escaping adds is measured behind it.
      if (prefix.length + walk.nameEnd - walk.nameStart + 4 + this.#span.length > this.#lengthMax) return false;
      prefix.openParam(bytes, walk.nameStart, walk.nameEnd);
      prefix.value(this.#span.bytes, this.#span.start, this.#span.end);
      prefix.closeParam();
    }
    if (prefix.length >= this.#lengthMax) return false;
    prefix.closeElement();
    return true;
  }

  /** Points #span to the value as it is meant (RFC 5424 6.3.3: `\"` `\\` `\]`, and no other escape). */
  #unescape(bytes: Buffer, start: number, end: number): void {
    const target = this.#scratch.reserve(end - start);
    let at = 0;
    for (let from = start; from < end; from++) {
      const isEscape = bytes[from] === BACKSLASH && from + 1 < end && isEscapable(bytes[from + 1]);
      if (isEscape) from++;
      target[at++] = bytes[from];
    }
    this.#span.set(target, 0, at);
  }
}

const isEscapable = (octet: number): boolean => octet === QUOTE || octet === BACKSLASH || octet === CLOSE;
