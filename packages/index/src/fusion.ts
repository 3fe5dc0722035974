/** One passage with its score on one side of the search. */
export interface Ranked {
  readonly passageId: number;
  readonly score: number;
}

/** BM25's term saturation, as FTS5 has it. */
export const BM25_K1 = 1.2;

/** Weight of full word coverage against one standard deviation of MaxSim; with the power chosen in `eval/reports/fusion.md`. */
const COVERAGE_WEIGHT = 30;

/** Makes a passage that holds a few common words of the query count for less than in proportion. */
const COVERAGE_POWER = 1.5;

/** Passages that each side hands to the fusion. */
export const FUSION_DEPTH = 200;

/** Higher scores first; ties go to the smaller id. */
export function byRank(a: Ranked, b: Ranked): number {
  return b.score - a.score || a.passageId - b.passageId;
}

/**
 * The highest BM25 that any text can reach for a query whose words stand in so many of all passages: every word
 * saturated. FTS5 never lets a word count for nothing or less, however common it is.
 */
export function attainableScore(holders: readonly number[], passages: number): number {
  let sum = 0;
  for (const n of holders) sum += Math.max(Math.log((passages - n + 0.5) / (n + 0.5)), 1e-6);
  return (BM25_K1 + 1) * sum;
}

/**
 * One ranking of the two sides: MaxSim in standard deviations below the best passage, plus how much of what BM25 could
 * reach for this query the passage has. A word that stands nowhere counts as missed, so that a query in a language
 * of other documents leans on the vectors, where fusion by ranks would let its few chance matches win. A passage
 * that only the lexical side found has the vectors' lowest score. With one side empty the order is that of the other.
 *
 * @param attainable what `attainableScore` gives for the query
 */
export function fuse(semantic: readonly Ranked[], lexical: readonly Ranked[], attainable: number): Ranked[] {
  const fused = new Map<number, number>();
  let lowest = 0;
  if (semantic.length > 0) {
    const best = semantic[0]!.score;
    const deviation = standardDeviation(semantic) || 1;
    for (const { passageId, score } of semantic) fused.set(passageId, (score - best) / deviation);
    lowest = (semantic.at(-1)!.score - best) / deviation;
  }
  for (const { passageId, score } of lexical) {
    const coverage = attainable > 0 ? Math.min(1, score / attainable) : 0;
    fused.set(passageId, (fused.get(passageId) ?? lowest) + COVERAGE_WEIGHT * coverage ** COVERAGE_POWER);
  }
  return [...fused].map(([passageId, score]) => ({ passageId, score })).sort(byRank);
}

function standardDeviation(ranked: readonly Ranked[]): number {
  const mean = ranked.reduce((sum, { score }) => sum + score, 0) / ranked.length;
  return Math.sqrt(ranked.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / ranked.length);
}
