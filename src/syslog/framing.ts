/*
 * Frames on a byte stream, in: octet counting (RFC 5425 4.3, RFC 6587 3.4.1), lines that end in LF (RFC 6587 3.4.2), or whichever
 * each message begins with. Out: octet-count.ts.
 * Promise: the same frames however the stream is cut into chunks; a frame that lies whole in a chunk is not copied; what is too
 * long is left out and told, and harms no neighbour. Worst case: `frameBytesMax` held per decoder, grown only by octets that
 * arrived. Owner: one decoder per stream.
 */
import { limits } from '../base/limits.js';
import { CR, isDigit, LF, SPACE, ZERO } from './bytes.js';
import { HeldBytes } from './held-bytes.js';

/** `detect`: a message that begins with a digit is octet-counted, any other is a line. */
export type Framing = 'octet-counting' | 'lf' | 'detect';

export interface FramingFault {
  /**
   * `frame_too_long`: this frame was left out, the next one is fine.
   * `bad_length`: MSG-LEN is no number; what follows can't be told apart, nothing more is taken from this stream.
   * `unfinished`: the stream ended within an octet-counted frame.
   */
  readonly code: 'frame_too_long' | 'bad_length' | 'unfinished';
  /** Without a final stop. */
  readonly message: string;
}

export interface FrameDecoderOptions {
  /** The longest frame that is handed over, octets. */
  readonly frameBytesMax: number;
  /** `detect` unless told. */
  readonly framing?: Framing;
  /** Told of every fault, also of the one that ends the stream. */
  readonly onFault?: (fault: FramingFault) => void;
}

/** A frame is octets `start` to `end` of `bytes`: valid during the call, never to be changed. */
export type TakeFrame = (bytes: Buffer, start: number, end: number) => void;

/**
 * Where the stream stands at the end of a chunk.
 * - between: before the first octet of a message → length, counted, line, and their `skip`s
 * - length: within MSG-LEN → counted, skip, broken
 * - counted: `left` octets of a frame are still to come, the others are held → between
 * - line: no LF yet, what came is held → between, skipLine
 * - skip: `left` octets of a frame that is too long are still to come → between
 * - skipLine: within a line that is too long → between
 * - broken: MSG-LEN was no number → stays
 */
type State =
  | { readonly at: 'between' }
  | { readonly at: 'length'; readonly length: number; readonly digits: number }
  | { readonly at: 'counted'; readonly left: number }
  | { readonly at: 'line' }
  | { readonly at: 'skip'; readonly left: number }
  | { readonly at: 'skipLine' }
  | { readonly at: 'broken'; readonly fault: FramingFault };

const BETWEEN: State = { at: 'between' };
const LINE: State = { at: 'line' };
const SKIP_LINE: State = { at: 'skipLine' };

export class FrameDecoder {
  readonly #frameBytesMax: number;
  readonly #framing: Framing;
  readonly #onFault: (fault: FramingFault) => void;
  readonly #held: HeldBytes;
  #state: State = BETWEEN;

  constructor(options: FrameDecoderOptions) {
    this.#frameBytesMax = options.frameBytesMax;
    this.#framing = options.framing ?? 'detect';
    this.#onFault = options.onFault ?? (() => undefined);
    this.#held = new HeldBytes(options.frameBytesMax + 1); // and the CR before an LF
  }

  /** Octets of an unfinished frame that are held now. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /**
   * Takes the next octets of the stream and hands over every frame that they complete. What `onFrame` throws ends the decoder's use.
   * @returns undefined, or the fault after which nothing more is taken: close the connection
   */
  push(chunk: Buffer, onFrame: TakeFrame): FramingFault | undefined {
    for (let at = 0; at < chunk.length; ) at = this.#step(chunk, at, onFrame);
    return this.#state.at === 'broken' ? this.#state.fault : undefined;
  }

  /** The stream ended: a line without its LF is handed over; an unfinished counted frame is told and dropped. */
  end(onFrame: TakeFrame): FramingFault | undefined {
    const state = this.#state;
    if (state.at !== 'broken') this.#state = BETWEEN;
    if (state.at === 'line') this.#handOverLine(this.#held.bytes, 0, this.#held.length, onFrame);
    this.#held.clear();
    if (state.at !== 'length' && state.at !== 'counted') return undefined;
    const fault: FramingFault = { code: 'unfinished', message: 'the stream ended within an octet-counted frame' };
    this.#onFault(fault);
    return fault;
  }

