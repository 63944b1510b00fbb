/*
 * Where the SD-ELEMENTs of a parsed message lie. The parser keeps the places of the first few SD-IDs, and elements stand right behind
 * one another, so that the usual message is not walked again. Worst case: one walk, for more elements than anybody sends.
 * Owner: the admission of syslog messages.
 */
import type { ParsedMessage } from '../syslog/parse.js';
import { StructuredDataWalk } from '../syslog/structured-data.js';

export class Elements {
  count = 0;
  /** Start and end of each SD-ID, in turn. */
  #ids: ArrayLike<number> = [];
  #end = 0;
  readonly #walk = new StructuredDataWalk();

  /** @param parsed a message that the parser has accepted */
  begin(bytes: Buffer, parsed: ParsedMessage): void {
    this.count = parsed.elementCount;
    this.#end = parsed.sdEnd;
    this.#ids = parsed.structuredData.ids;
    if (2 * this.count > this.#ids.length) this.#ids = this.#walked(bytes, parsed);
  }

  idStart(i: number): number {
    return this.#ids[2 * i];
  }

  idEnd(i: number): number {
    return this.#ids[2 * i + 1];
  }

  /** Offset of the element's `[`. */
  start(i: number): number {
    return this.#ids[2 * i] - 1;
  }

  /** Offset behind the element's `]`. */
  end(i: number): number {
    return i + 1 < this.count ? this.start(i + 1) : this.#end;
  }

  #walked(bytes: Buffer, parsed: ParsedMessage): number[] {
    const ids: number[] = [];
    const walk = this.#walk.begin(bytes, parsed.sdStart, parsed.sdEnd);
    while (walk.nextElement()) ids.push(walk.idStart, walk.idEnd);
    return ids;
  }
}
