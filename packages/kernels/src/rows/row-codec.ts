import { GlotError } from '@glot/errors';
import type { QuantizedRows } from '../types.js';
import { instantiate } from '../wasm/instantiate.js';
import { Layout } from '../wasm/layout.js';
import { AxisLevels, subsetOf } from './axis-levels.js';
import { type RowTable, rowBytes } from './row-table.js';
import { TRELLIS_KERNEL } from './trellis-kernel-binary.js';

/** Norms nearer to 1 than this count as 1. */
const UNIT = 1e-3;

/** Rows at a time. */
const ROWS = 256;

/** Columns that are turned at a time. */
const BLOCK = 32;

const RECORD_BYTES = 32;

interface TrellisKernel {
  turn(rows: number, count: number, width: number, matrix: number, blocks: number, into: number): void;
  encode(
    rows: number,
    count: number,
    stride: number,
    axes: number,
    end: number,
    way: number,
    costs: number,
    subsets: number,
    into: number,
    rowBytes: number,
  ): void;
  decode(
    codes: number,
    count: number,
    rowBytes: number,
    axes: number,
    end: number,
    masks: number,
    into: number,
    dim: number,
    squares: number,
  ): void;
}

/**
 * Rows in a few bits an axis, by a trellis of eight states (trellis-coded quantization: Marcellin and Fischer 1990, with
 * Ungerboeck's code). The levels of an axis belong by turns to four subsets, 0 1 2 3 0 1 2 3 and so on. The first bit of
 * an axis, together with those of the three axes before, says which subset; the others say which level of it. So each
 * axis chooses among twice the levels that its bits could number, at a decibel less error.
 */
export interface CodedRows {
  /** [rows x rowBytes]: the bits of the axes in order, low bits first. */
  readonly codes: Uint8Array;
  /** [rows], or nothing where all rows are unit vectors. */
  readonly norms: Float32Array;
}

/** Encodes and decodes rows by one table. Decoded rows, and their products, are those along the axes of the table. */
export class RowCodec {
  readonly dim: number;
  readonly rowBytes: number;
  readonly #levels: AxisLevels;
  readonly #axes: Float32Array;
  /** [ROWS x dim] */
  readonly #rows: Float32Array;
  /** [ROWS x columns], a multiple of `BLOCK` */
  readonly #turned: Float32Array;
  readonly #columns: number;
  /** [ROWS x rowBytes], and a byte that is read and written beyond. */
  readonly #codes: Uint8Array;
  /** [ROWS x dim] */
  readonly #int8: Int8Array;
  /** [ROWS] */
  readonly #squares: Int32Array;
  readonly #kernel: { turn(count: number): void; encode(count: number): void; decode(count: number): void };

