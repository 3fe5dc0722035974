import { GlotError } from '@glot/errors';
import { Layout } from '../wasm/layout.js';
import { LEVEL_COLUMNS, type LevelKernel, levelKernel } from './level-kernel.js';

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
 * MaxSim of texts whose rows are replaced by centroids: the sum, over the rows of a query, of the best level of a
 * centroid of the text (the centroid interaction of PLAID, Santhanam et al. 2022). Whoever makes it fills `starts` and
 * `centroids`, and may go on filling them.
 */
export class CentroidMaxSim {
  /** [texts + 1]: the centroids of text i are `starts[i] .. starts[i + 1]`. */
  readonly starts: Uint32Array;
  /** [entries] */
  readonly centroids: Uint16Array;
  readonly #kernel: LevelKernel;
  /** [centroidTotal x 16] */
  readonly #levels: Uint8Array;
  readonly #texts: Uint32Array;
  readonly #sums: Uint32Array;

  /** @throws GlotError `kernels.shape`, `kernels.out-of-memory`: all has to fit into 4 GiB */
  constructor({ texts, entries, centroidTotal }: CentroidMaxSimOptions) {
    if (centroidTotal > MOST_CENTROIDS) {
      throw new GlotError('kernels.shape', `${centroidTotal} centroids are more than ${MOST_CENTROIDS}`);
    }
    const batch = Math.max(1, Math.min(BATCH, texts));
    const layout = new Layout();
    const levels = layout.place(centroidTotal * LEVEL_COLUMNS);
    const batchTexts = layout.place(batch * 4);
    const sums = layout.place(batch * 4);
    const starts = layout.place((texts + 1) * 4);
    const centroids = layout.place(entries * 2);
    this.#kernel = levelKernel(layout.bytes);
    const { memory } = this.#kernel;
    this.#levels = new Uint8Array(memory, levels, centroidTotal * LEVEL_COLUMNS);
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
   * @param levels [queryRows / 16 x centroidTotal x 16], as packed products come
   * @returns [n] sums of levels
   * @throws GlotError `kernels.shape`
   */
  score(texts: Uint32Array, levels: Uint8Array): Uint32Array {
    const slice = this.#levels.length;
    if (slice === 0 || levels.length % slice !== 0) {
      throw new GlotError('kernels.shape', `${levels.length} levels are not slices of ${slice}`);
    }
    const scores = new Uint32Array(texts.length);
    for (let start = 0; start < levels.length; start += slice) {
      this.#levels.set(levels.subarray(start, start + slice));
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
      this.#levels.byteOffset,
      this.centroids.byteOffset,
      this.starts.byteOffset,
      this.#texts.byteOffset,
      texts.length,
      this.#sums.byteOffset,
    );
    scores.set(this.#sums.subarray(0, texts.length));
  }
}
