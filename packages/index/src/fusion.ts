/** One passage with its score on one side of the search. */
export interface Ranked {
  readonly passageId: number;
  readonly score: number;
}

/** A passage in the order of the answer. */
export interface Found extends Ranked {
  /** What each side said of it; null for a side that was not asked, or did not rank it so far as was looked. */
  readonly sides: { readonly semantic: number | null; readonly lexical: number | null };
}

/** BM25's term saturation, as FTS5 has it. */
export const BM25_K1 = 1.2;

/** Weight of full word coverage against one standard deviation of MaxSim; with the power chosen in `eval/reports/fusion.md`. */
const COVERAGE_WEIGHT = 30;

/** Makes a passage that holds a few common words of the query count for less than in proportion. */
const COVERAGE_POWER = 1.5;

/** Passages that each side hands to the fusion, where no more hits are asked for. */
export const FUSION_DEPTH = 200;

/** Sorts passages with equal scores by what does not depend on the history of an index: by path, then by place. */
export type TieOrder = (passages: readonly number[]) => readonly number[];

/** Passages of each side that are looked at for so many hits: more only in doublings, each of which goes behind the one before. */
export function depthFor(limit: number): number {
  let depth = FUSION_DEPTH;
  while (depth < limit) depth *= 2;
  return depth;
}

/** Best first. */
export function settleTies(ranked: readonly Ranked[], order: TieOrder): Ranked[] {
  const sorted = ranked.toSorted((a, b) => b.score - a.score);
  for (let start = 0, end: number; start < sorted.length; start = end) {
    const { score } = sorted[start]!;
    end = start + 1;
    while (end < sorted.length && sorted[end]!.score === score) end += 1;
    if (end - start === 1) continue;
    const tied = sorted.slice(start, end).map(({ passageId }) => passageId);
    for (const [at, passageId] of order(tied).entries()) sorted[start + at] = { passageId, score };
  }
  return sorted;
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
 * What is beyond the first `FUSION_DEPTH` of both sides goes behind all of it, whatever its score: so the first hits are
 * the same however many are asked for.
 *
 * @param semantic best first, as many as `depthFor` says, like `lexical`
 * @param attainable what `attainableScore` gives for the query
 */
export function fuse(
  semantic: readonly Ranked[],
  lexical: readonly Ranked[],
  attainable: number,
  order: TieOrder,
): Found[] {
  const best = semantic[0]?.score ?? 0;
  const deviation = standardDeviation(semantic.slice(0, FUSION_DEPTH)) || 1;
  const found: Found[] = [];
  const done = new Set<number>();
  for (let depth = FUSION_DEPTH; ; depth *= 2) {
    const near = scoresOf(semantic.slice(0, depth));
    const worded = scoresOf(lexical.slice(0, depth));
    const lowest = near.size > 0 ? semantic[near.size - 1]!.score : best;
    const fresh: Ranked[] = [];
    for (const passageId of new Set([...near.keys(), ...worded.keys()])) {
      if (done.has(passageId)) continue;
      const coverage = attainable > 0 ? Math.min(1, (worded.get(passageId) ?? 0) / attainable) : 0;
      const score = ((near.get(passageId) ?? lowest) - best) / deviation;
      fresh.push({ passageId, score: score + COVERAGE_WEIGHT * coverage ** COVERAGE_POWER });
    }
    const least = found.at(-1)?.score ?? Infinity;
    for (const { passageId, score } of settleTies(fresh, order)) {
      const sides = { semantic: near.get(passageId) ?? null, lexical: worded.get(passageId) ?? null };
      found.push({ passageId, score: Math.min(score, least), sides });
      done.add(passageId);
    }
    if (depth >= semantic.length && depth >= lexical.length) return found;
  }
}

/** The answer of one side alone. */
export function alone(ranked: readonly Ranked[], side: 'semantic' | 'lexical'): Found[] {
  return ranked.map(({ passageId, score }) => ({
    passageId,
    score,
    sides: { semantic: null, lexical: null, [side]: score },
  }));
}

function scoresOf(ranked: readonly Ranked[]): Map<number, number> {
  return new Map(ranked.map(({ passageId, score }) => [passageId, score]));
}

function standardDeviation(ranked: readonly Ranked[]): number {
  if (ranked.length === 0) return 0;
  const mean = ranked.reduce((sum, { score }) => sum + score, 0) / ranked.length;
  return Math.sqrt(ranked.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / ranked.length);
}
