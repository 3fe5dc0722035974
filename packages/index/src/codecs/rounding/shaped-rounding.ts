import { GlotError } from '@glot/errors';
import { instantiate, Layout } from '@glot/kernels';
import { errorFeedback } from './error-feedback.js';
import { ROUNDING_KERNEL } from './rounding-kernel-binary.js';

/** Steps of the table of nearest levels. */
const GRID = 4096;

interface RoundingKernel {
  roundRow(
    values: number,
    errors: number,
    feedback: number,
    width: number,
    dim: number,
    nearest: number,
    grid: number,
    range: number,
    levels: number,
    codes: number,
  ): void;
}

/**
 * Rounds rows to a few levels, and puts the errors where products do not see them. A query's product with a row errs by
 * `q · e`; over queries that are spread as the rows are, its mean square is `e' A e`, A being the mean of `x x'`. With
 * `A = M D M'`, M upper triangular with ones, that is the sum over j of `D[j] (e[j] + sum of M[i][j] e[i], i < j)²`: so
 * a coordinate is rounded after what the errors before it ask of it (LDLQ in QuIP, Chee et al. 2023, there for the rows
 * of a layer's weights). The error becomes longer, and smaller where products are taken.
 */
export class ShapedRounding {
  readonly dim: number;
  /** [dim]: the row to be rounded. */
  readonly values: Float32Array;
  /** [dim]: numbers of levels. */
  readonly codes: Uint8Array;
  readonly #round: () => void;

  /**
   * @param sample [n x dim], spread as the rows to come are
   * @param levels up to 256, ascending
   * @param range values beyond it, on either side, count as if they were at it, in what they ask of others too
   * @throws GlotError `kernels.shape`, `kernels.out-of-memory`
   */
  constructor(sample: Float32Array, dim: number, levels: Float32Array, range: number) {
    if (sample.length % dim !== 0) {
      throw new GlotError('kernels.shape', `${sample.length} numbers are not rows of ${dim} columns`);
    }
    this.dim = dim;
    const width = Math.ceil(dim / 4) * 4;
    const layout = new Layout();
    const values = layout.place(width * 4);
    const errors = layout.place(width * 4);
    const feedback = layout.place(dim * width * 4);
    const nearest = layout.place(GRID + 1);
    const levelsAt = layout.place(levels.byteLength);
    const codes = layout.place(dim);
    const { memory, roundRow } = instantiate<RoundingKernel>(ROUNDING_KERNEL, layout.bytes);
    this.values = new Float32Array(memory, values, dim);
    this.codes = new Uint8Array(memory, codes, dim);
    new Float32Array(memory, levelsAt, levels.length).set(levels);
    new Uint8Array(memory, nearest, GRID + 1).set(nearestLevels(levels, range));
    const before = new Float32Array(memory, errors, width);
    const rows = new Float32Array(memory, feedback, dim * width);
    for (const [j, column] of errorFeedback(sample, dim).entries()) rows.set(column, j * width);
    this.#round = () => {
      before.fill(0);
      roundRow(values, errors, feedback, width * 4, dim, nearest, GRID, range, levelsAt, codes);
    };
  }

  /** Rounds `values` and writes `codes`. */
  round(): void {
    this.#round();
  }
}

// [GRID + 1] over -range .. range
function nearestLevels(levels: Float32Array, range: number): Uint8Array {
  return Uint8Array.from({ length: GRID + 1 }, (_, at) => {
    const value = (at / GRID) * 2 * range - range;
    let best = 0;
    for (let code = 1; code < levels.length; code += 1) {
      if (Math.abs(levels[code]! - value) < Math.abs(levels[best]! - value)) best = code;
    }
    return best;
  });
}
