import { expect, it } from 'vitest';
import { calibratedScore, calibrationFor } from './answer-evidence.js';
import type { EvidenceCalibration } from './evidence.js';
import { CALIBRATIONS } from './evidence-calibration.js';

const calibration: EvidenceCalibration = {
  means: [0, 0, 0, 0, 0, 0],
  deviations: [1, 1, 1, 1, 1, 1],
  weights: [0, 0, 0, 3, 0, 0],
  bias: 1,
  threshold: 0.1,
  few: { weights: [2, 0, 0, 0, 0, 0], bias: -1, threshold: 0.4 },
};
const features = { context: 1, weakest: 0, sentence: 0, margin: 1, words: 0, spread: 1 };

it('weighs how the best context stands out, where there are others to compare with', () => {
  expect(calibratedScore(features, calibration)).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
  expect(calibrationFor(features, calibration).threshold).toBe(0.1);
});

it('judges by the rest where there are too few, with weights and a threshold for that', () => {
  const alone = { ...features, margin: null, spread: null };
  expect(calibratedScore(alone, calibration)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  expect(calibrationFor(alone, calibration).threshold).toBe(0.4);
});

it('has such weights for the embedded encoder', () => {
  for (const { few } of Object.values(CALIBRATIONS)) {
    expect(few?.weights[3]).toBe(0);
    expect(few?.weights[5]).toBe(0);
  }
});
