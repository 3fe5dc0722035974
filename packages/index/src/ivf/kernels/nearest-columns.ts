import { GlotError } from '@glot/errors';
import { instantiate, Layout } from '@glot/kernels';
import { NEAREST_KERNEL } from './nearest-kernel-binary.js';

interface NearestKernel {
  rank(
    rows: number,
    list: number,
    count: number,
    width: number,
    columns: number,
    total: number,
    ranks: number,
    scores: number,
    places: number,
    products: number,
  ): void;
}

/** Numbers that the kernel reads at a time. */
const STEP = 16;

/** A column's largest number becomes so many; a row's are 127 at most. The products of wide ones must stay below 2^31. */
const LARGEST_LEVEL = 8192;
const mostLevels = (dim: number) => Math.min(LARGEST_LEVEL, Math.floor((2 ** 31 - 1) / (127 * dim)));

/** Ranks that can be asked for. */
const RANKS = 2;

export interface NearestColumnsRoom {
  readonly rows: number;
  readonly columns: number;
}

/** Best columns of rows, [ranks x rows]; views that hold until the next call. */
export interface Nearest {
  readonly columns: Uint32Array;
  /** In a measure of its own, the same for all rows' own columns. */
  readonly products: Int32Array;
}

/**
 * Of rows in int8, the columns of a matrix with the greatest dot products: what k-means and the assignment of cells are
 * made of. All is done in whole numbers, so that a row has the same column wherever it is asked for.
 */
export class NearestColumns {
  readonly dim: number;
  readonly room: NearestColumnsRoom;
  readonly #width: number;
  readonly #levels: number;
  readonly #rows: Int8Array;
  readonly #columns: Int16Array;
  readonly #list: Uint32Array;
  readonly #places: Uint32Array;
  readonly #products: Int32Array;
  readonly #scores: number;
  readonly #rank: NearestKernel['rank'];

  /** @throws GlotError `kernels.out-of-memory` */
  constructor(dim: number, room: NearestColumnsRoom) {
    this.dim = dim;
    this.room = room;
    this.#width = Math.ceil(dim / STEP) * STEP;
    this.#levels = mostLevels(dim);
    const { rows, columns } = room;
    const layout = new Layout();
    const rowsAt = layout.place(rows * this.#width);
    // The kernel reads four columns at a time.
    const columnsAt = layout.place((columns + 3) * this.#width * 2);
    const list = layout.place(rows * 4);
    const places = layout.place(RANKS * rows * 4);
    const products = layout.place(RANKS * rows * 4);
    this.#scores = layout.place(2 * (columns + 3) * 4);
    const { memory, rank } = instantiate<NearestKernel>(NEAREST_KERNEL, layout.bytes);
    this.#rank = rank;
    this.#rows = new Int8Array(memory, rowsAt, rows * this.#width);
    this.#columns = new Int16Array(memory, columnsAt, columns * this.#width);
    this.#list = new Uint32Array(memory, list, rows);
    this.#places = new Uint32Array(memory, places, RANKS * rows);
    this.#products = new Int32Array(memory, products, RANKS * rows);
  }

  get bytes(): number {
    return this.#rows.buffer.byteLength;
  }

  /** @param matrices [columns x dim] together, one behind the other; columns of much the same length */
  setColumns(...matrices: readonly Float32Array[]): void {
    const { dim } = this;
    const width = this.#width;
    let largest = 0;
    for (const matrix of matrices) for (const value of matrix) largest = Math.max(largest, Math.abs(value));
    const steps = largest > 0 ? this.#levels / largest : 0;
    let to = 0;
    for (const matrix of matrices) {
      for (let from = 0; from < matrix.length; from += dim, to += width) {
        for (let k = 0; k < dim; k += 1) this.#columns[to + k] = Math.round(matrix[from + k]! * steps);
      }
    }
  }

  /** @param codes [rows x dim]; scales are of no matter, as they leave the order of a row's products as it is */
  setRows(codes: Int8Array): void {
    const { dim } = this;
    const width = this.#width;
    if (width === dim) {
      this.#rows.set(codes);
      return;
    }
    for (let from = 0, to = 0; from < codes.length; from += dim, to += width) {
      this.#rows.set(codes.subarray(from, from + dim), to);
    }
  }

  /**
   * @param rows numbers of rows; how many of them, from the first on
   * @param first column, and `last`, which does not take part; places count from the first
   * @param ranks 2: the second best column too, where there is more than one
   */
  rank(rows: Uint32Array | number, first: number, last: number, ranks: 1 | 2 = 1): Nearest {
    const total = last - first;
    const count = typeof rows === 'number' ? rows : rows.length;
    if (count > this.room.rows || first < 0 || last > this.room.columns || total < ranks) {
      throw new GlotError('kernels.shape', `${total} columns have no ${ranks} best ones for ${count} rows`);
    }
    if (typeof rows !== 'number') this.#list.set(rows);
    else for (let row = 0; row < count; row += 1) this.#list[row] = row;
    const columns = this.#columns.byteOffset + first * this.#width * 2;
    const [list, places, products] = [this.#list.byteOffset, this.#places.byteOffset, this.#products.byteOffset];
    this.#rank(this.#rows.byteOffset, list, count, this.#width, columns, total, ranks, this.#scores, places, products);
    return {
      columns: this.#places.subarray(0, ranks * count),
      products: this.#products.subarray(0, ranks * count),
    };
  }
}
