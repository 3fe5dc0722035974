/**
 * What the two sides of a search say of a passage, as log-odds that it answers the query: they are added up. The formula
 * and the study that chose it: `eval/reports/fusion.md`.
 * @module
 */

/** By `pnpm tune:fusion`. */
export const WEIGHTS = {
  /** Log-odds of a passage of which neither side says anything. */
  base: -3.98,
  /** Of each natural logarithm by which chance gives a similarity more seldom than once in the index. */
  semantic: 0.55,
  /** Of full coverage of the query's words, above what many passages have. */
  lexical: 5.6,
  /** What is added to that where no vectors are believed. */
  lexicalAlone: 14.7,
} as const;

/** Below this share the best passage is no answer. */
const FLOOR = 0.013;

/** Fewer passages do not show what chance gives. */
const LEAST_PASSAGES = 100;

/** How quickly vectors lose their say with the share of the query that they don't read. */
const UNREAD_POWER = 4;

/** The coverage that so many passages have is what the query's common words give. */
const USUAL_RANK = 20;

/** Of coverage. */
const SOFTNESS = 0.02;

/** What vectors that are not believed still say: it settles ties. */
const TIE_TRUST = 0.005;

/** Vectors that are believed less have found nothing by themselves. */
const LEAST_TRUST = 0.01;

/** Where a passage has so much of a query's words, they were found. */
const TELLING_COVERAGE = 0.2;

/** What is known of a query and an index. */
export interface QueryFacts {
  /** That could be found. */
  readonly passages: number;
  /** BM25 of a text that holds every word of the query saturated. */
  readonly maxBm25: number;
  /** Of the query, without those that tell nothing. */
  readonly words: number;
  /** Share of the query's letters that the encoder does not read. */
  readonly unread: number;
}

/** Log-odds of one passage; their sum is that of `score`. */
export interface EvidenceParts {
  readonly base: number;
  readonly semantic: number;
  readonly lexical: number;
}

/** So many words of a query make its words count twice, and its vectors half. */
const FEW_WORDS = 2;

/** What full coverage, and one logarithm of surprise, count for: of a few words all are meant, and vectors know least. */
export function sideWeights(words: number, trust: number): { readonly semantic: number; readonly lexical: number } {
  const few = 1 + FEW_WORDS / Math.max(1, words);
  return {
    semantic: (WEIGHTS.semantic * trust) / few,
    lexical: WEIGHTS.lexical * few + WEIGHTS.lexicalAlone * (1 - trust),
  };
}

/** Log-odds as a share. */
export function shareOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

export function logOddsOf({ base, semantic, lexical }: EvidenceParts): number {
  return base + semantic + lexical;
}

export class Evidence {
  readonly #chance: Chance | null;
  readonly #facts: QueryFacts;
  /** How far vectors are believed, 0..1. */
  readonly #trust: number;

  /** Coverage of the query's words that many passages have. */
  readonly #usual: number;
  readonly #best: number;

  /**
   * @param similarities the highest of the index, best first; none where vectors are not asked
   * @param bm25 likewise
   */
  constructor(similarities: readonly number[], bm25: readonly number[], facts: QueryFacts) {
    this.#facts = facts;
    this.#best = this.#coverage(bm25[0] ?? 0);
    this.#usual = this.#coverage(bm25[USUAL_RANK - 1] ?? 0);
    this.#chance = chanceOf(similarities, facts.passages);
    this.#trust = this.#chance === null ? 0 : Math.max(TIE_TRUST, (1 - facts.unread) ** UNREAD_POWER);
  }

  /**
   * Whether a passage with these parts, the best, is no answer: it is no nearer than chance brings one, or vectors are not
   * believed, and no passage has many of the words.
   */
  isNothing({ base, semantic, lexical }: EvidenceParts): boolean {
    if (this.#chance === null || this.#facts.passages < LEAST_PASSAGES || this.#best > TELLING_COVERAGE) return false;
    return shareOf(base + semantic + lexical) < FLOOR || (this.#trust < LEAST_TRUST && this.#best === 0);
  }

  parts(similarity: number | null, bm25: number | null): EvidenceParts {
    const coverage = bm25 === null ? 0 : above(this.#coverage(bm25) - this.#usual);
    const surprise = this.#chance === null || similarity === null ? 0 : surpriseOf(similarity, this.#chance);
    const { semantic, lexical } = sideWeights(this.#facts.words, this.#trust);
    return { base: WEIGHTS.base, semantic: semantic * surprise, lexical: lexical * coverage };
  }

  #coverage(bm25: number): number {
    const { maxBm25 } = this.#facts;
    return maxBm25 > 0 ? Math.min(1, bm25 / maxBm25) : 0;
  }
}

/** What stands above the usual counts, what is below for next to nothing: but more is always more. */
function above(coverage: number): number {
  const steps = coverage / SOFTNESS;
  return steps > 30 ? coverage : SOFTNESS * Math.log1p(Math.exp(steps));
}

/** How similar passages are to a query that they have nothing to do with: as if drawn from a normal distribution. */
interface Chance {
  readonly mean: number;
  readonly deviation: number;
  readonly passages: number;
}

/** A similarity's usual deviation, in so many passages' stead: few passages show little of it. */
const USUAL_DEVIATION = 0.03;
const USUAL_PASSAGES = 8;

/**
 * The line through similarities over the quantiles of their ranks: the same however many of the passages are at hand.
 * @param similarities best first
 */
function chanceOf(similarities: readonly number[], passages: number): Chance | null {
  const { length } = similarities;
  if (length === 0) return null;
  const all = Math.max(passages, length);
  const quantiles = similarities.map((_, rank) => quantile(1 - (rank + 0.5) / all));
  const meanRank = mean(quantiles);
  const meanScore = mean(similarities);
  let products = 0;
  let squares = 0;
  for (let at = 0; at < length; at += 1) {
    products += (quantiles[at]! - meanRank) * (similarities[at]! - meanScore);
    squares += (quantiles[at]! - meanRank) ** 2;
  }
  const slope = squares > 0 ? products / squares : 0;
  const variance = (length * slope ** 2 + USUAL_PASSAGES * USUAL_DEVIATION ** 2) / (length + USUAL_PASSAGES);
  const deviation = Math.sqrt(variance);
  return { mean: meanScore - deviation * meanRank, deviation, passages: all };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Minus the logarithm of how many passages of the index chance would make as similar. */
function surpriseOf(similarity: number, { mean, deviation, passages }: Chance): number {
  return -Math.log(passages) - logTail((similarity - mean) / deviation);
}

/** ln of the share of a normal distribution that is above z (Abramowitz and Stegun 26.2.17, 26.2.12). */
function logTail(z: number): number {
  const above = Math.abs(z);
  if (above > 5) {
    const log = -(z * z) / 2 - Math.log(above * Math.sqrt(2 * Math.PI)) + Math.log1p(-1 / (z * z) + 3 / z ** 4);
    return z > 0 ? log : Math.log1p(-Math.exp(log));
  }
  const t = 1 / (1 + 0.2316419 * above);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? Math.log(tail) : Math.log1p(-tail);
}

/** Of a normal distribution (Abramowitz and Stegun 26.2.23; errs by less than 0.0005). */
function quantile(share: number): number {
  if (share > 0.5) return -quantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(share));
  return (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
}
