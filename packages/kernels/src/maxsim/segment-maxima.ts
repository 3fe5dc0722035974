/** Rows whose maxima come as one. */
export const BLOCK_ROWS = 4;

/**
 * Reduces tiles of scores to one number per text: the maximum over the rows of a text for each query row, then the sum.
 * Tiles come in row order and cut texts anywhere; the maxima of a text that a tile cuts are carried on.
 */
export class SegmentMaxima {
  readonly #offsets: Uint32Array;
  readonly #queryRows: number;
  readonly #width: number;
  readonly #best: Float32Array;
  readonly #result: Float32Array;
  #text = 0;

  /** @param width columns of a score row: a multiple of 4, of which the first `queryRows` count */
  constructor(offsets: Uint32Array, queryRows: number, width: number) {
    this.#offsets = offsets;
    this.#queryRows = queryRows;
    this.#width = width;
    this.#best = new Float32Array(width).fill(-Infinity);
    this.#result = new Float32Array(offsets.length - 1);
  }

  /**
   * @param scores [(end - start) x width], rows `start .. end` of all
   * @param blocks [floor((end - start) / BLOCK_ROWS) x width], maxima of every BLOCK_ROWS rows from `start` on
   */
  add(scores: Float32Array, blocks: Float32Array, start: number, end: number): void {
    let row = start;
    while (row < end) {
      while (this.#offsets[this.#text + 1]! <= row) this.#close();
      const stop = Math.min(end, this.#offsets[this.#text + 1]!);
      this.#sweep(scores, blocks, row - start, stop - start);
      row = stop;
    }
  }

  // Rows `from .. to` of a tile: whole blocks inside by their maxima, the rest row by row.
  #sweep(scores: Float32Array, blocks: Float32Array, from: number, to: number): void {
    const firstBlock = Math.ceil(from / BLOCK_ROWS);
    const lastBlock = Math.floor(to / BLOCK_ROWS);
    if (firstBlock >= lastBlock) {
      maxima(this.#best, scores, from, to, this.#width);
      return;
    }
    maxima(this.#best, scores, from, firstBlock * BLOCK_ROWS, this.#width);
    maxima(this.#best, blocks, firstBlock, lastBlock, this.#width);
    maxima(this.#best, scores, lastBlock * BLOCK_ROWS, to, this.#width);
  }

  finish(): Float32Array {
    while (this.#text < this.#result.length) this.#close();
    return this.#result;
  }

  #close(): void {
    let sum = 0;
    for (let query = 0; query < this.#queryRows; query += 1) sum += this.#best[query]!;
    this.#result[this.#text] = sum;
    this.#best.fill(-Infinity);
    this.#text += 1;
  }
}

// Four running maxima in registers per sweep: a segment is small enough to stay in the nearest cache.
function maxima(best: Float32Array, scores: Float32Array, from: number, to: number, width: number): void {
  const start = from * width;
  const end = to * width;
  for (let column = 0; column < width; column += 4) {
    let a = best[column]!;
    let b = best[column + 1]!;
    let c = best[column + 2]!;
    let d = best[column + 3]!;
    for (let at = start + column; at < end; at += width) {
      const p = scores[at]!;
      const q = scores[at + 1]!;
      const r = scores[at + 2]!;
      const s = scores[at + 3]!;
      if (p > a) a = p;
      if (q > b) b = q;
      if (r > c) c = r;
      if (s > d) d = s;
    }
    best[column] = a;
    best[column + 1] = b;
    best[column + 2] = c;
    best[column + 3] = d;
  }
}
