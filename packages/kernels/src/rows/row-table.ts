import { GlotError } from '@glot/errors';

/**
 * How the rows of an encoder lie: what is learnt once from a sample of them, and serves for all rows to come. Products of
 * rows do not change where all rows and queries are turned onto the axes.
 */
export interface RowStatistics {
  readonly dim: number;
  /** [dim x dim]: orthonormal rows, the axis with the smallest deviation first. */
  readonly axes: Float32Array;
  /** [dim]: root of the mean square along each axis. */
  readonly deviations: Float32Array;
  /** Levels for a deviation of 1: 4 for one bit, 8 for two, and so on up to 256 for seven; each ascending. */
  readonly levels: Float32Array;
}

/** Which axes get how many bits, and the levels that these choose from. Stated in full wherever rows are stored. */
export interface RowTable {
  readonly dim: number;
  /** [dim x dim], orthonormal rows. */
  readonly axes: Float32Array;
  /** [dim], 0 to `MOST_BITS`. */
  readonly bits: Uint8Array;
  /** Of each axis with bits, in order, twice as many levels as its bits can number, ascending. */
  readonly levels: Float32Array;
}

export const MOST_BITS = 7;

/** What is left of a variance of 1 after coding with so many bits by the trellis. */
const DISTORTIONS = [1, 0.32, 0.09, 0.025, 0.0068, 0.0018, 0.00047, 0.00012];

/** Where the levels of so many bits begin among those of all. */
const levelsBefore = (bits: number): number => 2 ** (bits + 1) - 4;

export const LEVELS_IN_ALL = levelsBefore(MOST_BITS + 1);

/**
 * Gives `rowBits` bits to the axes, each to the one where it takes away most of the error that is left.
 * @throws GlotError `kernels.shape`
 */
export function rowTable({ dim, axes, deviations, levels }: RowStatistics, rowBits: number): RowTable {
  if (axes.length !== dim * dim || deviations.length !== dim || levels.length !== LEVELS_IN_ALL) {
    throw new GlotError('kernels.shape', `statistics of ${dim} dimensions with ${axes.length} numbers of axes`);
  }
  const bits = new Uint8Array(dim);
  const gains = Float64Array.from(deviations, (deviation) => gain(deviation, 0));
  for (let left = Math.min(rowBits, MOST_BITS * dim); left > 0; left -= 1) {
    let best = 0;
    for (let axis = 1; axis < dim; axis += 1) if (gains[axis]! >= gains[best]!) best = axis;
    bits[best]! += 1;
    gains[best] = bits[best] === MOST_BITS ? -1 : gain(deviations[best]!, bits[best]!);
  }
  const scaled = Array.from(bits, (count, axis) =>
    count === 0 ? [] : Array.from(levelsOf(levels, count), (level) => level * deviations[axis]!),
  );
  return { dim, axes, bits, levels: Float32Array.from(scaled.flat()) };
}

/** @param levels of all numbers of bits, as in `RowStatistics` */
export function levelsOf(levels: Float32Array, bits: number): Float32Array {
  return levels.subarray(levelsBefore(bits), levelsBefore(bits + 1));
}

function gain(deviation: number, bits: number): number {
  return deviation * deviation * (DISTORTIONS[bits]! - DISTORTIONS[bits + 1]!);
}

/** Bytes of a row. */
export function rowBytes({ bits }: RowTable): number {
  return Math.ceil(bits.reduce((sum, count) => sum + count, 0) / 8);
}
