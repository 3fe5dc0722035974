/**
 * What the two sides of a search say of a passage, as log-odds that it answers the query: they are added up. The formula
 * and the study that chose it: `eval/reports/fusion.md`.
 * @module
 */

import { type Chance, chanceOf, surpriseOf } from './chance.js';

/** By `pnpm tune:fusion`. */
export const WEIGHTS = {
  /** Log-odds of a passage of which neither side says anything. */
  base: -4.28,
  /** Of each natural logarithm by which chance gives a similarity more seldom than once in the index. */
  semantic: 0.62,
  /** Of full coverage of the query's words, above what many passages have. */
  lexical: 5.6,
  /** What is added to that where no vectors are believed. */
  lexicalAlone: 14.7,
} as const;

/** Share of their weight that words lose where all passages are in other languages than the query. */
const LOST_ABROAD = 0.3;

/** Logarithms of surprise within which it begins to count: what chance gives as well hardly has an order. */
const ONSET = 4;

/** Of fewer passages too little is known to say that none is an answer, */
const LEAST_PASSAGES = 50;
/** by vectors alone. */
const LEAST_PASSAGES_ALONE = 100;

/** Surprise of the best passage, as far as vectors are believed, below which none is an answer that words did not find. */
const LEAST_SURPRISE = -1;

/** The same where the query's words stand in the index, less what words found. */
const LEAST_OF_KNOWN = 2.5;

/** Share of a query's words that make its language one of the index. */
const KNOWN = 0.75;

/** Logarithms of surprise that full coverage above the usual is as good as. */
const COVERAGE_SURPRISE = 34;

/** How quickly vectors lose their say with the share of the query that they don't read. */
const UNREAD_POWER = 4;

/** The coverage that so many passages have is what the query's common words give. */
const USUAL_RANK = 20;

/** It is at most this share of the best: what more than twenty passages are about tells as well. */
const USUAL_SHARE = 0.6;

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
  /** Share of these words that stand in the index. */
  readonly known: number;
  /** Share of the index's documents that are in other languages than the query. */
  readonly foreign: number;
  /** Share of the query's letters that the encoder does not read. */
  readonly unread: number;
}

/** Of a search that asks for no words. */
export const NO_WORDS = { maxBm25: 0, words: Infinity, known: 0, foreign: 0 } as const;

/** Log-odds of one passage; their sum is that of `score`. */
export interface EvidenceParts {
  readonly base: number;
  readonly semantic: number;
  readonly lexical: number;
}

/** So many words of a query make its words count twice, and its vectors half. */
const FEW_WORDS = 2;

/** What full coverage, and one logarithm of surprise, count for: of a few words all are meant, and vectors know least. */
export function sideWeights(
  { words, foreign }: Pick<QueryFacts, 'words' | 'foreign'>,
  trust: number,
): { readonly semantic: number; readonly lexical: number } {
  const few = 1 + FEW_WORDS / Math.max(1, words);
  return {
    semantic: (WEIGHTS.semantic * trust) / few,
    lexical: WEIGHTS.lexical * few * (1 - LOST_ABROAD * foreign) + WEIGHTS.lexicalAlone * (1 - trust),
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
  /** Of the nearest passage. */
  readonly #surprise: number;

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
    this.#surprise = this.#chance === null ? 0 : surpriseOf(similarities[0]!, this.#chance);
  }

  /**
   * Whether no passage is an answer: none has many of the query's words, and the nearest is no nearer than chance brings
   * one, or vectors are not believed. Of words that are known, passages that answer hold some: what else is near is
   * seldom an answer.
   */
  isNothing(): boolean {
    const { passages, known, maxBm25 } = this.#facts;
    const enough = passages >= (maxBm25 > 0 ? LEAST_PASSAGES : LEAST_PASSAGES_ALONE);
    if (this.#chance === null || !enough || this.#best > TELLING_COVERAGE) return false;
    if (this.#trust < LEAST_TRUST && this.#best === 0) return true;
    if (this.#trust * this.#surprise < LEAST_SURPRISE) return true;
    const found = COVERAGE_SURPRISE * (this.#best - this.#usual);
    return known >= KNOWN && this.#trust * (this.#surprise - LEAST_OF_KNOWN) + found < 0;
  }

  parts(similarity: number | null, bm25: number | null): EvidenceParts {
    const coverage =
      bm25 === null ? 0 : soft(this.#coverage(bm25) - Math.min(this.#usual, USUAL_SHARE * this.#best), SOFTNESS);
    const { semantic, lexical } = sideWeights(this.#facts, this.#trust);
    return { base: WEIGHTS.base, semantic: semantic * this.#similar(similarity), lexical: lexical * coverage };
  }

  /** In other languages words can't tell passages apart: there the order of what chance gives as well is all there is. */
  #similar(similarity: number | null): number {
    if (this.#chance === null || similarity === null) return 0;
    const { foreign } = this.#facts;
    const surprise = surpriseOf(similarity, this.#chance);
    return foreign * surprise + (1 - foreign) * (soft(surprise, ONSET) - soft(0, ONSET));
  }

  #coverage(bm25: number): number {
    const { maxBm25 } = this.#facts;
    return maxBm25 > 0 ? Math.min(1, bm25 / maxBm25) : 0;
  }
}

/** What is above 0 counts, what is below for next to nothing: but more is always more. */
function soft(value: number, width: number): number {
  const steps = value / width;
  return steps > 30 ? value : width * Math.log1p(Math.exp(steps));
}
