/*
 * The plain encoder of RFC 5424: one message from its parts, for notices, for `sluice load` and as the reference in tests.
 * The hot path (event/prefix.ts, delivery/frame.ts) writes the same octets piece by piece.
 * Promise: what it returns is a valid message. Worst case: an AssertionError, since its callers make up the parts themselves.
 */
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';
import { isNil, printable, sdNameOctet } from './bytes.js';
import { isTimestamp } from './timestamp.js';

export interface SdElement {
  readonly id: string;
  /** Name and value, in order; a name may come again (RFC 5424 6.3.3). */
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** The parts of a message; a header field that has no value is "-". */
export interface Message {
  /** 0 to 23. */
  readonly facility: number;
  /** 0 to 7. */
  readonly severity: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly procId: string;
  readonly msgId: string;
  readonly elements: readonly SdElement[];
  readonly message: string;
  /** Puts the BOM in front of MSG (RFC 5424 6.4): off unless told, since many receivers show it. */
  readonly bom?: boolean;
}

/** Ids without "@" that IANA has registered (RFC 5424 9.2). */
const REGISTERED_IDS = new Set(['timeQuality', 'origin', 'meta']);

/** The octets of `message`, without framing. Throws AssertionError when a part may not stand where it is. */
export function encodeMessage(message: Message): Buffer {
  const { facility, severity, timestamp, hostname, appName, procId, msgId, elements } = message;
  assert(isWithin(facility, 23) && isWithin(severity, 7), 'facility 0 to 23, severity 0 to 7');
  const time = Buffer.from(timestamp);
  assert(isNil(time, 0, time.length) || isTimestamp(time, 0, time.length), 'TIMESTAMP is one');
  assert(isHeaderField(hostname, limits.hostnameLengthMax), 'HOSTNAME may stand in a header');
  assert(isHeaderField(appName, limits.appNameLengthMax), 'APP-NAME may stand in a header');
  assert(isHeaderField(procId, limits.procIdLengthMax), 'PROCID may stand in a header');
  assert(isHeaderField(msgId, limits.msgIdLengthMax), 'MSGID may stand in a header');
  assert(new Set(elements.map(({ id }) => id)).size === elements.length, 'no SD-ID comes twice');
  const head = `<${facility * 8 + severity}>1 ${timestamp} ${hostname} ${appName} ${procId} ${msgId}`;
  const sd = elements.length === 0 ? '-' : elements.map(encodeElement).join('');
  if (message.message === '' && message.bom !== true) return Buffer.from(`${head} ${sd}`);
  return Buffer.from(`${head} ${sd} ${message.bom === true ? '\ufeff' : ''}${message.message}`);
}

/** `value` with `"` `\` `]` escaped, and nothing else (RFC 5424 6.3.3). */
export const escapeParamValue = (value: string): string =>
  MUST_BE_ESCAPED.test(value) ? value.replaceAll(MUST_BE_ESCAPED_ALL, '\\$&') : value;

/** True if `text` may be a header field: "-", or 1 to `lengthMax` characters of PRINTUSASCII (RFC 5424 6.2). */
export const isHeaderField = (text: string, lengthMax: number): boolean => isMadeOf(printable, text, lengthMax);

/** True if `text` may be a PARAM-NAME: 1 to 32 characters of PRINTUSASCII without `=` `]` `"` (RFC 5424 6.3.2). */
export const isSdName = (text: string): boolean => isMadeOf(sdNameOctet, text, limits.sdNameLengthMax);

/** True if `text` may be an SD-ID of ours: registered with IANA, or a name, "@" and an enterprise number (RFC 5424 6.3.2). */
export const isSdId = (text: string): boolean => REGISTERED_IDS.has(text) || (isSdName(text) && PRIVATE_ID.test(text));

const MUST_BE_ESCAPED = /["\\\]]/;
const MUST_BE_ESCAPED_ALL = /["\\\]]/g;
const PRIVATE_ID = /^[^@]+@[0-9]+(?:\.[0-9]+)*$/;

function encodeElement({ id, params }: SdElement): string {
  assert(isSdId(id), 'an SD-ID is registered, or a name and an enterprise number');
  const encoded = params.map(([name, value]) => {
    assert(isSdName(name), 'a PARAM-NAME may stand there');
    return ` ${name}="${escapeParamValue(value)}"`;
  });
  return `[${id}${encoded.join('')}]`;
}

function isMadeOf(allowed: Uint8Array, text: string, lengthMax: number): boolean {
  if (text.length < 1 || text.length > lengthMax) return false;
  for (let i = 0; i < text.length; i++) if (allowed[text.charCodeAt(i)] !== 1) return false;
  return true;
}

const isWithin = (value: number, highest: number): boolean => Number.isInteger(value) && value >= 0 && value <= highest;