  /** Goes on at `at` until a frame or the chunk ends. Returns the offset to go on at. */
  #step(chunk: Buffer, at: number, onFrame: TakeFrame): number {
    const state = this.#state;
    switch (state.at) {
      case 'between':
        if (this.#framing === 'octet-counting' || (this.#framing === 'detect' && isDigit(chunk[at]))) {
          return this.#length(chunk, at, 0, 0, onFrame);
        }
        return this.#line(chunk, at, onFrame);
      case 'length':
        return this.#length(chunk, at, state.length, state.digits, onFrame);
      case 'counted':
        return this.#counted(chunk, at, state.left, onFrame);
      case 'line':
        return this.#line(chunk, at, onFrame);
      case 'skip':
        return this.#skip(chunk, at, state.left);
      case 'skipLine': {
        const lineFeed = chunk.indexOf(LF, at);
        if (lineFeed < 0) return chunk.length;
        this.#state = BETWEEN;
        return lineFeed + 1;
      }
      case 'broken':
        break;
    }
    return chunk.length;
  }

  /** MSG-LEN SP, MSG-LEN = NONZERO-DIGIT *DIGIT (RFC 5425 4.3). */
  #length(chunk: Buffer, start: number, lengthBefore: number, digitsBefore: number, onFrame: TakeFrame): number {
    let length = lengthBefore;
    let digits = digitsBefore;
    for (let at = start; at < chunk.length; at++) {
      const octet = chunk[at];
      if (octet === SPACE && digits > 0) return this.#begin(chunk, at + 1, length, onFrame);
      if (!isDigit(octet) || (digits === 0 && octet === ZERO))
        return this.#break(chunk, 'MSG-LEN is no number from 1 on');
      length = length * 10 + octet - ZERO;
      if (++digits > limits.frameLengthDigitsMax) return this.#break(chunk, 'MSG-LEN has too many digits');
    }
    this.#state = { at: 'length', length, digits };
    return chunk.length;
  }

  /** The first octet of a counted message. */
  #begin(chunk: Buffer, at: number, length: number, onFrame: TakeFrame): number {
    if (length > this.#frameBytesMax) {
      this.#tellTooLong();
      return this.#skip(chunk, at, length);
    }
    if (at + length > chunk.length) return this.#counted(chunk, at, length, onFrame);
    this.#state = BETWEEN;
    this.#handOverCounted(chunk, at, at + length, onFrame);
    return at + length;
  }

  /** `left` more octets of a frame that began in an earlier chunk, or doesn't end in this one. */
  #counted(chunk: Buffer, at: number, left: number, onFrame: TakeFrame): number {
    const end = Math.min(chunk.length, at + left);
    this.#held.add(chunk, at, end);
    const stillLeft = left - (end - at);
    this.#state = stillLeft > 0 ? { at: 'counted', left: stillLeft } : BETWEEN;
    if (stillLeft === 0) {
      this.#handOverCounted(this.#held.bytes, 0, this.#held.length, onFrame);
      this.#held.clear();
    }
    return end;
  }

  #skip(chunk: Buffer, at: number, left: number): number {
    const end = Math.min(chunk.length, at + left);
    const stillLeft = left - (end - at);
    this.#state = stillLeft > 0 ? { at: 'skip', left: stillLeft } : BETWEEN;
    return end;
  }

  /** SYSLOG-MSG TRAILER (RFC 6587 3.4.2), from its first octet or from where the last chunk ended. */
  #line(chunk: Buffer, at: number, onFrame: TakeFrame): number {
    const lineFeed = chunk.indexOf(LF, at);
    const end = lineFeed < 0 ? chunk.length : lineFeed;
    const bytes = this.#held.length + end - at;
    // One octet more may be held: if it is a CR before the LF, it doesn't count in `detect`.
    if (bytes > this.#frameBytesMax + (this.#framing === 'detect' ? 1 : 0)) {
      this.#tellTooLong();
      this.#held.clear();
      this.#state = lineFeed < 0 ? SKIP_LINE : BETWEEN;
      return lineFeed < 0 ? end : lineFeed + 1;
    }
    if (lineFeed < 0) {
      this.#held.add(chunk, at, end);
      this.#state = LINE;
      return end;
    }
    this.#state = BETWEEN;
    if (this.#held.length === 0) this.#handOverLine(chunk, at, end, onFrame);
    else {
      this.#held.add(chunk, at, end);
      this.#handOverLine(this.#held.bytes, 0, this.#held.length, onFrame);
      this.#held.clear();
    }
    return lineFeed + 1;
  }

  /** `detect` takes an LF that rsyslog and syslog-ng put inside the counted frame for the trailer that it is. */
  #handOverCounted(bytes: Buffer, start: number, end: number, onFrame: TakeFrame): void {
    onFrame(bytes, start, this.#framing === 'detect' && bytes[end - 1] === LF ? end - 1 : end);
  }

  /** `detect` takes CR LF for a trailer too, and no empty line for a message; `lf` hands over what stands between two LFs. */
  #handOverLine(bytes: Buffer, start: number, end: number, onFrame: TakeFrame): void {
    if (this.#framing === 'lf') return onFrame(bytes, start, end);
    const trimmed = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (trimmed - start > this.#frameBytesMax) this.#tellTooLong();
    else if (trimmed > start) onFrame(bytes, start, trimmed);
  }

  #tellTooLong(): void {
    this.#onFault({ code: 'frame_too_long', message: `the frame is longer than ${this.#frameBytesMax} octets` });
  }

  #break(chunk: Buffer, message: string): number {
    const fault: FramingFault = { code: 'bad_length', message };
    this.#state = { at: 'broken', fault };
    this.#onFault(fault);
    return chunk.length;
  }
}
