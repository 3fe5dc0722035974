import { GlotError } from '@glot/errors';
import { instantiate, Layout, type QuantizedRows } from '@glot/kernels';
import { RESIDUAL_KERNEL } from './residual-kernel-binary.js';

/** Rows that are turned at a time. */
const ROWS = 1024;

const CODES = 16;

interface ResidualKernel {
  toInt8(
    centroids: number,
    pairs: number,
    pairBytes: number,
    factors: number,
    count: number,
    table: number,
    tableRows: number,
    dim: number,
    width: number,
    levels: number,
    values: number,
    codes: number,
    scales: number,
  ): void;
}

/** Rows stored in four bits a coordinate: what is left of a row of a table. */
export interface StoredResiduals {
  /** [rows] u16, little-endian: rows of the table. */
  readonly centroids: Uint8Array;
  /** [rows x ceil(dim / 2)]: numbers of levels, two to a byte, the lower four bits first. */
  readonly pairs: Uint8Array;
  /** [rows] f32, little-endian: what levels are multiplied with. */
  readonly factors: Uint8Array;
}

/**
 * Turns rows in four bits a coordinate into rows in int8, as `quantizeRows` would, at once.
 *
 * @example
 * const residuals = new ResidualRows(centroids, dim, levels);
 * const { codes, scales } = residuals.toInt8({ centroids, pairs, factors });
 */
export class ResidualRows {
  readonly dim: number;
  readonly #run: (count: number) => void;
  readonly #centroids: Uint8Array;
  readonly #pairs: Uint8Array;
  readonly #factors: Uint8Array;
  readonly #codes: Int8Array;
  readonly #scales: Float32Array;

  /**
   * @param table [n x dim]; copied
   * @param levels [16]
   * @throws GlotError `kernels.shape`, `kernels.out-of-memory`
   */
  constructor(table: Float32Array, dim: number, levels: Float32Array) {
    const tableRows = table.length / dim;
    if (!Number.isInteger(tableRows) || levels.length !== CODES) {
      throw new GlotError(
        'kernels.shape',
        `${table.length} numbers are not rows of ${dim} columns, or ${levels.length} not ${CODES} levels`,
      );
    }
    this.dim = dim;
    const pairBytes = Math.ceil(dim / 2);
    const width = Math.ceil(dim / 4) * 4;
    const layout = new Layout();
    const centroids = layout.place(ROWS * 2);
    // Read and written four coordinates at a time, so a little beyond the end.
    const pairs = layout.place(ROWS * pairBytes + 1);
    const factors = layout.place(ROWS * 4);
    const codes = layout.place(ROWS * dim + 3);
    const scales = layout.place(ROWS * 4);
    const values = layout.place(width * 4);
    const levelPairs = layout.place(CODES * CODES * 8);
    const rows = layout.place(tableRows * width * 4);
    const { memory, toInt8 } = instantiate<ResidualKernel>(RESIDUAL_KERNEL, layout.bytes);
    this.#centroids = new Uint8Array(memory, centroids, ROWS * 2);
    this.#pairs = new Uint8Array(memory, pairs, ROWS * pairBytes);
    this.#factors = new Uint8Array(memory, factors, ROWS * 4);
    this.#codes = new Int8Array(memory, codes, ROWS * dim);
    this.#scales = new Float32Array(memory, scales, ROWS);
    const both = new Float32Array(memory, levelPairs, CODES * CODES * 2);
    for (let byte = 0; byte < CODES * CODES; byte += 1) both.set([levels[byte & 15]!, levels[byte >> 4]!], byte * 2);
    const copy = new Float32Array(memory, rows, tableRows * width);
    for (let row = 0; row < tableRows; row += 1) copy.set(table.subarray(row * dim, (row + 1) * dim), row * width);
    this.#run = (count) =>
      toInt8(
        centroids,
        pairs,
        pairBytes,
        factors,
        count,
        rows,
        tableRows,
        dim,
        width * 4,
        levelPairs,
        values,
        codes,
        scales,
      );
  }

  /** @throws GlotError `kernels.shape`; `kernels.not-finite` for rows that are not, or that the table lacks */
  toInt8({ centroids, pairs, factors }: StoredResiduals): QuantizedRows {
    const { dim } = this;
    const pairBytes = Math.ceil(dim / 2);
    const count = factors.length / 4;
    if (!Number.isInteger(count) || centroids.length !== count * 2 || pairs.length !== count * pairBytes) {
      throw new GlotError(
        'kernels.shape',
        `${factors.length} bytes of factors do not belong to ${centroids.length} of centroid numbers`,
      );
    }
    const codes = new Int8Array(count * dim);
    const scales = new Float32Array(count);
    for (let first = 0; first < count; first += ROWS) {
      const rows = Math.min(ROWS, count - first);
      this.#centroids.set(centroids.subarray(first * 2, (first + rows) * 2));
      this.#pairs.set(pairs.subarray(first * pairBytes, (first + rows) * pairBytes));
      this.#factors.set(factors.subarray(first * 4, (first + rows) * 4));
      this.#run(rows);
      codes.set(this.#codes.subarray(0, rows * dim), first * dim);
      scales.set(this.#scales.subarray(0, rows), first);
    }
    const bad = scales.findIndex(Number.isNaN);
    if (bad < 0) return { codes, scales, dim };
    throw new GlotError('kernels.not-finite', `row ${bad} is no row of the table, or not finite`, {
      details: { row: bad },
    });
  }
}
