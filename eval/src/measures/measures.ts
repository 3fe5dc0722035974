/**
 * Retrieval measures with trec_eval's definitions and ir_measures' names: `nDCG@10`, `R@100`, `RR@10`, `AP`, `P@5`,
 * `Success@1`; `(rel=2)` sets the lowest relevance that counts (default 1), but for nDCG, which takes every positive
 * relevance as its gain.
 * @module
 */

import { GlotError } from '@glot/errors';

export interface Measure {
  readonly name: string;
  /** @param ranking passage ids, best first @param judgements passage id -> relevance, of one query */
  compute(ranking: readonly string[], judgements: ReadonlyMap<string, number>): number;
}

interface Relevance {
  /** Relevance by rank, unjudged 0; cut at k. */
  readonly ranked: readonly number[];
  readonly judgements: ReadonlyMap<string, number>;
  readonly level: number;
  readonly cutoff: number;
}

type Formula = (relevance: Relevance) => number;

const FORMULAS: Readonly<Record<string, { readonly formula: Formula; readonly needsCutoff: boolean }>> = {
  nDCG: { formula: ndcg, needsCutoff: false },
  R: { formula: recall, needsCutoff: false },
  RR: { formula: reciprocalRank, needsCutoff: false },
  AP: { formula: averagePrecision, needsCutoff: false },
  P: { formula: precision, needsCutoff: true },
  Success: { formula: success, needsCutoff: true },
};

const NAME = /^([A-Za-z]+)(?:\(rel=(\d+)\))?(?:@([1-9]\d*))?$/;

/**
 * The measure of that name.
 *
 * @throws GlotError `eval.unknown-measure`
 * @example
 * parseMeasure('nDCG@10').compute(['d2', 'd1'], new Map([['d1', 1]])); // 0.63
 */
export function parseMeasure(name: string): Measure {
  const [, base, level, k] = NAME.exec(name) ?? [];
  const entry = base !== undefined && Object.hasOwn(FORMULAS, base) ? FORMULAS[base] : undefined;
  if (entry === undefined || (entry.needsCutoff && k === undefined) || (base === 'nDCG' && level !== undefined)) {
    throw new GlotError(
      'eval.unknown-measure',
      `there is no measure ${name}; try nDCG@10, R@100, RR@10, AP, P@5 or Success@1`,
      {
        details: { name },
      },
    );
  }
  const cutoff = k === undefined ? Number.POSITIVE_INFINITY : Number(k);
  return {
    name,
    compute(ranking, judgements) {
      const top = cutoff < ranking.length ? ranking.slice(0, cutoff) : ranking;
      const ranked = top.map((id) => judgements.get(id) ?? 0);
      return entry.formula({ ranked, judgements, level: Number(level ?? 1), cutoff });
    },
  };
}

/** Gain = relevance where positive, discount log2(rank + 1), over the same sum of the best possible ranking. */
function ndcg({ ranked, judgements, cutoff }: Relevance): number {
  const ideal = [...judgements.values()].sort((a, b) => b - a).slice(0, Math.min(cutoff, judgements.size));
  const best = discountedGain(ideal);
  return best === 0 ? 0 : discountedGain(ranked) / best;
}

function discountedGain(relevances: readonly number[]): number {
  return relevances.reduce((sum, gain, i) => (gain > 0 ? sum + gain / Math.log2(i + 2) : sum), 0);
}

function recall(relevance: Relevance): number {
  const relevant = relevantCount(relevance);
  return relevant === 0 ? 0 : retrievedRelevant(relevance) / relevant;
}

function reciprocalRank({ ranked, level }: Relevance): number {
  return 1 / (ranked.findIndex((value) => value >= level) + 1 || Number.POSITIVE_INFINITY);
}

/** Mean over the relevant passages of the precision at their ranks; 0 for those not retrieved. */
function averagePrecision(relevance: Relevance): number {
  const relevant = relevantCount(relevance);
  let found = 0;
  let sum = 0;
  relevance.ranked.forEach((value, i) => {
    if (value >= relevance.level) sum += ++found / (i + 1);
  });
  return relevant === 0 ? 0 : sum / relevant;
}

/** Over k, also where fewer passages were retrieved. */
function precision(relevance: Relevance): number {
  return retrievedRelevant(relevance) / relevance.cutoff;
}

function success(relevance: Relevance): number {
  return retrievedRelevant(relevance) > 0 ? 1 : 0;
}

function retrievedRelevant({ ranked, level }: Relevance): number {
  return ranked.reduce((count, value) => (value >= level ? count + 1 : count), 0);
}

function relevantCount({ judgements, level }: Relevance): number {
  let count = 0;
  for (const value of judgements.values()) if (value >= level) count++;
  return count;
}
