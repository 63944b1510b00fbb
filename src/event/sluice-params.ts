/*
 * The SD-PARAMs of `sluice@PEN` by which a message at the syslog door says whose it is: tenant, id and type.
 * Promise: each at most once, since readers would differ about which of two counts; other parameters are passed over.
 * Worst case: linear in the element, which the parser has checked. Owner: the admission of syslog messages.
 */
import { BACKSLASH, CLOSE, EQUALS, equalsAscii, QUOTE, SPACE } from '../syslog/bytes.js';
import type { Refusal } from './encoded.js';
import { duplicateParam } from './refusals.js';
import { Span } from './span.js';

export class SluiceParams {
  /** Values as they stand there; not given: `end` is 0. What is valid in them needs no escape, so nothing is unescaped. */
  readonly tenant = new Span();
  readonly id = new Span();
  readonly type = new Span();

  clear(): void {
    this.tenant.end = 0;
    this.id.end = 0;
    this.type.end = 0;
  }

  /** Reads the parameters that stand behind the SD-ID, which ends at `idEnd`. */
  read(bytes: Buffer, idEnd: number): Refusal | undefined {
    let at = idEnd;
    while (bytes[at] === SPACE) {
      const nameStart = at + 1;
      let nameEnd = nameStart;
      while (bytes[nameEnd] !== EQUALS) nameEnd++;
      const valueStart = nameEnd + 2;
      at = valueStart;
      while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH && isEscapable(bytes[at + 1]) ? 2 : 1;
      const param = this.#paramOf(bytes, nameStart, nameEnd);
      if (param !== undefined) {
        if (param.end !== 0) return duplicateParam(bytes.toString('latin1', nameStart, nameEnd));
        param.set(bytes, valueStart, at);
      }
      at += 1;
    }
    return undefined;
  }

  /**
   * True if the element reads exactly as we write it, `[… tenant="…" id="…" type="…"]`, and so may be copied as a whole.
   * @param idEnd where its SD-ID ends @param end behind its `]`
   */
  isOurForm(idEnd: number, end: number): boolean {
    const { tenant, id, type } = this;
    if (tenant.end === 0 || id.end === 0 || type.end === 0) return false;
    // Names and order follow from the distances, since each name stands right before its value.
    return (
      tenant.start - idEnd === ' tenant="'.length &&
      id.start - tenant.end === '" id="'.length &&
      type.start - id.end === '" type="'.length &&
      end - type.end === '"]'.length
    );
  }

  #paramOf(bytes: Buffer, start: number, end: number): Span | undefined {
    if (equalsAscii(bytes, start, end, 'tenant')) return this.tenant;
    if (equalsAscii(bytes, start, end, 'id')) return this.id;
    return equalsAscii(bytes, start, end, 'type') ? this.type : undefined;
  }
}

const isEscapable = (octet: number): boolean => octet === QUOTE || octet === BACKSLASH || octet === CLOSE;
