import type { EvidenceCalibration } from './answer-evidence.js';

/** By encoder name; written by `pnpm calibrate:abstention`. */
export const CALIBRATIONS: Readonly<Record<string, EvidenceCalibration>> = {
  /**
   * Encoder df4f2786f7ee; 1063 questions, each also without its passages, of
   * squad-fr-translated-test, squad-ja-translated-test, faquad-dev, cmrc2018-dev-third, arcd-test, xquad-it-from-squad-it.
   * Of the half not fitted: 92 % of the answerable answered, 46 % of the others abstained from.
   */
  'glot-colbert-mini': {
    means: [0.6354, 0.4287, 0.5705, 0.06237, 0.3884, 0.0981],
    deviations: [0.08781, 0.08637, 0.1021, 0.06295, 0.2215, 0.06712],
    weights: [0, 0, 0.6145, 0.8002, 0.6532, 0.8514],
    bias: 0.2074,
    threshold: 0.1307,
  },
};
