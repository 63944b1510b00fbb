/*
 * One frame as it arrived → what a person or a program wants to read of it.
 * Promise: never throws; what is no RFC 5424 message comes back with the fault's sentence and the text as it was.
 */
import { severityNames } from '../event/severity.js';
import { type ParsedMessage, parseRfc5424 } from '../syslog/parse.js';
import { StructuredDataWalk, unescapeParamValue } from '../syslog/structured-data.js';

/** One received message; header fields that were "-" are absent. */
export interface ReceivedMessage {
  readonly time?: string;
  /** Such as `warning`. */
  readonly severity: string;
  readonly facility: number;
  readonly host?: string;
  readonly app?: string;
  readonly resource?: string;
  /** `type` of the sluice@ element; MSGID where there is none. */
  readonly type?: string;
  readonly tenant?: string;
  readonly id?: string;
  /** Of the `meta` element (RFC 5424 7.3.1). */
  readonly sequenceId?: number;
  /** Bytes that were cut off the message on its way. */
  readonly truncated?: number;
  /** The other elements: id → name → value (the last one, if a name came twice). */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly message: string;
}

export type ReadFrame =
  | { readonly ok: true; readonly message: ReceivedMessage }
  | { readonly ok: false; readonly fault: string; readonly text: string };

/** Reads octets `start` to `end`. @param parsed is overwritten */
export function readFrame(bytes: Buffer, start: number, end: number, parsed: ParsedMessage): ReadFrame {
  const fault = parseRfc5424(bytes, start, end, parsed);
  if (fault)
    return { ok: false, fault: `${fault.message} (${fault.clause})`, text: bytes.toString('utf8', start, end) };
  const elements = readElements(bytes, parsed);
  const ours = Object.keys(elements).find((id) => id.startsWith('sluice@'));
  const { [ours ?? '']: sluice = {}, meta = {}, ...data } = elements;
  const field = (from: number, to: number) => {
    const text = bytes.toString('utf8', from, to);
    return text === '-' ? undefined : text;
  };
  const fields = {
    time: field(parsed.timestampStart, parsed.timestampEnd),
    host: field(parsed.hostnameStart, parsed.hostnameEnd),
    app: field(parsed.appNameStart, parsed.appNameEnd),
    resource: field(parsed.procIdStart, parsed.procIdEnd),
    type: sluice['type'] ?? field(parsed.msgIdStart, parsed.msgIdEnd),
    tenant: sluice['tenant'],
    id: sluice['id'],
    sequenceId: numberOf(meta['sequenceId']),
    truncated: numberOf(sluice['truncated']),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    ok: true,
    message: {
      ...known,
      severity: severityNames[parsed.severity],
      facility: parsed.facility,
      data,
      message: bytes.toString('utf8', parsed.messageStart, parsed.messageEnd),
    },
  };
}

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function readElements(bytes: Buffer, parsed: ParsedMessage): Record<string, Record<string, string>> {
  const elements: Record<string, Record<string, string>> = Object.create(null) as Record<
    string,
    Record<string, string>
  >;
  const walk = new StructuredDataWalk().begin(bytes, parsed.sdStart, parsed.sdEnd);
  while (walk.nextElement()) {
    const params: Record<string, string> = Object.create(null) as Record<string, string>;
    while (walk.nextParam()) {
      const name = bytes.toString('latin1', walk.nameStart, walk.nameEnd);
      params[name] = unescapeParamValue(bytes, walk.valueStart, walk.valueEnd);
    }
    elements[bytes.toString('latin1', walk.idStart, walk.idEnd)] = params;
  }
  return elements;
}
