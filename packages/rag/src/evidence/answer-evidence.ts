/**
 * Whether the packed contexts hold an answer at all, judged before anything is written: how near the question's tokens
 * come to the best context, how far that stands out from the other ones, and which of its words stand there.
 * Weighed by logistic regression, calibrated per encoder (`calibrateAbstention` of the evaluation package).
 * @module
 */

import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import type { ContextScores } from './context-scores.js';
import { EVIDENCE_FEATURES, type Evidence, type EvidenceCalibration, type EvidenceFeature } from './evidence.js';
import { CALIBRATIONS } from './evidence-calibration.js';
import { contentRows, mean, queryRows } from './sentence-evidence.js';
import { wordCoverage } from './word-coverage.js';

/** For encoders without a calibration: what has next to nothing in common with the question. */
const UNCALIBRATED_THRESHOLD = 0.3;

export function answerEvidence(
  question: string,
  vectors: TokenVectors,
  scores: ContextScores,
  encoder: Pick<Encoder, 'name' | 'countTokens'>,
): Evidence | null {
  if (scores.contexts.length === 0) return null;
  const rows = contentRows(queryRows(vectors), encoder.countTokens(question));
  const means = scores.contexts.map((context) => mean(context.maxima.subarray(rows.start, rows.end)));
  const top = means.indexOf(Math.max(...means));
  const best = scores.contexts[top]!;
  const context = means[top]!;
  const others = means.filter((_, i) => i !== top);
  const weakest = [...best.maxima.subarray(rows.start, rows.end)].sort((a, b) => a - b);
  const features: Record<EvidenceFeature, number | null> = {
    context,
    weakest: mean(weakest.slice(0, Math.max(1, Math.ceil(weakest.length / 3)))),
    sentence: Math.max(...best.sentences.map(({ maxima }) => mean(maxima.subarray(rows.start, rows.end)))),
    margin: others.length < FEWEST_OTHERS ? null : context - Math.max(...others),
    words: wordCoverage(
      question,
      scores.contexts.map(({ context }) => context.text),
    )(best.context.text),
    spread: others.length < FEWEST_OTHERS ? null : context - mean(others),
  };
  const calibration = CALIBRATIONS[encoder.name];
  if (calibration === undefined) return { score: context, threshold: UNCALIBRATED_THRESHOLD, features };
  const { threshold } = calibrationFor(features, calibration);
  return { score: calibratedScore(features, calibration), threshold, features };
}

export function calibratedScore(
  features: Readonly<Record<EvidenceFeature, number | null>>,
  calibration: EvidenceCalibration,
): number {
  const { means, deviations } = calibration;
  const { weights, bias } = calibrationFor(features, calibration);
  let logit = bias;
  EVIDENCE_FEATURES.forEach((name, i) => {
    const value = features[name];
    if (value === null) return;
    logit += (weights[i]! * (value - means[i]!)) / deviations[i]!;
  });
  return 1 / (1 + Math.exp(-logit));
}

/** What counts for these features. */
export function calibrationFor(
  features: Readonly<Record<EvidenceFeature, number | null>>,
  calibration: EvidenceCalibration,
): Pick<EvidenceCalibration, 'weights' | 'bias' | 'threshold'> {
  const whole = EVIDENCE_FEATURES.every((name) => features[name] !== null);
  return whole ? calibration : (calibration.few ?? calibration);
}

/** Fewer other contexts say nothing about how the best one stands out. */
const FEWEST_OTHERS = 3;
