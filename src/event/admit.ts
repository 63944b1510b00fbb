/*
 * Admission: what a producer sent → an event in the form in which it travels on, or one named refusal.
 * Promise: no input crashes it; what it admits is a valid RFC 5424 message without a control character, on one line.
 * Worst case: linear in the input, 256 KiB at most. Owner: the doors; one Admission serves all of them between two turns of the
 * event loop, since its buffers are reused from call to call.
 */
import { assert } from '../base/assert.js';
import type { Chance, Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';
import { isHeaderField } from '../syslog/encode.js';
import { JsonAdmission } from './admit-json.js';
import { SyslogAdmission, type SyslogDoor } from './admit-syslog.js';
import type { EncodedEvent, Refusal } from './encoded.js';
import { EventIds } from './event-ids.js';
import { Names } from './names.js';
import { type Identity, Prefix } from './prefix.js';

export type { SyslogDoor } from './admit-syslog.js';
export type { Identity } from './prefix.js';

export class Admission {
  /** The event of the last call that returned undefined, valid until the next call. */
  readonly event: EncodedEvent;
  readonly #json: JsonAdmission;
  readonly #syslog: SyslogAdmission;

  /**
   * @param identity who messages come from; checked by the settings, asserted here
   * @param clock `wall()` is the TIMESTAMP of events without a time
   * @param chance for the ids of events without one
   */
  constructor(identity: Identity, clock: Clock, chance: Chance) {
    assert(isHeaderField(identity.hostname, limits.hostnameLengthMax), 'identity.hostname is a HOSTNAME');
    assert(identity.facility >= 0 && identity.facility <= 23, 'identity.facility is 0 to 23');
    const prefix = new Prefix(identity, clock);
    const names = new Names();
    const ids = new EventIds(chance);
    this.event = {
      tenant: '',
      type: '',
      severity: 0,
      prefix: prefix.bytes,
      headBytes: 0,
      sdBytes: 0,
      sluiceElementBytes: 0,
      message: prefix.bytes,
      messageStart: 0,
      messageEnd: 0,
    };
    this.#json = new JsonAdmission(prefix, names, ids, identity.facility, this.event);
    this.#syslog = new SyslogAdmission(prefix, names, ids, identity.enterpriseId, this.event);
  }

  /**
   * One JSON event: bytes `start` to `end`, such as a line of NDJSON without its LF.
   * @param boundTenant the tenant of the door's credential: the event need not name it, and must not name another
   * @returns undefined, and `event` is filled; or why it was refused
   */
  json(bytes: Buffer, start: number, end: number, boundTenant?: string): Refusal | undefined {
    return this.#json.admit(bytes, start, end, boundTenant);
  }

  /**
   * One message of RFC 5424, or of RFC 3164 where the door fixes the tenant: octets `start` to `end`, without their framing.
   * @returns undefined, and `event` is filled; or why it was refused
   */
  syslog(bytes: Buffer, start: number, end: number, door: SyslogDoor): Refusal | undefined {
    return this.#syslog.admit(bytes, start, end, door);
  }
}
