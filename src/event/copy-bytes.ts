/*
 * Copies a few bytes the faster way: a loop costs about 1 ns a byte, Buffer.copy 45 to 150 ns whatever it copies (measured).
 * Promise: as Buffer.copy where source and target are different buffers or the same bytes move down. No state.
 */

const LOOP_BYTES_MAX = 128;

/** Copies bytes `start` to `end` of `source` to `target` at `at`, where they fit; returns the offset behind them. */
export function copyBytes(target: Buffer, at: number, source: Buffer, start: number, end: number): number {
  if (end - start > LOOP_BYTES_MAX) return at + source.copy(target, at, start, end);
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from];
  return to;
}
