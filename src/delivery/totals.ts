/*
 * What a fleet has done since its start, as plain counters: cheap enough for the hot path. Owner: the fleet.
 */
export type Totals = Pick<FleetTotals, 'connections' | 'dials' | 'dialsFailed' | 'writes' | 'frames' | 'bytes'>;

export class FleetTotals {
  /** Open now. */
  connections = 0;
  /** Connections begun … */
  dials = 0;
  /** … and those that never opened, with names that didn't resolve and addresses that were refused. */
  dialsFailed = 0;
  writes = 0;
  /** Frames written, again and again as they were sent. */
  frames = 0;
  /** Bytes of frames, before TLS. */
  bytes = 0;

  wrote(frames: number, bytes: number): void {
    this.writes++;
    this.frames += frames;
    this.bytes += bytes;
  }

  /** The counters as they are now. */
  copy(): Totals {
    const { connections, dials, dialsFailed, writes, frames, bytes } = this;
    return { connections, dials, dialsFailed, writes, frames, bytes };
  }
}
