import { GlotError } from '@glot/errors';
import { instantiate } from '../wasm/instantiate.js';
import { Layout } from '../wasm/layout.js';
import { DOTS_KERNEL } from './dots-kernel-binary.js';

interface DotsKernel {
  dots(row: number, matrix: number, count: number, width: number, into: number): void;
}

/**
 * Dot products of one row at a time with rows of a matrix, at once: for the few rows of a changed document, where
 * `RowProducts` would wait for a session.
 */
export class MatrixDots {
  readonly dim: number;
  /** [dim]: the row to be multiplied. */
  readonly row: Float32Array;
  readonly #rows: number;
  /** [rows of the matrix] */
  readonly #products: Float32Array;
  readonly #dots: (first: number, count: number) => void;

  /**
   * @param matrix [n x dim]; copied
   * @throws GlotError `kernels.shape`, `kernels.out-of-memory`
   */
  constructor(matrix: Float32Array, dim: number) {
    const rows = matrix.length / dim;
    if (!Number.isInteger(rows)) {
      throw new GlotError('kernels.shape', `${matrix.length} numbers are not rows of ${dim} columns`);
    }
    this.dim = dim;
    this.#rows = rows;
    const width = Math.ceil(dim / 4) * 4;
    const layout = new Layout();
    const row = layout.place(width * 4);
    const products = layout.place(rows * 4);
    const copy = layout.place(rows * width * 4);
    const { memory, dots } = instantiate<DotsKernel>(DOTS_KERNEL, layout.bytes);
    this.row = new Float32Array(memory, row, dim);
    this.#products = new Float32Array(memory, products, rows);
    const into = new Float32Array(memory, copy, rows * width);
    for (let at = 0; at < rows; at += 1) into.set(matrix.subarray(at * dim, (at + 1) * dim), at * width);
    this.#dots = (first, count) => dots(row, copy + first * width * 4, count, width * 4, products);
  }

  /** Products of `row` with the rows `first .. last` of the matrix; to be read before the next call. */
  products(first: number, last: number): Float32Array {
    if (!(first >= 0 && first <= last && last <= this.#rows)) {
      throw new GlotError('kernels.shape', `the matrix has ${this.#rows} rows, not ${first} to ${last}`);
    }
    this.#dots(first, last - first);
    return this.#products.subarray(0, last - first);
  }
}
