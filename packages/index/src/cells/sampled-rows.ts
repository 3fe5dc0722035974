import { quantizeRows } from '@glot/kernels';

/** Rows to train cells on, in int8 with a scale each: a quarter of the memory, which is the largest need of an index. */
export class SampledRows {
  readonly dim: number;
  /** [n x dim] */
  readonly #codes: Int8Array;
  /** [n] */
  readonly #scales: Float32Array;

  /** @param rows [n x dim] */
  static of(rows: Float32Array, dim: number): SampledRows {
    const sampled = SampledRows.withRoom(rows.length / dim, dim);
    sampled.set(0, rows);
    return sampled;
  }

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

  /** @param rows [n x dim], to stand from row `at` on */
  set(at: number, rows: Float32Array): void {
    const { codes, scales } = quantizeRows(rows, this.dim);
    this.#codes.set(codes, at * this.dim);
    this.#scales.set(scales, at);
  }

  /** Rows from `from` to before `to`; a view. */
  part(from: number, to: number): SampledRows {
    const { dim } = this;
    return new SampledRows(this.#codes.subarray(from * dim, to * dim), this.#scales.subarray(from, to), dim);
  }

  /** @param into [rows x dim] at least @returns the part of `into` that was filled */
  read(from: number, to: number, into: Float32Array): Float32Array {
    const { dim } = this;
    for (let row = from, k = 0, at = from * dim; row < to; row += 1) {
      const scale = this.#scales[row]!;
      for (const end = k + dim; k < end; k += 1, at += 1) into[k] = this.#codes[at]! * scale;
    }
    return into.subarray(0, (to - from) * dim);
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
