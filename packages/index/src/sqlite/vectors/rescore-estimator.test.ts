import { expect, it } from 'vitest';
import { RescoreEstimator } from './rescore-estimator.js';

it('expects nothing of a few pairs', () => {
  const estimator = new RescoreEstimator();
  for (let pair = 0; pair < 31; pair += 1) estimator.add(pair, pair);
  expect(estimator.upperBound(-1000, 3)).toBe(Infinity);
});

it('finds the line and the spread about it, however large the numbers', () => {
  const estimator = new RescoreEstimator();
  // numpy.polyfit of rescored = 2 approximate + 5 with 0.25 to either side: slope 2, intercept 5, spread 0.25.
  for (let pair = 0; pair < 400; pair += 1) {
    const approximate = 1e6 + Math.floor(pair / 4);
    estimator.add(approximate, 2 * approximate + 5 + (pair % 4 === 0 || pair % 4 === 3 ? 0.25 : -0.25));
  }
  expect(estimator.upperBound(1e6 - 50, 0)).toBeCloseTo(2e6 - 95, 6);
  expect(estimator.upperBound(1e6 - 50, 3)).toBeCloseTo(2e6 - 95 + 0.75, 6);
});

it('expects the mean where approximate scores say nothing', () => {
  const estimator = new RescoreEstimator();
  for (let pair = 0; pair < 40; pair += 1) estimator.add(7, pair % 2);
  expect(estimator.upperBound(-3, 2)).toBeCloseTo(0.5 + 2 * 0.5, 9);
});
