/** What is added to the diagonal, as a share of its mean: directions in which the sample has nothing count a little too. */
const DAMPING = 0.1;

/**
 * Where the error of a rounded row should go. A query's product sees the error e of a row as `q · e`: over queries that
 * are spread as the rows themselves are, its mean square is `e' A e`, A being the mean of `x x'`. Factored as
 * `A = M D M'`, M upper triangular with ones, that is the sum over coordinates j of `D[j] (e[j] + sum of M[i][j] e[i], i < j)²`:
 * a coordinate is rounded after what the errors before it ask of it (the LDLQ of QuIP, Chee et al. 2023, for the rows
 * of an index in place of those of a matrix). The error grows in length, and shrinks where products are taken.
 */
export class ErrorShaping {
  readonly dim: number;
  /** [dim x dim]: row j holds M[i][j] for i < j. */
  readonly #feedback: Float64Array;

  /** @param sample [n x dim], spread as the rows to come are */
  constructor(sample: Float32Array, dim: number) {
    this.dim = dim;
    this.#feedback = factored(momentOf(sample, dim), dim);
  }

  /** What the errors of the coordinates before `at` ask of that one: to be taken from it. @param errors [at] at least */
  asked(errors: Float64Array, at: number): number {
    const feedback = this.#feedback;
    let from = at * this.dim;
    let sum = 0;
    for (let i = 0; i < at; i += 1) sum += feedback[from++]! * errors[i]!;
    return sum;
  }
}

// The mean of x x', damped. [dim x dim]
function momentOf(sample: Float32Array, dim: number): Float64Array {
  const moment = new Float64Array(dim * dim);
  for (let row = 0; row < sample.length; row += dim) {
    for (let i = 0; i < dim; i += 1) {
      const value = sample[row + i]!;
      for (let j = 0; j <= i; j += 1) moment[i * dim + j]! += value * sample[row + j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < dim; i += 1) trace += moment[i * dim + i]!;
  const damping = (DAMPING * trace) / dim || 1;
  for (let i = 0; i < dim; i += 1) {
    for (let j = 0; j < i; j += 1) moment[j * dim + i] = moment[i * dim + j]!;
    moment[i * dim + i]! += damping;
  }
  return moment;
}

// A = M D M' from the last column to the first; gives M's columns as rows.
function factored(moment: Float64Array, dim: number): Float64Array {
  const columns = new Float64Array(dim * dim);
  const rest = moment.slice();
  for (let j = dim - 1; j >= 0; j -= 1) {
    const diagonal = rest[j * dim + j]!;
    for (let i = 0; i < j; i += 1) columns[j * dim + i] = rest[i * dim + j]! / diagonal;
    for (let i = 0; i < j; i += 1) {
      const share = columns[j * dim + i]! * diagonal;
      for (let k = 0; k < j; k += 1) rest[i * dim + k]! -= share * columns[j * dim + k]!;
    }
  }
  return columns;
}
