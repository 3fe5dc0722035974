import type { RowStatistics } from '@glot/kernels';

/** Says which encoder the vectors come from; an index refuses vectors of another. */
export interface EncoderIdentity {
  readonly name: string;
  readonly fingerprint: string;
  readonly dim: number;
  /**
   * About one stored vector for so many tokens of a passage; 1, and for old indexes unstated, is all of them. Queries
   * are not pooled: where an encoder does not state it, any will do.
   */
  readonly poolFactor?: number;
  /** How the encoder's weights were held, where it says so: whoever opens the index opens the same encoder by it. */
  readonly precision?: string;
  /** How its rows lie, where that was learnt: a new index stores them in fewer bits by it. Not asked for later on. */
  readonly rowStatistics?: RowStatistics;
}