  /** @throws GlotError `kernels.shape` for a table that contradicts itself, `kernels.out-of-memory` */
  constructor(table: RowTable) {
    const levels = new AxisLevels(table);
    const { dim, axes } = table;
    const bytes = rowBytes(table);
    const blocks = Math.ceil(dim / BLOCK);
    const columns = blocks * BLOCK;
    const layout = new Layout();
    const rows = layout.place(ROWS * dim * 4);
    const turned = layout.place(ROWS * columns * 4);
    const matrix = layout.place(columns * dim * 4);
    const codes = layout.place(ROWS * bytes + 1);
    const int8 = layout.place(ROWS * dim);
    const squares = layout.place(ROWS * 4);
    const records = layout.place(levels.count * RECORD_BYTES);
    const masks = layout.place(levels.count * 4);
    const way = layout.place(levels.count * 8);
    const costs = layout.place(32);
    const subsets = layout.place(16);
    const grid = layout.place(levels.grid.length * 4);
    const numbers = layout.place(levels.grid.length);
    const numbered = layout.place(levels.table.length);
    const { memory, turn, encode, decode } = instantiate<TrellisKernel>(TRELLIS_KERNEL, layout.bytes);
    const end = records + levels.count * RECORD_BYTES;
    const stride = columns * 4;
    this.dim = dim;
    this.rowBytes = bytes;
    this.#levels = levels;
    this.#axes = axes;
    this.#columns = columns;
    this.#rows = new Float32Array(memory, rows, ROWS * dim);
    this.#turned = new Float32Array(memory, turned, ROWS * columns);
    this.#codes = new Uint8Array(memory, codes, ROWS * bytes + 1);
    this.#int8 = new Int8Array(memory, int8, ROWS * dim);
    this.#squares = new Int32Array(memory, squares, ROWS);
    this.#kernel = {
      turn: (count) => turn(rows, count, dim * 4, matrix, blocks, turned),
      encode: (count) => encode(turned, count, stride, records, end, way, costs, subsets, codes, bytes),
      decode: (count) => decode(codes, count, bytes, records, end, masks, int8, dim, squares),
    };
    const columnsOf = new Float32Array(memory, matrix, columns * dim);
    for (let axis = 0; axis < dim; axis += 1) {
      const at = Math.floor(axis / BLOCK) * dim * BLOCK + (axis % BLOCK);
      for (let k = 0; k < dim; k += 1) columnsOf[at + k * BLOCK] = axes[axis * dim + k]!;
    }
    new Uint8Array(memory, subsets, 16).set(Uint8Array.from({ length: 16 }, (_, window) => subsetOf(window)));
    new Uint8Array(memory, numbers, levels.grid.length).set(levels.grid);
    new Int8Array(memory, numbered, levels.table.length).set(levels.table);
    new Uint32Array(memory, masks, levels.count).set(levels.masks);
    const view = new DataView(memory);
    const nearest = new Float32Array(memory, grid, levels.grid.length);
    for (let i = 0; i < levels.count; i += 1) {
      const cells = levels.cells[i]!;
      const first = levels.start[i]! * 4;
      const at = records + i * RECORD_BYTES;
      view.setUint32(at, levels.axis[i]! * 4, true);
      view.setFloat32(at + 4, levels.steps[i]!, true);
      view.setFloat32(at + 8, cells / 2, true);
      view.setFloat32(at + 12, cells - 1, true);
      view.setUint32(at + 16, grid + first * 4, true);
      view.setUint32(at + 20, numbers + first, true);
      view.setUint32(at + 24, levels.shifts[i]!, true);
      view.setUint32(at + 28, numbered + levels.tableStart[i]!, true);
      for (let cell = first; cell < first + cells * 4; cell += 1) {
        nearest[cell] = levels.levels[levels.offsets[i]! + levels.grid[cell]! * 4 + (cell & 3)]!;
      }
    }
  }

  /** Rows along the axes. @param rows [n x dim] */
  turned(rows: Float32Array): Float32Array {
    const { dim } = this;
    const into = new Float32Array(rows.length);
    for (const [first, count] of parts(rows.length / dim)) {
      this.#rows.set(rows.subarray(first * dim, (first + count) * dim));
      this.#kernel.turn(count);
      for (let row = 0; row < count; row += 1) {
        into.set(this.#turned.subarray(row * this.#columns, row * this.#columns + dim), (first + row) * dim);
      }
    }
    return into;
  }

  /** Takes `turned` back. @param rows [n x dim] */
  turnedBack(rows: Float32Array): Float32Array {
    const { dim } = this;
    const into = new Float32Array(rows.length);
    for (let from = 0; from < rows.length; from += dim) {
      for (let axis = 0; axis < dim; axis += 1) {
        const share = rows[from + axis]!;
        for (let k = 0; k < dim; k += 1) into[from + k]! += share * this.#axes[axis * dim + k]!;
      }
    }
    return into;
  }

  /** @param rows [n x dim], finite, not turned @throws GlotError `kernels.shape` */
  encode(rows: Float32Array): CodedRows {
    const { dim, rowBytes: bytes } = this;
    const count = rows.length / dim;
    if (!Number.isInteger(count)) {
      throw new GlotError('kernels.shape', `${rows.length} numbers are not rows of ${dim} columns`);
    }
    const codes = new Uint8Array(count * bytes);
    const norms = new Float32Array(count);
    let units = 0;
    for (const [first, some] of parts(count)) {
      const own = this.#rows.subarray(0, some * dim);
      own.set(rows.subarray(first * dim, (first + some) * dim));
      for (let row = 0; row < some; row += 1) {
        let square = 0;
        for (let k = row * dim; k < (row + 1) * dim; k += 1) square += own[k]! * own[k]!;
        const norm = Math.sqrt(square);
        norms[first + row] = norm;
        if (Math.abs(norm - 1) < UNIT) units += 1;
        else if (norm > 0) for (let k = row * dim; k < (row + 1) * dim; k += 1) own[k]! /= norm;
      }
      this.#kernel.turn(some);
      this.#codes.fill(0, 0, some * bytes + 1);
      this.#kernel.encode(some);
      codes.set(this.#codes.subarray(0, some * bytes), first * bytes);
    }
    return { codes, norms: units === count ? new Float32Array(0) : norms };
  }

  /** Which level of each axis with bits was chosen: [rows x axes with bits]. */
  levelNumbers(codes: Uint8Array): Uint8Array {
    const { count, shifts, masks } = this.#levels;
    const rows = codes.length / this.rowBytes;
    const numbers = new Uint8Array(rows * count);
    for (let row = 0; row < rows; row += 1) {
      let window = 0;
      for (let i = 0; i < count; i += 1) {
        const at = row * this.rowBytes + (shifts[i]! >> 3);
        const code = ((codes[at]! | (codes[at + 1]! << 8)) >> (shifts[i]! & 7)) & masks[i]!;
        window = ((window << 1) | (code & 1)) & 15;
        numbers[row * count + i] = (code >> 1) * 4 + subsetOf(window);
      }
    }
    return numbers;
  }

  /**
   * Rows as int8 with a factor each, along the axes of the table; they have the norms that were encoded.
   * @param norms as `encode` gave them
   * @throws GlotError `kernels.shape`
   */
  toInt8(codes: Uint8Array, norms: Float32Array): QuantizedRows {
    const { dim, rowBytes: bytes } = this;
    const count = codes.length / bytes;
    if (!Number.isInteger(count) || (norms.length !== 0 && norms.length !== count)) {
      throw new GlotError('kernels.shape', `${codes.length} bytes with ${norms.length} norms are no rows of ${bytes}`);
    }
    const into = new Int8Array(count * dim);
    const scales = new Float32Array(count);
    for (const [first, some] of parts(count)) {
      this.#codes.set(codes.subarray(first * bytes, (first + some) * bytes));
      this.#kernel.decode(some);
      into.set(this.#int8.subarray(0, some * dim), first * dim);
      for (let row = 0; row < some; row += 1) {
        const norm = norms.length === 0 ? 1 : norms[first + row]!;
        const square = this.#squares[row]!;
        if (square > 0) scales[first + row] = norm / Math.sqrt(square);
      }
    }
    return { codes: into, scales, dim };
  }
}

function* parts(count: number): Generator<[first: number, count: number]> {
  for (let first = 0; first < count; first += ROWS) yield [first, Math.min(ROWS, count - first)];
}
