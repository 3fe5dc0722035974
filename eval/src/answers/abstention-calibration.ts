/**
 * Weights of the evidence features by logistic regression, and how well they tell when to abstain.
 * @module
 */

import { calibratedScore, EVIDENCE_FEATURES, type EvidenceCalibration, type EvidenceFeature } from '@glot/rag';
import type { AskedQuestion } from './answer-figures.js';

export interface CalibrationReport {
  readonly calibration: EvidenceCalibration;
  /** On the questions that were not calibrated on. */
  readonly heldOut: {
    readonly questions: number;
    /** Area under the risk-coverage curve, less is better: by evidence, and by the best hit's similarity alone. */
    readonly riskCoverage: { readonly evidence: number; readonly topScore: number };
    /** Chance that an answerable question scores above an unanswerable one. */
    readonly separation: { readonly evidence: number; readonly topScore: number };
    readonly answeredOfAnswerable: number;
    readonly abstainedOfUnanswerable: number;
    /** Share answered and error among the answered, at every tenth of the questions. */
    readonly curve: readonly { readonly coverage: number; readonly risk: number }[];
  };
}

/** Share of the answerable questions that the default threshold lets through, with some to spare over nine tenths. */
const ANSWERED_SHARE = 0.92;
const RIDGE = 1e-3;
const STEPS = 4000;
const RATE = 0.5;

/** @param groups one list per data set: each counts the same, whatever its size */
export function calibrateAbstention(groups: readonly (readonly AskedQuestion[])[]): CalibrationReport {
  const usable = groups.map((group) => group.filter(isWhole));
  // A question and its twin without passages stay on one side.
  const side = (rest: number) => usable.map((group) => group.filter((_, i) => Math.floor(i / 2) % 2 === rest));
  const train = side(0);
  const test = side(1).flat();
  const { weights, bias, threshold } = fit(train, COMPARING);
  const calibration: EvidenceCalibration = { ...fit(train, []), few: { weights, bias, threshold } };
  const scoreOf = (question: AskedQuestion) => calibratedScore(question.evidence!.features, calibration);
  const answerable = test.filter((question) => question.answerable);
  const unanswerable = test.filter((question) => !question.answerable);
  const passes = (question: AskedQuestion) => scoreOf(question) >= calibration.threshold;
  const curve = riskCurve(test, scoreOf);
  return {
    calibration,
    heldOut: {
      questions: test.length,
      riskCoverage: { evidence: mean(curve), topScore: mean(riskCurve(test, (question) => question.topScore)) },
      separation: {
        evidence: separation(answerable, unanswerable, scoreOf),
        topScore: separation(answerable, unanswerable, (question) => question.topScore),
      },
      answeredOfAnswerable: answerable.filter(passes).length / Math.max(1, answerable.length),
      abstainedOfUnanswerable:
        unanswerable.filter((question) => !passes(question)).length / Math.max(1, unanswerable.length),
      curve: Array.from({ length: 10 }, (_, i) => {
        const at = Math.max(1, Math.round((test.length * (i + 1)) / 10));
        return { coverage: at / Math.max(1, test.length), risk: curve[at - 1] ?? 0 };
      }),
    },
  };
}

/** [questions]: share of errors among the most confident 1, 2, ... An answer is right where it cites a judged passage. */
export function riskCurve(
  questions: readonly AskedQuestion[],
  confidence: (question: AskedQuestion) => number,
): number[] {
  const ranked = [...questions].sort((a, b) => confidence(b) - confidence(a));
  let errors = 0;
  return ranked.map((question, i) => {
    if (!(question.answerable && question.citedRelevant)) errors++;
    return errors / (i + 1);
  });
}

function isWhole({ evidence }: AskedQuestion): boolean {
  return evidence !== null && EVIDENCE_FEATURES.every((name) => evidence.features[name] !== null);
}

function separation(
  above: readonly AskedQuestion[],
  below: readonly AskedQuestion[],
  score: (question: AskedQuestion) => number,
): number {
  const low = below.map(score);
  let wins = 0;
  for (const value of above.map(score)) for (const other of low) wins += value > other ? 1 : value === other ? 0.5 : 0;
  return wins / Math.max(1, above.length * below.length);
}

/** Features that need other contexts to compare with. */
const COMPARING: readonly EvidenceFeature[] = ['margin', 'spread'];

/**
 * Full-batch gradient descent on standardized features; an answerable question whose answer is wrong teaches nothing.
 * @param without features that must weigh nothing
 */
function fit(
  groups: readonly (readonly AskedQuestion[])[],
  without: readonly EvidenceFeature[],
): Omit<EvidenceCalibration, 'few'> {
  const rows = groups.flatMap((group) => {
    const taught = group.filter((question) => !question.answerable || question.citedRelevant);
    return taught.map((question) => ({
      values: EVIDENCE_FEATURES.map((name) => question.evidence!.features[name]!),
      target: question.answerable ? 1 : 0,
      weight: 1 / taught.length,
    }));
  });
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  const means = EVIDENCE_FEATURES.map(
    (_, k) => rows.reduce((sum, row) => sum + row.weight * row.values[k]!, 0) / total,
  );
  const deviations = means.map((center, k) => {
    const variance = rows.reduce((sum, row) => sum + row.weight * (row.values[k]! - center) ** 2, 0) / total;
    return Math.sqrt(variance) || 1;
  });
  const inputs = rows.map((row) => row.values.map((value, k) => (value - means[k]!) / deviations[k]!));
  const weights = means.map(() => 0);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight) => RIDGE * weight);
    let biasGradient = 0;
    inputs.forEach((input, i) => {
      const logit = input.reduce((sum, value, k) => sum + value * weights[k]!, bias);
      const error = ((1 / (1 + Math.exp(-logit)) - rows[i]!.target) * rows[i]!.weight) / total;
      input.forEach((value, k) => {
        gradient[k]! += error * value;
      });
      biasGradient += error;
    });
    gradient.forEach((value, k) => {
      // More of any evidence never speaks against an answer: what two correlated features fit by opposite signs is noise.
      if (!without.includes(EVIDENCE_FEATURES[k]!)) weights[k] = Math.max(0, weights[k]! - RATE * value);
    });
    bias -= RATE * biasGradient;
  }
  const rounded = {
    means: means.map(figures),
    deviations: deviations.map(figures),
    weights: weights.map(figures),
    bias: figures(bias),
    threshold: 0,
  };
  const scores = groups
    .flat()
    .filter((question) => question.answerable)
    .map((question) => calibratedScore(question.evidence!.features, rounded))
    .sort((a, b) => a - b);
  return { ...rounded, threshold: figures(scores[Math.floor((1 - ANSWERED_SHARE) * scores.length)] ?? 0) };
}

function figures(value: number): number {
  return Number(value.toPrecision(4));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
