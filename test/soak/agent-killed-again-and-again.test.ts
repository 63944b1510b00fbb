// The long form of the kills: FAULTS F1 in a hundred rounds.
import { it } from 'vitest';
import { expectAnsweredToSurvive } from '../support/kills.js';

it('every event that was answered survives a hundred kills', { timeout: 1_800_000 }, () =>
  expectAnsweredToSurvive(100),
);
