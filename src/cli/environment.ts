/*
 * The only reader of process.env: what the person's shell says, as named fields.
 * Promise: read once per process; a variable that is set to nothing counts as not set.
 */

export interface Environment {
  /** SLUICE_URL: where the agent is. */
  readonly url: string | undefined;
  /** NO_COLOR (no-color.org) or a terminal that says it is dumb. */
  readonly plain: boolean;
}

/** What the shell that started this process says. */
export const environment = (): Environment => ({
  url: process.env['SLUICE_URL'] || undefined,
  plain: Boolean(process.env['NO_COLOR']) || process.env['TERM'] === 'dumb',
});
