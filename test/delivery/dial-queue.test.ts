// Guards: the agent as a whole dials no more often than it may (FAULTS F14).
import { expect, test } from 'vitest';
import { DialQueue } from '../../src/delivery/dial-queue.js';
import { ManualClock } from '../support/manual-clock.js';

test('fifty at once, then fifty a second, in the order of asking', () => {
  const clock = new ManualClock();
  const queue = new DialQueue(50, clock);
  const dialled: number[] = [];
  for (let n = 0; n < 1000; n++) queue.ask(() => dialled.push(n));
  expect(dialled).toHaveLength(50);
  for (let second = 1; second <= 19; second++) {
    clock.advance(1000);
    expect(dialled.length).toBeGreaterThan(50 * second + 40);
    expect(dialled.length).toBeLessThanOrEqual(50 * second + 50);
  }
  clock.advance(2000);
  expect(dialled).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  expect(clock.pending).toBe(0);
});

test('a drain that no longer wants to dial costs nobody a turn', () => {
  const clock = new ManualClock();
  const queue = new DialQueue(1, clock);
  const dialled: string[] = [];
  const second = () => void dialled.push('second');
  queue.ask(() => dialled.push('first'));
  queue.ask(second);
  queue.ask(() => dialled.push('third'));
  queue.leave(second);
  clock.advance(1000);
  expect(dialled).toEqual(['first', 'third']);
});

test('nobody dials after the end', () => {
  const clock = new ManualClock();
  const queue = new DialQueue(1, clock);
  let dialled = 0;
  for (let n = 0; n < 3; n++) queue.ask(() => dialled++);
  queue.close();
  clock.advance(10_000);
  expect(dialled).toBe(1);
});
