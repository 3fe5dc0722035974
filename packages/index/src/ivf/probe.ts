/** A query against the cells. */
export interface Probe {
  /** [queryRows / 16, rounded up, x cells x 16]: packed products of centroids and query rows; rows that fill up are 0. */
  readonly levels: Uint8Array;
  readonly queryRows: number;
  /** Cells per query row. */
  readonly cells: number;
  /** Candidates at most: so many are scored by all their centroids. */
  readonly depth: number;
  /** Whether a passage may be found at all; null for every one. */
  readonly allows: ((passageId: number) => boolean) | null;
}
