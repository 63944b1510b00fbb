/*
 * Open-loop pacing: event n is due at start + n / rate, whether the agent keeps up or not, so that a slow answer shows as being
 * behind and not as a lower rate.
 * Promise: at most `lanes` batches are on their way; never more events than rate × seconds.
 */
import type { Clock } from '../base/clock.js';
import { limits } from '../base/limits.js';

export interface LoadPlan {
  /** Events per second. */
  readonly rate: number;
  readonly seconds: number;
  /** Batches on their way at a time. */
  readonly lanes: number;
}

export interface LoadProgress {
  /** Handed over, answered or not. */
  readonly handed: number;
  /** Due by now. */
  readonly due: number;
  readonly elapsedMs: number;
}

const TICK_MS = 5;
const TOLD_MS = 500;

/**
 * Hands over batches as they come due, until the time is up or `signal` aborts.
 * @param hand hands over events `first` to `first + count - 1`; what it throws ends the load
 * @returns how far it came
 */
export async function pace(
  plan: LoadPlan,
  clock: Clock,
  signal: AbortSignal,
  hand: (first: number, count: number) => Promise<void>,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadProgress> {
  const startedMs = clock.now();
  const total = Math.round(plan.rate * plan.seconds);
  const onTheirWay = new Set<Promise<void>>();
  let failure: unknown;
  let handed = 0;
  let toldMs = startedMs;
  const progress = (): LoadProgress => {
    const elapsedMs = clock.now() - startedMs;
    return { handed, due: Math.min(total, Math.floor((plan.rate * elapsedMs) / 1000)), elapsedMs };
  };
  for (let now = progress(); now.elapsedMs < plan.seconds * 1000 || handed < now.due; now = progress()) {
    if (signal.aborted || failure !== undefined) break;
    // Late by more than a quarter of the run: the agent doesn't keep up, and the rest is not handed over.
    if (now.elapsedMs > plan.seconds * 1250) break;
    const count = Math.min(now.due - handed, limits.sendBatchEventsMax);
    if (count > 0 && onTheirWay.size < plan.lanes) {
      const sent: Promise<void> = hand(handed, count)
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => onTheirWay.delete(sent));
      onTheirWay.add(sent);
      handed += count;
    } else if (onTheirWay.size >= plan.lanes) {
      await Promise.race(onTheirWay);
    } else {
      await clock.sleep(TICK_MS, signal);
    }
    if (clock.now() - toldMs >= TOLD_MS) {
      toldMs = clock.now();
      onProgress(progress());
    }
  }
  await Promise.all(onTheirWay);
  if (failure !== undefined) throw failure;
  return progress();
}
