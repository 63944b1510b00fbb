/*
 * ParsedMessage: where the parts of one syslog message lie in somebody's buffer, as offsets.
 * Promise: valid as long as that buffer is; nothing is copied. Owner: who made it, reused from message to message, so one
 * that a parser answered with a fault holds nothing of use.
 */
import { StructuredDataExtent } from './structured-data.js';

/** What TIMESTAMP is: of RFC 5424 (also in front of a RFC 3164 message), `Mmm dd hh:mm:ss`, or not there. */
export type TimestampForm = 'rfc5424' | 'rfc3164' | 'none';

export class ParsedMessage {
  /** PRI, 0 to 191, and what it is made of. */
  pri = 0;
  facility = 0;
  severity = 0;
  timestampForm: TimestampForm = 'none';

  // Offsets of each field; the NILVALUE "-" is one octet, a field that a RFC 3164 message doesn't have is empty (start === end).
  timestampStart = 0;
  timestampEnd = 0;
  hostnameStart = 0;
  hostnameEnd = 0;
  appNameStart = 0;
  appNameEnd = 0;
  procIdStart = 0;
  procIdEnd = 0;
  msgIdStart = 0;
  msgIdEnd = 0;
  sdStart = 0;
  sdEnd = 0;
  /** SD-ELEMENTs; 0 where STRUCTURED-DATA is "-". */
  elementCount = 0;

  /** MSG without its BOM; empty if equal. Any octets, but UTF-8 if there was a BOM. */
  messageStart = 0;
  messageEnd = 0;
  bom = false;

  /** For the parser: what the check of STRUCTURED-DATA found. */
  readonly structuredData = new StructuredDataExtent();
}
