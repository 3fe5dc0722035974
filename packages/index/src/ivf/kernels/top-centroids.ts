import { Layout } from '@glot/kernels';
import { MAX_CENTROID_SCORE } from './centroid-scorer.js';
import { SCORE_LANES, type ScoreKernel, scoreKernel } from './score-kernel.js';

/** Blocks for each centroid that is wanted: the more, the closer the first guess of the floor. A block takes its centroids from all over, since good ones lie together. */
const BLOCKS_PER_WANTED = 8;

/** The best centroids of one column. */
export interface RankedCentroids {
  /** Best first; the lower number first where two are equal. */
  readonly centroids: Uint32Array;
  /** [centroids] */
  readonly scores: Uint8Array;
  /** No centroid beyond these has more. */
  readonly floor: number;
}

/** Finds the centroids with the highest scores in each column of centroid scores. */
export class TopCentroids {
  readonly #total: number;
  readonly #kernel: ScoreKernel;
  /** [total x 16] */
  readonly #scores: Uint8Array;
  /** [16] */
  readonly #floors: Uint8Array;
  /** [blocks x 16]: as many blocks as centroids at most */
  readonly #maxima: Uint8Array;
  /** [total] */
  readonly #found: Uint32Array;

  /** @param total centroids. @throws GlotError `kernels.out-of-memory` */
  constructor(total: number) {
    this.#total = total;
    const layout = new Layout();
    const scores = layout.place(total * SCORE_LANES);
    const floors = layout.place(SCORE_LANES);
    const maxima = layout.place(total * SCORE_LANES);
    const found = layout.place(total * 4);
    this.#kernel = scoreKernel(layout.bytes);
    const { memory } = this.#kernel;
    this.#scores = new Uint8Array(memory, scores, total * SCORE_LANES);
    this.#floors = new Uint8Array(memory, floors, SCORE_LANES);
    this.#maxima = new Uint8Array(memory, maxima, total * SCORE_LANES);
    this.#found = new Uint32Array(memory, found, total);
  }

  get bytes(): number {
    return this.#kernel.memory.byteLength;
  }

  /**
   * @param scores [columns / 16, rounded up, x total x 16], as `CentroidScorer` gives them
   * @param columns that count
   * @param wanted centroids for each
   * @returns [columns]
   */
  rank(scores: Uint8Array, columns: number, wanted: number): RankedCentroids[] {
    const ranked: RankedCentroids[] = [];
    const kept = Math.min(wanted, this.#total);
    for (let start = 0; ranked.length < columns; start += this.#scores.length) {
      this.#scores.set(scores.subarray(start, start + this.#scores.length));
      const found = this.#reaching(kept, Math.min(SCORE_LANES, columns - ranked.length));
      for (let column = 0; column < SCORE_LANES && ranked.length < columns; column += 1) {
        ranked.push(this.#sorted(found, column, kept));
      }
    }
    return ranked;
  }

  // So many blocks as are wanted have a maximum that reaches the floor, so at least as many centroids reach it.
  #reaching(kept: number, columns: number): Uint32Array {
    const blocks = Math.min(this.#total, BLOCKS_PER_WANTED * kept);
    this.#kernel.blockMaxima(this.#scores.byteOffset, this.#total, blocks, this.#maxima.byteOffset);
    const counts = new Uint32Array(MAX_CENTROID_SCORE + 1);
    this.#floors.fill(MAX_CENTROID_SCORE + 1);
    for (let column = 0; column < columns; column += 1) {
      counts.fill(0);
      for (let block = 0; block < blocks; block += 1) counts[this.#maxima[block * SCORE_LANES + column]!]! += 1;
      this.#floors[column] = floorOf(counts, kept);
    }
    const { byteOffset } = this.#scores;
    const count = this.#kernel.reaching(byteOffset, this.#total, this.#floors.byteOffset, this.#found.byteOffset);
    return this.#found.subarray(0, count);
  }

  #sorted(found: Uint32Array, column: number, kept: number): RankedCentroids {
    const all = this.#scores;
    // Where the centroids of each score start, the highest score first.
    const next = new Uint32Array(MAX_CENTROID_SCORE + 1);
    for (const centroid of found) next[all[centroid * SCORE_LANES + column]!]! += 1;
    const floor = floorOf(next, kept);
    let above = 0;
    for (let score = MAX_CENTROID_SCORE; score >= floor; score -= 1) {
      const count = next[score]!;
      next[score] = above;
      above += count;
    }
    const centroids = new Uint32Array(kept);
    const scores = new Uint8Array(kept);
    for (const centroid of found) {
      const score = all[centroid * SCORE_LANES + column]!;
      if (score < floor) continue;
      const place = next[score]!++;
      if (place >= kept) continue;
      centroids[place] = centroid;
      scores[place] = score;
    }
    return { centroids, scores, floor };
  }
}

// The highest score that so many reach.
function floorOf(counts: Uint32Array, wanted: number): number {
  let reaching = 0;
  for (let score = MAX_CENTROID_SCORE; score > 0; score -= 1) {
    reaching += counts[score]!;
    if (reaching >= wanted) return score;
  }
  return 0;
}
