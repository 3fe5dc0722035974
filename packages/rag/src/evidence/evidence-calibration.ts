import type { EvidenceCalibration } from './evidence.js';

/** By encoder name; written by `pnpm calibrate:abstention`. */
export const CALIBRATIONS: Readonly<Record<string, EvidenceCalibration>> = {
  /**
   * Encoder 943b5849a4ff; 1063 questions, each also without its passages, of
   * squad-fr-translated-test, squad-ja-translated-test, faquad-dev, cmrc2018-dev-third, arcd-test, xquad-it-from-squad-it.
   * Of the half not fitted: 94 % of the answerable answered, 40 % of the others abstained from.
   */
  'glot-colbert-mini': {
    means: [0.6908, 0.5358, 0.6522, 0.0547, 0.3902, 0.08471],
    deviations: [0.08121, 0.09036, 0.09, 0.05671, 0.2254, 0.06008],
    weights: [0, 0, 0.1721, 0.7078, 0.7977, 1.378],
    bias: 0.265,
    threshold: 0.1042,
    few: {
      weights: [0.2768, 0.3354, 0.3915, 0, 1.17, 0],
      bias: -0.06401,
      threshold: 0.1465,
    },
  },
};
