import type { EvidenceCalibration } from './answer-evidence.js';

/** By encoder name; weights written by the evaluation package's `calibrate-abstention`. */
export const CALIBRATIONS: Readonly<Record<string, EvidenceCalibration>> = {
  /**
   * 330 questions, each also without its passages: xquad en, ar, zh, squad ja and fr (translated), faquad pt, xquad
   * across languages. The threshold is set by hand: without the set across languages, where this encoder is too weak
   * to be sure, it answers 94 % of the answerable questions (92 % of those not calibrated on) and abstains from 57 %
   * (61 %) of the others.
   */
  'glot-colbert-mini': {
    means: [0.6236, 0.4165, 0.5591, 0.06903, 0.3775, 0.1062],
    deviations: [0.09449, 0.0843, 0.1086, 0.06837, 0.2187, 0.07264],
    weights: [0, 0, 0.545, 0.6311, 1.064, 2.041],
    bias: 0.1705,
    threshold: 0.08,
  },
};
