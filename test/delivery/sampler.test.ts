// Guards: how often the kernel's tables are looked at, for whom, and what is done where there are none.
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/delivery/acknowledgement.js';
import { Sampler, type SocketLook } from '../../src/delivery/sampler.js';
import type { SamplerAnswer } from '../../src/delivery/sampler-thread.js';
import { ManualClock } from '../support/manual-clock.js';

class FakeLook implements SocketLook {
  readonly known = new Map<number, string>();
  answer: ((readings: SamplerAnswer) => void) | undefined;
  looks = 0;
  closed = false;
  watch(key: string, number: number): void {
    this.known.set(number, key);
  }
  forget(_key: string, number: number): void {
    this.known.delete(number);
  }
  look(answer: (readings: SamplerAnswer) => void): void {
    this.looks++;
    this.answer = answer;
  }
  async close(): Promise<void> {
    this.closed = true;
  }
}

function started() {
  const clock = new ManualClock();
  const look = new FakeLook();
  const sampler = new Sampler(clock, look);
  const subject = (outstanding: () => boolean) => {
    const told: (Reading | undefined)[] = [];
    let before = 0;
    const number = sampler.watch('key', {
      beforeLook: () => {
        before++;
      },
      looked: (reading) => {
        told.push(reading);
        return outstanding();
      },
    });
    return { number, told, before: () => before };
  };
  return { clock, look, sampler, subject };
}

describe('looks', () => {
  test('begin when bytes are outstanding, 50 ms later, and end when none are', () => {
    const { clock, look, sampler, subject } = started();
    let outstanding = true;
    const one = subject(() => outstanding);
    const idle = subject(() => true);
    clock.advance(10_000);
    expect(look.looks).toBe(0);
    sampler.outstanding(one.number);
    clock.advance(49);
    expect([look.looks, one.before()]).toEqual([0, 0]);
    clock.advance(1);
    expect([look.looks, one.before()]).toEqual([1, 1]);
    look.answer?.(Float64Array.of(one.number, 12, 1, 77, idle.number, 0, 0, 78));
    expect(one.told).toEqual([{ queuedBytes: 12, holding: 'closed window', inode: 77 }]);
    expect(idle.told).toEqual([]); // it asked for nothing
    outstanding = false;
    clock.advance(50);
    look.answer?.(Float64Array.of());
    expect(one.told[1]).toBeUndefined();
    clock.advance(60_000);
    expect(look.looks).toBe(2);
    expect(clock.pending).toBe(0);
  });

  test.each([
    [1, 50],
    [10, 200],
    [40, 800],
    [130, 1000],
  ])('that take %d ms are %d ms apart', (tookMs, restMs) => {
    const { clock, look, sampler, subject } = started();
    sampler.outstanding(subject(() => true).number);
    clock.advance(50);
    clock.advance(tookMs);
    look.answer?.(Float64Array.of());
    clock.advance(restMs - 1);
    expect(look.looks).toBe(1);
    clock.advance(1);
    expect(look.looks).toBe(2);
  });

  test('are for those that are still there', () => {
    const { clock, look, sampler, subject } = started();
    const one = subject(() => true);
    sampler.outstanding(one.number);
    clock.advance(50);
    sampler.forget(one.number);
    expect(look.known.size).toBe(0);
    look.answer?.(Float64Array.of(one.number, 0, 0, 1));
    expect(one.told).toEqual([]);
    clock.advance(60_000);
    expect(look.looks).toBe(1);
  });

  test('end with the sampler', async () => {
    const { clock, look, sampler, subject } = started();
    const one = subject(() => true);
    sampler.outstanding(one.number);
    clock.advance(50);
    await sampler.close();
    look.answer?.(Float64Array.of(one.number, 0, 0, 1));
    clock.advance(60_000);
    expect([look.closed, look.looks, one.told.length]).toEqual([true, 1, 0]);
  });
});

test('where there are no tables, what the kernel had a second ago counts, while the connection is open', () => {
  const { clock, look, sampler, subject } = started();
  const one = subject(() => true);
  const gone = subject(() => true);
  sampler.outstanding(one.number);
  sampler.outstanding(gone.number);
  clock.advance(50);
  look.answer?.(null);
  clock.advance(999);
  expect(one.told).toEqual([]);
  sampler.forget(gone.number);
  clock.advance(1);
  expect(one.told).toEqual([{ queuedBytes: 0, holding: 'unknown', inode: 0 }]);
  expect(gone.told).toEqual([]);
  clock.advance(50);
  expect(look.looks).toBe(2);
});
