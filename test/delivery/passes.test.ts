// Guards: drains are written to at once when few are awake, and gathered when many are.
import { describe, expect, test } from 'vitest';
import { Passes } from '../../src/delivery/passes.js';
import { ManualClock } from '../support/manual-clock.js';

function started(count: number) {
  const clock = new ManualClock();
  const passes = new Passes(clock);
  const flushes: number[] = Array(count).fill(0);
  const drains = flushes.map((_, index) => ({
    flush: () => {
      flushes[index]++;
    },
  }));
  const wakeAll = () => drains.forEach((drain) => passes.wake(drain));
  return { clock, passes, flushes, drains, wakeAll, total: () => flushes.reduce((sum, n) => sum + n, 0) };
}

const microtasks = () => Promise.resolve();

describe('a pass', () => {
  test('comes at once for a single drain, and visits it once however often it was woken', async () => {
    const { passes, drains, flushes } = started(1);
    passes.wake(drains[0]);
    passes.wake(drains[0]);
    expect(flushes).toEqual([0]);
    await microtasks();
    expect(flushes).toEqual([1]);
  });

  test('rests after one over a thousand drains, for 30 ms, and then visits each once', async () => {
    const { clock, wakeAll, total } = started(1000);
    wakeAll();
    await microtasks();
    expect(total()).toBe(1000);
    wakeAll();
    clock.advance(10);
    wakeAll();
    await microtasks();
    expect(total()).toBe(1000);
    clock.advance(20);
    expect(total()).toBe(2000);
  });

  test('rests no longer than 50 ms, over ten thousand', async () => {
    const { clock, wakeAll, total } = started(10_000);
    wakeAll();
    await microtasks();
    wakeAll();
    clock.advance(50);
    expect(total()).toBe(20_000);
  });

  test('that takes longer than 10 ms goes on in the next turn, before drains that were woken since', async () => {
    const clock = new ManualClock();
    const passes = new Passes(clock);
    const visits: number[] = [];
    const drains = Array.from({ length: 30 }, (_, index) => ({
      flush: () => {
        visits.push(index);
        clock.advance(1);
      },
    }));
    for (const drain of drains) passes.wake(drain);
    await microtasks();
    expect(visits).toHaveLength(10);
    passes.wake(drains[0]);
    await microtasks();
    expect(visits).toHaveLength(10);
    clock.advance(100);
    expect(visits).toEqual([...drains.keys(), 0]);
  });

  test('gives the event loop a turn when a drain wakes itself again and again', async () => {
    const clock = new ManualClock();
    const passes = new Passes(clock);
    let flushes = 0;
    const greedy = {
      flush: () => {
        flushes++;
        passes.wake(greedy);
      },
    };
    passes.wake(greedy);
    for (let n = 0; n < 100; n++) await microtasks();
    expect(flushes).toBe(16);
    clock.advance(1);
    for (let n = 0; n < 100; n++) await microtasks();
    expect(flushes).toBe(32);
  });

  test('comes at once again after a quiet time', async () => {
    const { clock, wakeAll, total } = started(1000);
    wakeAll();
    await microtasks();
    clock.advance(1000);
    wakeAll();
    await microtasks();
    expect(total()).toBe(2000);
  });
});

test('a pass that takes long is followed by its rest all the same, so that the event loop gets a turn', async () => {
  const clock = new ManualClock();
  const passes = new Passes(clock);
  let visits = 0;
  const drains = Array.from({ length: 100 }, () => ({
    flush: () => {
      visits++;
      clock.advance(0.099); // 9.9 ms in all, with a rest of 3 ms
    },
  }));
  drains.forEach((drain) => passes.wake(drain));
  await microtasks();
  drains.forEach((drain) => passes.wake(drain));
  for (let n = 0; n < 100; n++) await microtasks();
  expect(visits).toBe(100);
  clock.advance(3);
  expect(visits).toBe(200);
});
