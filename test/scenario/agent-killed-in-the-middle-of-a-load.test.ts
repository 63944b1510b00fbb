// DESIGN, promise 1: an event answered 2xx survives `kill -9` and arrives after the restart, with its own number.
import { it } from 'vitest';
import { expectAnsweredToSurvive } from '../support/kills.js';

it('every event that was answered arrives, in order, and no number stands for two events', { timeout: 120_000 }, () =>
  expectAnsweredToSurvive(4),
);
