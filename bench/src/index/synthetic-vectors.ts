import type { TokenVectors } from '@glot/kernels';

/** Rows of a synthetic passage. */
export const PASSAGE_ROWS = 60;

/** Stretches of real passages that one synthetic passage is made of. */
const STRETCHES = 4;

/** Length of the noise beside a unit row: the cosine of a row with the real one is about 0.89. */
const NOISE = 0.5;

const NOISE_ROWS = 4096;

/**
 * Passages by number, as many as one likes: each is made of four stretches of fifteen rows from four real passages of a
 * real encoder, every row with noise of its own, unit length again. What is alike in the real text stays alike, and no
 * two passages are equal.
 */
export class SyntheticVectors {
  readonly dim: number;
  readonly #real: TokenVectors;
  readonly #noise: Float32Array;

  constructor(real: TokenVectors) {
    this.#real = real;
    this.dim = real.dim;
    this.#noise = new Float32Array(NOISE_ROWS * real.dim);
    const random = sequence(99);
    for (let row = 0; row < NOISE_ROWS; row += 1) {
      let square = 0;
      for (let at = row * this.dim; at < (row + 1) * this.dim; at += 1) {
        const value = random() + random() + random() + random() - 2;
        this.#noise[at] = value;
        square += value * value;
      }
      for (let at = row * this.dim; at < (row + 1) * this.dim; at += 1) this.#noise[at]! *= NOISE / Math.sqrt(square);
    }
  }

  /** Passages `first .. first + count`; also which real passage each one begins with. */
  batch(first: number, count: number): { readonly vectors: TokenVectors; readonly sources: Uint32Array } {
    const { dim } = this;
    const { offsets: realOffsets, data: real } = this.#real;
    const data = new Float32Array(count * PASSAGE_ROWS * dim);
    const offsets = Uint32Array.from({ length: count + 1 }, (_, at) => at * PASSAGE_ROWS);
    const sources = new Uint32Array(count);
    let to = 0;
    for (let number = 0; number < count; number += 1) {
      const random = sequence(first + number + 1);
      for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
        const source = Math.floor(random() * (realOffsets.length - 1));
        if (stretch === 0) sources[number] = source;
        const from = realOffsets[source]!;
        const rows = realOffsets[source + 1]! - from;
        const start = Math.floor(random() * rows);
        for (let row = 0; row < PASSAGE_ROWS / STRETCHES; row += 1) {
          const realRow = (from + ((start + row) % Math.max(1, rows))) * dim;
          const noiseRow = Math.floor(random() * NOISE_ROWS) * dim;
          // Turned by any number of columns, each row of noise serves as many times.
          const turn = Math.floor(random() * dim);
          let square = 0;
          for (let k = 0; k < dim; k += 1) {
            const value = real[realRow + k]! + this.#noise[noiseRow + ((k + turn) % dim)]!;
            data[to + k] = value;
            square += value * value;
          }
          const scale = 1 / Math.sqrt(square);
          for (let k = 0; k < dim; k += 1) data[to + k]! *= scale;
          to += dim;
        }
      }
    }
    return { vectors: { data, offsets, dim }, sources };
  }
}

/** Mulberry32, 0 .. 1. */
export function sequence(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
