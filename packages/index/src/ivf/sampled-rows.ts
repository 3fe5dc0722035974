/** Rows to train centroids on, in int8 with a scale each: a quarter of the memory, which is the largest need of an index. */
export class SampledRows {
  readonly dim: number;
  /** [n x dim] */
  readonly #codes: Int8Array;
  /** [n] */
  readonly #scales: Float32Array;

  static withRoom(rows: number, dim: number): SampledRows {
    return new SampledRows(new Int8Array(rows * dim), new Float32Array(rows), dim);
  }

  private constructor(codes: Int8Array, scales: Float32Array, dim: number) {
    this.#codes = codes;
    this.#scales = scales;
    this.dim = dim;
  }

  get length(): number {
    return this.#scales.length;
  }

  /** Of all rows. */
  get codes(): Int8Array {
    return this.#codes;
  }

  get scales(): Float32Array {
    return this.#scales;
  }

  /** Rows to stand from row `at` on. @param codes [n x dim] @param scales [n] */
  set(at: number, codes: Int8Array, scales: Float32Array): void {
    this.#codes.set(codes, at * this.dim);
    this.#scales.set(scales, at);
  }

  /** Rows from `from` to before `to`; a view. */
  part(from: number, to: number): SampledRows {
    const { dim } = this;
    return new SampledRows(this.#codes.subarray(from * dim, to * dim), this.#scales.subarray(from, to), dim);
  }

  /** @param into [dim] is filled with row `row` */
  read(row: number, into: Float32Array): void {
    const { dim } = this;
    for (let k = 0; k < dim; k += 1) into[k] = this.#codes[row * dim + k]! * this.#scales[row]!;
  }

  /** Brings each row to the place that stands for it, in place. @param places [n], a permutation; it is used up */
  reorder(places: Uint32Array): void {
    const { dim } = this;
    const codes = this.#codes;
    const scales = this.#scales;
    const carried = new Int8Array(dim);
    const replaced = new Int8Array(dim);
    for (let start = 0; start < places.length; start += 1) {
      if (places[start] === start) continue;
      carried.set(codes.subarray(start * dim, (start + 1) * dim));
      let scale = scales[start]!;
      let from = start;
      do {
        const to = places[from]!;
        places[from] = from;
        replaced.set(codes.subarray(to * dim, (to + 1) * dim));
        codes.set(carried, to * dim);
        carried.set(replaced);
        [scales[to], scale] = [scale, scales[to]!];
        from = to;
      } while (from !== start);
    }
  }
}
