/*
 * What the two tenants of `sluice demo` live through: a small cloud's events, some of which a filter leaves out.
 * Promise: `matching` of them pass the filter of acme's drain; all messages differ, so that a person can follow one.
 */

export interface DemoEvent {
  readonly tenant: string;
  readonly type: string;
  readonly severity: string;
  readonly resource: string;
  readonly message: string;
}

/** acme's drain takes only what happens to its stacks. */
export const acmeFilter: readonly string[] = ['stack.**'];
/** globex' drain is sent so many events per second; the rest waits. */
export const globexEventsPerS = 10;

const ACME_STACKS = 5;
const GLOBEX_EVENTS = 30;

/** acme: stacks that are made, with chatter around them that its filter leaves out. */
export const acmeEvents: readonly DemoEvent[] = Array.from({ length: ACME_STACKS }, (_, index) => {
  const stack = `web-${index + 1}`;
  const event = (type: string, severity: string, message: string): DemoEvent => ({
    tenant: 'acme',
    type,
    severity,
    resource: stack,
    message,
  });
  return [
    event('stack.create.start', 'info', `Stack ${stack} is being created`),
    event('image.pull.end', 'debug', `Image for ${stack} pulled`),
    index === 2
      ? event('stack.create.error', 'err', `Stack ${stack} failed: the quota of volumes is used up`)
      : event('stack.create.end', 'notice', `Stack ${stack} is up`),
  ];
}).flat();

/** globex: an autoscaler in a hurry. */
export const globexEvents: readonly DemoEvent[] = Array.from({ length: GLOBEX_EVENTS }, (_, index) => ({
  tenant: 'globex',
  type: 'group.scale.up',
  severity: index % 10 === 9 ? 'warning' : 'info',
  resource: 'group-7',
  message: `Group group-7 grows to ${index + 4} servers`,
}));
