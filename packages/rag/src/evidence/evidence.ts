/**
 * What tells whether passages hold an answer, and how it is weighed.
 * @module
 */
export const EVIDENCE_FEATURES = ['context', 'weakest', 'sentence', 'margin', 'words', 'spread'] as const;

export type EvidenceFeature = (typeof EVIDENCE_FEATURES)[number];

export interface Evidence {
  /** 0 to 1 where the encoder is calibrated: comparable between questions; else the similarity of the best context. */
  readonly score: number;
  /** The default of `minEvidence`. */
  readonly threshold: number;
  /** Null where there are too few contexts to compare with: says nothing either way. */
  readonly features: Readonly<Record<EvidenceFeature, number | null>>;
}

export interface EvidenceCalibration {
  /** Of the features, in the order of `EVIDENCE_FEATURES`, as the weights expect them. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
  readonly threshold: number;
  /** In place of them where there are too few contexts to compare with: `margin` and `spread` then weigh nothing. */
  readonly few?: Pick<EvidenceCalibration, 'weights' | 'bias' | 'threshold'>;
}
