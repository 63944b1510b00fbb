/*
 * The one shape of a long-lived part (STYLE 18): `run` settles when the part has stopped.
 */

export interface Service {
  /** For the log: what stopped, or failed to. */
  readonly name: string;
  /** Works until `signal` aborts, then drains what it may and settles. Rejects only for a failure that the agent can't live with. */
  run(signal: AbortSignal): Promise<void>;
}
