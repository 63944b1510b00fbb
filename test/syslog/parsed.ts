// What the parsers found, as text, so that a test can say what it expects in one object.
import assert from 'node:assert/strict';
import { ParsedMessage, parseRfc5424 } from '../../src/syslog/parse.js';
import { StructuredDataWalk, unescapeParamValue } from '../../src/syslog/structured-data.js';

export type Element = { id: string; params: [name: string, value: string][] };

/** The fields of a parsed message; `message` as UTF-8 without its BOM. */
export function fieldsOf(bytes: Buffer, parsed: ParsedMessage) {
  const text = (start: number, end: number) => bytes.toString('utf8', start, end);
  return {
    facility: parsed.facility,
    severity: parsed.severity,
    timestamp: text(parsed.timestampStart, parsed.timestampEnd),
    hostname: text(parsed.hostnameStart, parsed.hostnameEnd),
    appName: text(parsed.appNameStart, parsed.appNameEnd),
    procId: text(parsed.procIdStart, parsed.procIdEnd),
    msgId: text(parsed.msgIdStart, parsed.msgIdEnd),
    elements: elementsOf(bytes, parsed.sdStart, parsed.sdEnd),
    message: text(parsed.messageStart, parsed.messageEnd),
    bom: parsed.bom,
  };
}

/** SD-ELEMENTs of checked STRUCTURED-DATA, values without their escapes. */
export function elementsOf(bytes: Buffer, start: number, end: number): Element[] {
  const elements: Element[] = [];
  const walk = new StructuredDataWalk().begin(bytes, start, end);
  while (walk.nextElement()) {
    const element: Element = { id: bytes.toString('utf8', walk.idStart, walk.idEnd), params: [] };
    while (walk.nextParam()) {
      const name = bytes.toString('utf8', walk.nameStart, walk.nameEnd);
      element.params.push([name, unescapeParamValue(bytes, walk.valueStart, walk.valueEnd)]);
    }
    elements.push(element);
  }
  return elements;
}

/** What may stand behind a message in a chunk: each would go on with it, or complete something in it. */
const tails = ['', '1 - - - - - - "] - ', '[z@1] x', '" z="1"] x', '> - x', 0x80, 0xbb].map((tail) =>
  typeof tail === 'string' ? Buffer.from(tail) : Buffer.from([tail, 0xbf, 0x80]),
);

/**
 * Parses a message that stands between other octets, as in a chunk of a stream: its fields, or the code of its fault.
 * Throws if what stands behind it makes a difference.
 */
export function parse(message: string | Buffer): ReturnType<typeof fieldsOf> | string {
  const octets = typeof message === 'string' ? Buffer.from(message) : message;
  const before = Buffer.from('<1>1 - - ');
  const [answer, ...others] = tails.map((tail) => {
    const bytes = Buffer.concat([before, octets, tail]);
    const parsed = new ParsedMessage();
    const fault = parseRfc5424(bytes, before.length, before.length + octets.length, parsed);
    return fault === undefined ? fieldsOf(bytes, parsed) : fault.code;
  });
  for (const other of others) assert.deepEqual(other, answer);
  return answer;
}
