import { Evidence, type EvidenceParts, logOddsOf, type QueryFacts, shareOf } from './evidence.js';

/** One passage with its score on one side of the search. */
export interface ScoredPassage {
  readonly passageId: number;
  readonly score: number;
}

/** A passage in the order of the answer; the score is a share. */
export interface Found extends ScoredPassage {
  /** What each side said of it; null for a side that was not asked, or did not rank it so far as was looked. */
  readonly components: { readonly semantic: number | null; readonly lexical: number | null };
  readonly parts: EvidenceParts;
}

/** BM25's term saturation, as FTS5 has it. */
export const BM25_K1 = 1.2;

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
export function settleTies(ranked: readonly ScoredPassage[], order: TieOrder): ScoredPassage[] {
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
export function maxBm25(frequencies: readonly number[], passages: number): number {
  let sum = 0;
  for (const n of frequencies) sum += Math.max(Math.log((passages - n + 0.5) / (n + 0.5)), 1e-6);
  return (BM25_K1 + 1) * sum;
}

/**
 * One ranking of the two sides, by the log-odds that both give together (`evidence.ts`). A passage that only the lexical
 * side found has the vectors' lowest score. Nothing is found where the best passage is no likelier an answer than any
 * passage is by chance.
 *
 * What is beyond the first `FUSION_DEPTH` of both sides goes behind all of it, whatever its score: so the first hits are
 * the same however many are asked for.
 *
 * @param semantic best first, as many as `depthFor` says, like `lexical`
 */
export function fuse(
  semantic: readonly ScoredPassage[],
  lexical: readonly ScoredPassage[],
  facts: QueryFacts,
  order: TieOrder,
): Found[] {
  const evidence = new Evidence(nearest(semantic), nearest(lexical), facts);
  const found: Found[] = [];
  const done = new Set<number>();
  let least = Infinity;
  for (let depth = FUSION_DEPTH; ; depth *= 2) {
    const near = scoresOf(semantic.slice(0, depth));
    const worded = scoresOf(lexical.slice(0, depth));
    const lowest = near.size > 0 ? semantic[near.size - 1]!.score : null;
    const partsOf = (passageId: number) => evidence.parts(near.get(passageId) ?? lowest, worded.get(passageId) ?? null);
    const fresh = [...new Set([...near.keys(), ...worded.keys()])].filter((passageId) => !done.has(passageId));
    const scored = fresh.map((passageId) => ({ passageId, score: logOddsOf(partsOf(passageId)) }));
    for (const { passageId, score } of settleTies(scored, order)) {
      const components = { semantic: near.get(passageId) ?? null, lexical: worded.get(passageId) ?? null };
      const one = foundBy(passageId, components, partsOf(passageId), score - least);
      least = Math.min(least, score);
      found.push({ ...one, score: Math.min(one.score, found.at(-1)?.score ?? 1) });
      done.add(passageId);
    }
    if (depth >= semantic.length && depth >= lexical.length) return aboveFloor(found, evidence);
  }
}

/** The answer of one side alone, in its order. */
export function alone(ranked: readonly ScoredPassage[], side: 'semantic' | 'lexical', facts: QueryFacts): Found[] {
  const scores = nearest(ranked);
  // There is nothing else to believe.
  const evidence =
    side === 'semantic' ? new Evidence(scores, [], { ...facts, unread: 0 }) : new Evidence([], scores, facts);
  const found = ranked.map(({ passageId, score }) => {
    const components = { semantic: null, lexical: null, [side]: score };
    return foundBy(passageId, components, evidence.parts(components.semantic, components.lexical), 0);
  });
  return side === 'lexical' ? found : aboveFloor(found, evidence);
}

/** @param over log-odds by which it would be above those in front of it: its base is so much lower */
function foundBy(passageId: number, components: Found['components'], parts: EvidenceParts, over: number): Found {
  const kept = over > 0 ? { ...parts, base: parts.base - over } : parts;
  return { passageId, score: shareOf(logOddsOf(kept)), components, parts: kept };
}

function aboveFloor(found: Found[], evidence: Evidence): Found[] {
  return evidence.isNothing() ? [] : found;
}

function nearest(ranked: readonly ScoredPassage[]): number[] {
  return ranked.slice(0, FUSION_DEPTH).map(({ score }) => score);
}

function scoresOf(ranked: readonly ScoredPassage[]): Map<number, number> {
  return new Map(ranked.map(({ passageId, score }) => [passageId, score]));
}
