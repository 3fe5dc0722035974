import { Layout } from '../wasm/layout.js';
import { LEVEL_COLUMNS, type LevelKernel, levelKernel } from './level-kernel.js';
import { TOP_LEVEL } from './packed-products.js';

/** Blocks for each centroid that is wanted: the more, the closer the first guess of the floor. A block takes its centroids from all over, since good ones lie together. */
const BLOCKS_PER_WANTED = 8;

/** The best centroids of one column. */
export interface RankedCentroids {
  /** Best first; the lower number first where two are equal. */
  readonly centroids: Uint32Array;
  /** [centroids] */
  readonly levels: Uint8Array;
  /** No centroid beyond these has more. */
  readonly floor: number;
}

/** Finds the centroids with the highest levels in each column of packed products. */
export class TopCentroids {
  readonly #total: number;
  readonly #kernel: LevelKernel;
  /** [total x 16] */
  readonly #levels: Uint8Array;
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
    const levels = layout.place(total * LEVEL_COLUMNS);
    const floors = layout.place(LEVEL_COLUMNS);
    const maxima = layout.place(total * LEVEL_COLUMNS);
    const found = layout.place(total * 4);
    this.#kernel = levelKernel(layout.bytes);
    const { memory } = this.#kernel;
    this.#levels = new Uint8Array(memory, levels, total * LEVEL_COLUMNS);
    this.#floors = new Uint8Array(memory, floors, LEVEL_COLUMNS);
    this.#maxima = new Uint8Array(memory, maxima, total * LEVEL_COLUMNS);
    this.#found = new Uint32Array(memory, found, total);
  }

  get bytes(): number {
    return this.#kernel.memory.byteLength;
  }

  /**
   * @param levels [columns / 16, rounded up, x total x 16], as packed products come
   * @param columns that count
   * @param wanted centroids for each
   * @returns [columns]
   */
  rank(levels: Uint8Array, columns: number, wanted: number): RankedCentroids[] {
    const ranked: RankedCentroids[] = [];
    const kept = Math.min(wanted, this.#total);
    for (let start = 0; ranked.length < columns; start += this.#levels.length) {
      this.#levels.set(levels.subarray(start, start + this.#levels.length));
      const found = this.#reaching(kept, Math.min(LEVEL_COLUMNS, columns - ranked.length));
      for (let column = 0; column < LEVEL_COLUMNS && ranked.length < columns; column += 1) {
        ranked.push(this.#sorted(found, column, kept));
      }
    }
    return ranked;
  }

  // So many blocks as are wanted have a maximum that reaches the floor, so at least as many centroids reach it.
  #reaching(kept: number, columns: number): Uint32Array {
    const blocks = Math.min(this.#total, BLOCKS_PER_WANTED * kept);
    this.#kernel.blockMaxima(this.#levels.byteOffset, this.#total, blocks, this.#maxima.byteOffset);
    const counts = new Uint32Array(TOP_LEVEL + 1);
    this.#floors.fill(TOP_LEVEL + 1);
    for (let column = 0; column < columns; column += 1) {
      counts.fill(0);
      for (let block = 0; block < blocks; block += 1) counts[this.#maxima[block * LEVEL_COLUMNS + column]!]! += 1;
      this.#floors[column] = floorOf(counts, kept);
    }
    const { byteOffset } = this.#levels;
    const count = this.#kernel.reaching(byteOffset, this.#total, this.#floors.byteOffset, this.#found.byteOffset);
    return this.#found.subarray(0, count);
  }

  #sorted(found: Uint32Array, column: number, kept: number): RankedCentroids {
    const all = this.#levels;
    // Where the centroids of each level start, the highest level first.
    const next = new Uint32Array(TOP_LEVEL + 1);
    for (const centroid of found) next[all[centroid * LEVEL_COLUMNS + column]!]! += 1;
    const floor = floorOf(next, kept);
    let above = 0;
    for (let level = TOP_LEVEL; level >= floor; level -= 1) {
      const count = next[level]!;
      next[level] = above;
      above += count;
    }
    const centroids = new Uint32Array(kept);
    const levels = new Uint8Array(kept);
    for (const centroid of found) {
      const level = all[centroid * LEVEL_COLUMNS + column]!;
      if (level < floor) continue;
      const place = next[level]!++;
      if (place >= kept) continue;
      centroids[place] = centroid;
      levels[place] = level;
    }
    return { centroids, levels, floor };
  }
}

// The highest level that so many reach.
function floorOf(counts: Uint32Array, wanted: number): number {
  let reaching = 0;
  for (let level = TOP_LEVEL; level > 0; level -= 1) {
    reaching += counts[level]!;
    if (reaching >= wanted) return level;
  }
  return 0;
}
