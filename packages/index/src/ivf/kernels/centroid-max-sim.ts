import { GlotError } from '@glot/errors';
import { Layout } from '@glot/kernels';
import { SCORE_LANES, type ScoreKernel, scoreKernel } from './score-kernel.js';

/** Texts that are scored at a time. */
const BATCH = 16_384;

/** Numbers stand for centroids in 16 bits. */
export const MOST_CENTROIDS = 65_536;

export interface CentroidMaxSimOptions {
  /** Texts there is room for. */
  readonly texts: number;
  /** Centroids of all texts together. */
  readonly entries: number;
  /** Different centroids, at most 65,536. */
  readonly centroidTotal: number;
}

/**
 * MaxSim of texts whose rows are replaced by centroids: the sum, over the rows of a query, of the best score of a
 * centroid of the text (the centroid interaction of PLAID, Santhanam et al. 2022). Whoever makes it fills `starts` and
 * `centroids`, and may go on filling them.
 */
export class CentroidMaxSim {
  /** [texts + 1]: the centroids of text i are `starts[i] .. starts[i + 1]`. */
  readonly starts: Uint32Array;
  /** [entries] */
  readonly centroids: Uint16Array;
  readonly #kernel: ScoreKernel;
  /** [centroidTotal x 16] */
  readonly #scores: Uint8Array;
  readonly #texts: Uint32Array;
  readonly #sums: Uint32Array;

  /** @throws GlotError `kernels.shape`, `kernels.out-of-memory`: all has to fit into 4 GiB */
  constructor({ texts, entries, centroidTotal }: CentroidMaxSimOptions) {
    if (centroidTotal > MOST_CENTROIDS) {
      throw new GlotError('kernels.shape', `${centroidTotal} centroids are more than ${MOST_CENTROIDS}`);
    }
    const batch = Math.max(1, Math.min(BATCH, texts));
    const layout = new Layout();
    const scores = layout.place(centroidTotal * SCORE_LANES);
    const batchTexts = layout.place(batch * 4);
    const sums = layout.place(batch * 4);
    const starts = layout.place((texts + 1) * 4);
    const centroids = layout.place(entries * 2);
    this.#kernel = scoreKernel(layout.bytes);
    const { memory } = this.#kernel;
    this.#scores = new Uint8Array(memory, scores, centroidTotal * SCORE_LANES);
    this.#texts = new Uint32Array(memory, batchTexts, batch);
    this.#sums = new Uint32Array(memory, sums, batch);
    this.starts = new Uint32Array(memory, starts, texts + 1);
    this.centroids = new Uint16Array(memory, centroids, entries);
  }

  get bytes(): number {
    return this.#kernel.memory.byteLength;
  }

  /**
   * @param texts [n], each below the number there is room for
   * @param centroidScores [queryRows / 16 x centroidTotal x 16], as `CentroidScorer` gives them
   * @returns [n] sums of scores
   * @throws GlotError `kernels.shape`
   */
  score(texts: Uint32Array, centroidScores: Uint8Array): Uint32Array {
    const slice = this.#scores.length;
    if (slice === 0 || centroidScores.length % slice !== 0) {
      throw new GlotError('kernels.shape', `${centroidScores.length} scores are not slices of ${slice}`);
    }
    const scores = new Uint32Array(texts.length);
    for (let start = 0; start < centroidScores.length; start += slice) {
      this.#scores.set(centroidScores.subarray(start, start + slice));
      for (let first = 0, batch = this.#texts.length; first < texts.length; first += batch) {
        this.#addBatch(texts.subarray(first, first + batch), scores.subarray(first, first + batch));
      }
    }
    return scores;
  }

  #addBatch(texts: Uint32Array, scores: Uint32Array): void {
    this.#texts.set(texts);
    this.#sums.set(scores);
    this.#kernel.addSumsOfBest(
      this.#scores.byteOffset,
      this.centroids.byteOffset,
      this.starts.byteOffset,
      this.#texts.byteOffset,
      texts.length,
      this.#sums.byteOffset,
    );
    scores.set(this.#sums.subarray(0, texts.length));
  }
}
