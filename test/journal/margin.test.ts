// DESIGN, promise 3: resume trails the evidence by what was acknowledged in the last 30 s of progress, at most 8 MiB.
import { describe, expect, test } from 'vitest';
import { Margin } from '../../src/journal/margin.js';

const settings = { bytes: 8000, ms: 30_000 };

describe('the replay margin', () => {
  test('holds what was acknowledged in the last 30 s', () => {
    const margin = new Margin(settings, 0, 0, false);
    for (let second = 1; second <= 100; second++) margin.advance(second, 1, second * 1000, false);
    expect(margin.evidence).toBe(100);
    expect(margin.resume).toBe(70);
  });

  test('is at most its bytes, to a step of a thirty-second', () => {
    const margin = new Margin(settings, 0, 0, false);
    for (let i = 1; i <= 1000; i++) margin.advance(i, 100, i, true);
    expect(margin.resume).toBeGreaterThanOrEqual(1000 - (8000 + 250) / 100 - 1);
    expect(margin.resume).toBeLessThanOrEqual(1000 - 8000 / 100);
  });

  test('stands still while outstanding bytes make no progress, however long that takes', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, true);
    for (let second = 2; second <= 600; second++) margin.advance(10, 0, second * 1000, true);
    margin.tick(700_000);
    expect(margin.resume).toBe(0);
    // A single piece of evidence after ten minutes is not ten minutes of progress.
    margin.advance(11, 1, 701_000, true);
    expect(margin.resume).toBe(0);
  });

  test('runs out by itself when nothing is outstanding', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, false);
    margin.tick(30_999);
    expect(margin.resume).toBe(0);
    margin.tick(31_000);
    expect(margin.resume).toBe(10);
  });

  test('takes the evidence back to resume when the connection breaks, and waits for new evidence', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, false);
    margin.restart();
    expect(margin.evidence).toBe(0);
    margin.tick(3_600_000);
    expect(margin.resume).toBe(0);
    margin.advance(4, 1, 3_601_000, false);
    margin.tick(3_632_000);
    expect(margin.resume).toBe(4);
  });

  test('runs on from connection to connection, so that a receiver that breaks off every 5 s gets on', () => {
    const margin = new Margin(settings, 0, 0, false);
    let nowMs = 0;
    for (let connection = 0; connection < 12; connection++) {
      let ordinal = margin.resume;
      for (let second = 0; second < 5; second++) margin.advance((ordinal += 10), 1, (nowMs += 1000), true);
      margin.restart();
      nowMs += 60_000; // without a connection the clock stands
    }
    expect(margin.resume).toBeGreaterThanOrEqual(50);
  });

  test('never passes what the present connection has shown', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, false);
    margin.restart();
    margin.advance(4, 1, 3_600_000, false);
    margin.tick(3_700_000);
    expect([margin.resume, margin.evidence]).toEqual([4, 4]);
    margin.advance(10, 1, 3_700_001, true);
    expect(margin.resume).toBe(10);
  });

  test('counts bytes that come again once', () => {
    const margin = new Margin(settings, 0, 0, false);
    for (let round = 1; round <= 20; round++) {
      margin.advance(10, 1000, round * 10, true);
      margin.restart();
    }
    expect(margin.resume).toBe(0);
  });

  test('is nothing after a clean close', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, false);
    margin.settle();
    expect(margin.resume).toBe(10);
  });

  test('never holds what is gone', () => {
    const margin = new Margin(settings, 0, 0, false);
    margin.advance(10, 1, 1000, true);
    margin.pass(15);
    expect([margin.resume, margin.evidence]).toEqual([15, 15]);
    margin.advance(20, 1, 2000, true);
    expect(margin.resume).toBe(15);
  });
});
