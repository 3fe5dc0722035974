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

  /** @param scores [(end - start) x width], rows `start .. end` of all; @param scales factor per row, null for 1 */
  add(scores: Float32Array, start: number, end: number, scales: Float32Array | null): void {
    let row = start;
    while (row < end) {
      while (this.#offsets[this.#text + 1]! <= row) this.#close();
      const stop = Math.min(end, this.#offsets[this.#text + 1]!);
      const base = (row - start) * this.#width;
      if (scales === null) maxima(this.#best, scores, base, stop - row, this.#width);
      else scaledMaxima(this.#best, scores, base, stop - row, this.#width, scales, row);
      row = stop;
    }
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
function maxima(best: Float32Array, scores: Float32Array, base: number, rows: number, width: number): void {
  const end = base + rows * width;
  for (let column = 0; column < width; column += 4) {
    let a = best[column]!;
    let b = best[column + 1]!;
    let c = best[column + 2]!;
    let d = best[column + 3]!;
    for (let at = base + column; at < end; at += width) {
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

function scaledMaxima(
  best: Float32Array,
  scores: Float32Array,
  base: number,
  rows: number,
  width: number,
  scales: Float32Array,
  firstScale: number,
): void {
  const end = base + rows * width;
  for (let column = 0; column < width; column += 4) {
    let a = best[column]!;
    let b = best[column + 1]!;
    let c = best[column + 2]!;
    let d = best[column + 3]!;
    let row = firstScale;
    for (let at = base + column; at < end; at += width) {
      const scale = scales[row]!;
      const p = scores[at]! * scale;
      const q = scores[at + 1]! * scale;
      const r = scores[at + 2]! * scale;
      const s = scores[at + 3]! * scale;
      if (p > a) a = p;
      if (q > b) b = q;
      if (r > c) c = r;
      if (s > d) d = s;
      row += 1;
    }
    best[column] = a;
    best[column + 1] = b;
    best[column + 2] = c;
    best[column + 3] = d;
  }
}
