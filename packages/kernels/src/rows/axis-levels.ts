import { GlotError } from '@glot/errors';
import { MOST_BITS, type RowTable } from './row-table.js';

/** Cells of a grid for each level that it finds. */
const CELLS_PER_LEVEL = 16;

/** The levels of a table, laid out for encoding and decoding. Arrays are by axis with bits, in order. */
export class AxisLevels {
  /** Axes with bits. */
  readonly count: number;
  readonly axis: Uint16Array;
  /** Where its levels begin among those of all. */
  readonly offsets: Uint32Array;
  readonly levels: Float32Array;
  /** Where its bits begin in a row. */
  readonly shifts: Uint16Array;
  readonly masks: Uint8Array;
  /** Where its cells begin in the grid. */
  readonly start: Uint32Array;
  readonly cells: Uint32Array;
  readonly steps: Float64Array;
  /** [cells x 4]: the nearest level of each subset, from the middle of a cell, which is 0 at half of the cells. */
  readonly grid: Uint8Array;
  /** Where its part of `table` begins. */
  readonly tableStart: Uint32Array;
  /** int8 by the number of a level in its subset and a window of the trellis. */
  readonly table: Int8Array;

  constructor({ dim, axes, bits, levels }: RowTable) {
    const used = Array.from(bits.keys()).filter((axis) => bits[axis]! > 0);
    const wanted = used.reduce((sum, axis) => sum + 2 ** (bits[axis]! + 1), 0);
    const right = axes.length === dim * dim && bits.length === dim && levels.length === wanted;
    if (!right || used.length === 0 || bits.some((count) => count > MOST_BITS)) {
      throw new GlotError('kernels.shape', `a table for rows of ${dim} columns that contradicts itself`);
    }
    this.count = used.length;
    this.levels = levels;
    this.axis = Uint16Array.from(used);
    const counts = Uint8Array.from(used, (axis) => bits[axis]!);
    this.masks = counts.map((count) => 2 ** count - 1);
    this.shifts = Uint16Array.from(sumsBefore(counts));
    this.offsets = Uint32Array.from(sumsBefore([...counts].map((count) => 2 ** (count + 1))));
    this.cells = Uint32Array.from(counts, (count) => 2 ** count * CELLS_PER_LEVEL);
    this.start = Uint32Array.from(sumsBefore(this.cells));
    this.tableStart = Uint32Array.from(sumsBefore([...counts].map((count) => 2 ** (count - 1) * 16)));
    const own = (i: number) => levels.subarray(this.offsets[i]!, this.offsets[i]! + 2 ** (counts[i]! + 1));
    this.steps = Float64Array.from(used, (_, i) => {
      const range = Math.max(...own(i).map(Math.abs));
      return range > 0 ? this.cells[i]! / (2 * range) : 0;
    });
    this.grid = new Uint8Array(this.cells.reduce((sum, count) => sum + count, 0) * 4);
    this.table = new Int8Array(counts.reduce((sum, count) => sum + 2 ** (count - 1) * 16, 0));
    let largest = 0;
    for (const level of levels) largest = Math.max(largest, Math.abs(level));
    for (let i = 0; i < this.count; i += 1) {
      this.#fillGrid(i, own(i));
      for (let at = 0; at < 2 ** (counts[i]! - 1) * 16; at += 1) {
        const level = own(i)[(at >> 4) * 4 + subsetOf(at & 15)]!;
        this.table[this.tableStart[i]! + at] = largest > 0 ? Math.round((level / largest) * 127) : 0;
      }
    }
  }

  #fillGrid(i: number, levels: Float32Array): void {
    const cells = this.cells[i]!;
    for (let subset = 0; subset < 4; subset += 1) {
      let best = 0;
      for (let cell = 0; cell < cells; cell += 1) {
        const value = this.steps[i]! > 0 ? (cell + 0.5 - cells / 2) / this.steps[i]! : 0;
        const away = (level: number) => Math.abs(levels[level * 4 + subset]! - value);
        while ((best + 1) * 4 + subset < levels.length && away(best + 1) < away(best)) best += 1;
        this.grid[(this.start[i]! + cell) * 4 + subset] = best;
      }
    }
  }
}

function sumsBefore(values: ArrayLike<number>): number[] {
  let sum = 0;
  return Array.from(values, (value) => {
    sum += value;
    return sum - value;
  });
}

/** @param window first bits of four axes, the latest lowest */
export function subsetOf(window: number): number {
  const half = (window ^ (window >> 1) ^ (window >> 3)) & 1;
  return half * 2 + ((window >> 2) & 1);
}
