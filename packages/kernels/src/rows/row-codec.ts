import { GlotError } from '@glot/errors';
import type { QuantizedRows } from '../types.js';
import { AxisLevels, subsetOf } from './axis-levels.js';
import { MatrixDots } from './matrix-dots.js';
import { type RowTable, rowBytes } from './row-table.js';

/** Norms nearer to 1 than this count as 1. */
const UNIT = 1e-3;

/**
 * Rows in a few bits an axis, by a trellis of eight states (trellis-coded quantisation: Marcellin and Fischer 1990, with
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
  readonly #dots: MatrixDots;
  readonly #axes: Float32Array;
  // Of the row at work, for each axis with bits: what it was decided by, and the nearest level of each subset.
  readonly #decisions: Uint8Array;
  readonly #nearest: Uint8Array;

  /** @throws GlotError `kernels.shape` for a table that contradicts itself, `kernels.out-of-memory` */
  constructor(table: RowTable) {
    this.dim = table.dim;
    this.rowBytes = rowBytes(table);
    this.#levels = new AxisLevels(table);
    this.#axes = table.axes;
    this.#dots = new MatrixDots(table.axes, table.dim);
    this.#decisions = new Uint8Array(this.#levels.count);
    this.#nearest = new Uint8Array(this.#levels.count * 4);
  }

  /** Rows along the axes. @param rows [n x dim] */
  turned(rows: Float32Array): Float32Array {
    const { dim } = this;
    const into = new Float32Array(rows.length);
    for (let from = 0; from < rows.length; from += dim) {
      this.#dots.row.set(rows.subarray(from, from + dim));
      into.set(this.#dots.products(0, dim), from);
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
    const { dim } = this;
    const count = rows.length / dim;
    if (!Number.isInteger(count)) {
      throw new GlotError('kernels.shape', `${rows.length} numbers are not rows of ${dim} columns`);
    }
    const codes = new Uint8Array(count * this.rowBytes);
    const norms = new Float32Array(count);
    const { row } = this.#dots;
    let units = 0;
    for (let at = 0; at < count; at += 1) {
      row.set(rows.subarray(at * dim, (at + 1) * dim));
      let square = 0;
      for (let k = 0; k < dim; k += 1) square += row[k]! * row[k]!;
      const norm = Math.sqrt(square);
      norms[at] = norm;
      if (Math.abs(norm - 1) < UNIT) units += 1;
      else if (norm > 0) for (let k = 0; k < dim; k += 1) row[k]! /= norm;
      this.#encodeRow(this.#dots.products(0, dim), codes, at * this.rowBytes);
    }
    return { codes, norms: units === count ? new Float32Array(0) : norms };
  }

  // Viterbi: the cheapest way to each state, then back along the cheapest of all. State: the first bits of the last three
  // axes, the latest lowest.
  #encodeRow(values: Float32Array, codes: Uint8Array, into: number): void {
    const { count, axis, start, grid, cells, steps, levels } = this.#levels;
    const { offsets, shifts } = this.#levels;
    const decisions = this.#decisions;
    const nearest = this.#nearest;
    let [c0, c1, c2, c3, c4, c5, c6, c7] = [0, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9];
    for (let i = 0; i < count; i += 1) {
      const value = values[axis[i]!]!;
      const most = cells[i]! - 1;
      const cell = Math.max(0, Math.min(most, Math.floor(value * steps[i]! + cells[i]! / 2)));
      const near = (start[i]! + cell) * 4;
      const n0 = grid[near]!;
      const n1 = grid[near + 1]!;
      const n2 = grid[near + 2]!;
      const n3 = grid[near + 3]!;
      const of = offsets[i]!;
      let d0 = value - levels[of + n0 * 4]!;
      let d1 = value - levels[of + n1 * 4 + 1]!;
      let d2 = value - levels[of + n2 * 4 + 2]!;
      let d3 = value - levels[of + n3 * 4 + 3]!;
      d0 *= d0;
      d1 *= d1;
      d2 *= d2;
      d3 *= d3;
      nearest[i * 4] = n0;
      nearest[i * 4 + 1] = n1;
      nearest[i * 4 + 2] = n2;
      nearest[i * 4 + 3] = n3;
      const a0 = c0 + d0;
      const b0 = c4 + d2;
      const a1 = c0 + d2;
      const b1 = c4 + d0;
      const a2 = c1 + d2;
      const b2 = c5 + d0;
      const a3 = c1 + d0;
      const b3 = c5 + d2;
      const a4 = c2 + d1;
      const b4 = c6 + d3;
      const a5 = c2 + d3;
      const b5 = c6 + d1;
      const a6 = c3 + d3;
      const b6 = c7 + d1;
      const a7 = c3 + d1;
      const b7 = c7 + d3;
      let decision = 0;
      if (b0 < a0) {
        c0 = b0;
        decision = 1;
      } else c0 = a0;
      if (b1 < a1) {
        c1 = b1;
        decision |= 2;
      } else c1 = a1;
      if (b2 < a2) {
        c2 = b2;
        decision |= 4;
      } else c2 = a2;
      if (b3 < a3) {
        c3 = b3;
        decision |= 8;
      } else c3 = a3;
      if (b4 < a4) {
        c4 = b4;
        decision |= 16;
      } else c4 = a4;
      if (b5 < a5) {
        c5 = b5;
        decision |= 32;
      } else c5 = a5;
      if (b6 < a6) {
        c6 = b6;
        decision |= 64;
      } else c6 = a6;
      if (b7 < a7) {
        c7 = b7;
        decision |= 128;
      } else c7 = a7;
      decisions[i] = decision;
    }
    let state = 0;
    let cost = c0;
    for (const [at, other] of [c0, c1, c2, c3, c4, c5, c6, c7].entries()) {
      if (other >= cost) continue;
      cost = other;
      state = at;
    }
    for (let i = count - 1; i >= 0; i -= 1) {
      const oldest = (decisions[i]! >> state) & 1;
      const subset = subsetOf(state | (oldest << 3));
      const code = (nearest[i * 4 + subset]! << 1) | (state & 1);
      const at = into + (shifts[i]! >> 3);
      const placed = code << (shifts[i]! & 7);
      codes[at]! |= placed;
      if (placed > 255) codes[at + 1]! |= placed >> 8;
      state = (state >> 1) | (oldest << 2);
    }
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
    const { count: axes, axis, shifts, masks, table, tableStart } = this.#levels;
    for (let row = 0; row < count; row += 1) {
      const from = row * bytes;
      const to = row * dim;
      let window = 0;
      let square = 0;
      for (let i = 0; i < axes; i += 1) {
        const at = from + (shifts[i]! >> 3);
        // A byte beyond the last row reads as nothing, and its bits are masked away.
        const code = ((codes[at]! | (codes[at + 1]! << 8)) >> (shifts[i]! & 7)) & masks[i]!;
        window = ((window << 1) | (code & 1)) & 15;
        const value = table[tableStart[i]! + ((code >> 1) << 4) + window]!;
        into[to + axis[i]!] = value;
        square += value * value;
      }
      const norm = norms.length === 0 ? 1 : norms[row]!;
      if (square > 0) scales[row] = norm / Math.sqrt(square);
    }
    return { codes: into, scales, dim };
  }
}
