import { expect, it } from 'vitest';
import { ScoreForecast } from './score-forecast.js';

it('expects nothing of a few pairs', () => {
  const forecast = new ScoreForecast();
  for (let pair = 0; pair < 31; pair += 1) forecast.add(pair, pair);
  expect(forecast.highest(-1000, 3)).toBe(Infinity);
});

it('finds the line and the spread about it, however large the numbers', () => {
  const forecast = new ScoreForecast();
  // numpy.polyfit of exact = 2 rough + 5 with 0.25 to either side: slope 2, intercept 5, spread 0.25.
  for (let pair = 0; pair < 400; pair += 1) {
    const rough = 1e6 + Math.floor(pair / 4);
    forecast.add(rough, 2 * rough + 5 + (pair % 4 === 0 || pair % 4 === 3 ? 0.25 : -0.25));
  }
  expect(forecast.highest(1e6 - 50, 0)).toBeCloseTo(2e6 - 95, 6);
  expect(forecast.highest(1e6 - 50, 3)).toBeCloseTo(2e6 - 95 + 0.75, 6);
});

it('expects the mean where rough scores say nothing', () => {
  const forecast = new ScoreForecast();
  for (let pair = 0; pair < 40; pair += 1) forecast.add(7, pair % 2);
  expect(forecast.highest(-3, 2)).toBeCloseTo(0.5 + 2 * 0.5, 9);
});
