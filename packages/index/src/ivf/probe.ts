/** A query against the partitions. */
export interface Probe {
  /** [queryRows / 16, rounded up, x partitions x 16]: scores of centroids and query rows, as `CentroidScorer` gives them; rows that fill up are 0. */
  readonly centroidScores: Uint8Array;
  readonly queryRows: number;
  /** Partitions per query row. */
  readonly nprobe: number;
  /** Candidates at most: so many are scored by all their centroids. */
  readonly depth: number;
  /** Whether a passage may be found at all; null for every one. */
  readonly allows: ((passageId: number) => boolean) | null;
}
