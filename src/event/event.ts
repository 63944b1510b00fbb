/*
 * The event as a producer hands it over in JSON: DESIGN's table as types. Admission reads these fields straight from the bytes;
 * the types are for whoever makes events (the CLI, tests) and for the reference.
 * Promise: exactly these fields exist; anything else in an event is refused by name. Owner: nobody, there is no state here.
 */

export interface EventJson {
  /** Who it happened to; left out where the door is bound to one tenant. 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly tenant?: string;
  /** Dotted lower-case name such as `orchestration.stack.create.end`: 1 to 128 of `a-z 0-9 _ - .`, no empty label; never `sluice.*`. */
  readonly type: string;
  /** What a person reads. Any Unicode text; control characters arrive as `#ooo`, ANSI sequences not at all. */
  readonly message: string;
  /** A name of severity.ts or 0 to 7; default `info`. */
  readonly severity?: string | number;
  /** RFC 3339 with an offset, no leap second; default: time of receipt. Digits after the sixth of a second are cut. */
  readonly time?: string;
  /** For receivers that drop duplicates: 1 to 64 of %d33-126 without `"` `\` `]`; default: made at admission. */
  readonly id?: string;
  /** APP-NAME: 1 to 48 of %d33-126; default: the first label of `type`. */
  readonly app?: string;
  /** PROCID, what the event is about: 1 to 128 of %d33-126; default `-`. */
  readonly resource?: string;
  /** HOSTNAME: 1 to 255 of %d33-126; default: the configuration's `identity.hostname`. */
  readonly host?: string;
  /** A name of severity.ts or 0 to 23; default: the configuration's `identity.facility`. */
  readonly facility?: string | number;
  /** Becomes the element `data@PEN` in this order: at most 32 keys (valid SD-NAMEs) and 2 KiB as encoded. */
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** The fields' names, in the order of the table. */
export const eventFields = [
  'tenant',
  'type',
  'message',
  'severity',
  'time',
  'id',
  'app',
  'resource',
  'host',
  'facility',
  'data',
] as const satisfies readonly (keyof EventJson)[];

export type EventField = (typeof eventFields)[number];
