import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import type { ContextScores, ScoredContext } from './context-scores.js';
import { CALIBRATIONS } from './evidence-calibration.js';
import { queryRows } from './sentence-evidence.js';

/**
 * Whether the packed contexts hold an answer at all, judged before anything is written: how near the question's tokens
 * come to the best context, how far that stands out from the other ones, and which of its words stand there.
 * Weighed by logistic regression, calibrated per encoder (`calibrateAbstention` of the evaluation package).
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
}

/** For encoders without a calibration: what has next to nothing in common with the question. */
const UNCALIBRATED_THRESHOLD = 0.3;

const words = new Intl.Segmenter('en', { granularity: 'word' });

export function answerEvidence(
  question: string,
  vectors: TokenVectors,
  scores: ContextScores,
  encoder: Pick<Encoder, 'name' | 'countTokens'>,
): Evidence | null {
  if (scores.contexts.length === 0) return null;
  const rows = contentRows(queryRows(vectors), encoder.countTokens(question));
  const means = scores.contexts.map((context) => meanOf(context.maxima.subarray(rows.start, rows.end)));
  const top = means.indexOf(Math.max(...means));
  const best = scores.contexts[top]!;
  const context = means[top]!;
  const others = means.filter((_, i) => i !== top);
  const weakest = [...best.maxima.subarray(rows.start, rows.end)].sort((a, b) => a - b);
  const features: Record<EvidenceFeature, number | null> = {
    context,
    weakest: meanOf(weakest.slice(0, Math.max(1, Math.ceil(weakest.length / 3)))),
    sentence: Math.max(...best.sentences.map(({ maxima }) => meanOf(maxima.subarray(rows.start, rows.end)))),
    margin: others.length < FEWEST_OTHERS ? null : context - Math.max(...others),
    words: wordCoverage(question, best, scores.contexts),
    spread: others.length < FEWEST_OTHERS ? null : context - meanOf(others),
  };
  const calibration = CALIBRATIONS[encoder.name];
  if (calibration === undefined) return { score: context, threshold: UNCALIBRATED_THRESHOLD, features };
  return { score: calibratedScore(features, calibration), threshold: calibration.threshold, features };
}

export function calibratedScore(
  features: Readonly<Record<EvidenceFeature, number | null>>,
  { means, deviations, weights, bias }: EvidenceCalibration,
): number {
  let logit = bias;
  EVIDENCE_FEATURES.forEach((name, i) => {
    const value = features[name];
    if (value === null) return;
    logit += (weights[i]! * (value - means[i]!)) / deviations[i]!;
  });
  return 1 / (1 + Math.exp(-logit));
}

/** The rows of the question's own tokens: without the markers in front and the expansion behind. */
function contentRows(rows: number, tokens: number): { start: number; end: number } {
  const start = rows === tokens || rows <= MARKERS ? 0 : rows < tokens ? MARKERS : Math.min(MARKERS, rows - tokens);
  return { start, end: Math.max(start + 1, Math.min(rows, start + tokens)) };
}

/** Fewer other contexts say nothing about how the best one stands out. */
const FEWEST_OTHERS = 3;

/** BOS and the query prefix. */
const MARKERS = 2;

/**
 * Share of the question's words that stand in the best context, each weighed by how rare it is among the contexts: a
 * word of all of them says little, a word of none speaks against them all.
 */
function wordCoverage(question: string, best: ScoredContext, contexts: readonly ScoredContext[]): number {
  const sets = contexts.map(({ context }) => wordSet(context.text));
  const inBest = sets[contexts.indexOf(best)]!;
  let covered = 0;
  let all = 0;
  for (const word of wordSet(question)) {
    const holding = sets.reduce((count, set) => count + (set.has(word) ? 1 : 0), 0);
    const weight = Math.log(1 + (sets.length + 1) / (holding + 0.5));
    all += weight;
    if (inBest.has(word)) covered += weight;
  }
  return all === 0 ? 0 : covered / all;
}

function wordSet(text: string): Set<string> {
  const found = new Set<string>();
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) found.add(segment);
  }
  return found;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}
