/** What is added to the diagonal, as a share of its mean: directions in which the sample has nothing count a little too. */
const DAMPING = 0.1;

/**
 * M of `A = M D M'`, upper triangular with ones, A being the damped mean of `x x'` over a sample.
 * @param sample [n x dim]
 * @returns [dim] M's columns: column j holds M[i][j] for i < j
 */
export function errorFeedback(sample: Float32Array, dim: number): Float64Array[] {
  const rest = momentOf(sample, dim);
  const columns: Float64Array[] = new Array(dim);
  // From the last column to the first, each is taken out of what is left of A.
  for (let j = dim - 1; j >= 0; j -= 1) {
    const diagonal = rest[j * dim + j]!;
    const column = Float64Array.from({ length: j }, (_, i) => rest[i * dim + j]! / diagonal);
    for (let i = 0; i < j; i += 1) {
      const share = column[i]! * diagonal;
      for (let k = 0; k < j; k += 1) rest[i * dim + k]! -= share * column[k]!;
    }
    columns[j] = column;
  }
  return columns;
}

// [dim x dim]
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
  // Of a sample without anything, no error asks anything of another.
  const damping = trace > 0 ? (DAMPING * trace) / dim : 1;
  for (let i = 0; i < dim; i += 1) {
    for (let j = 0; j < i; j += 1) moment[j * dim + i] = moment[i * dim + j]!;
    moment[i * dim + i]! += damping;
  }
  return moment;
}
