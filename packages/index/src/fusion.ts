/** One passage with its score on one side of the search. */
export interface Ranked {
  readonly passageId: number;
  readonly score: number;
}

/** Dampens the first ranks: Cormack, Clarke and Büttcher, SIGIR 2009. */
const RRF_K = 60;

/** Passages that each side hands to the fusion. */
export const FUSION_DEPTH = 200;

/** Higher scores first; ties go to the smaller id. */
export function byRank(a: Ranked, b: Ranked): number {
  return b.score - a.score || a.passageId - b.passageId;
}

/**
 * Reciprocal-rank fusion of ranked lists, best first: the score of a passage is the sum of 1 / (60 + rank) over the
 * lists that hold it. With one list empty the order is that of the other.
 */
export function fuse(...sides: readonly (readonly Ranked[])[]): Ranked[] {
  const scores = new Map<number, number>();
  for (const side of sides) {
    side.forEach(({ passageId }, index) => {
      scores.set(passageId, (scores.get(passageId) ?? 0) + 1 / (RRF_K + index + 1));
    });
  }
  return [...scores].map(([passageId, score]) => ({ passageId, score })).sort(byRank);
}
