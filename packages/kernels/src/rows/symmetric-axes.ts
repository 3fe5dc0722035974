/** Sweeps over all pairs; a matrix of some hundred rows needs about eight. */
const SWEEPS = 12;

/**
 * Eigenvectors of a symmetric matrix by Jacobi's rotations.
 * @param matrix [dim x dim]
 * @returns `axes` [dim x dim], a unit vector a row, and [dim] its eigenvalues, ascending
 */
export function symmetricAxes(
  matrix: Float64Array,
  dim: number,
): { readonly axes: Float32Array; readonly squares: Float64Array } {
  const rest = Float64Array.from(matrix);
  const vectors = new Float64Array(dim * dim);
  for (let k = 0; k < dim; k += 1) vectors[k * dim + k] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (let p = 0; p < dim; p += 1) {
      for (let q = p + 1; q < dim; q += 1) rotate(rest, vectors, dim, p, q);
    }
  }
  const order = Array.from({ length: dim }, (_, k) => k).sort((a, b) => rest[a * dim + a]! - rest[b * dim + b]!);
  const axes = new Float32Array(dim * dim);
  order.forEach((from, to) => {
    axes.set(vectors.subarray(from * dim, (from + 1) * dim), to * dim);
  });
  return { axes, squares: Float64Array.from(order, (k) => rest[k * dim + k]!) };
}

function rotate(rest: Float64Array, vectors: Float64Array, dim: number, p: number, q: number): void {
  const between = rest[p * dim + q]!;
  if (Math.abs(between) < 1e-300) return;
  const theta = (rest[q * dim + q]! - rest[p * dim + p]!) / (2 * between);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < dim; k += 1) {
    const a = rest[k * dim + p]!;
    const b = rest[k * dim + q]!;
    rest[k * dim + p] = cosine * a - sine * b;
    rest[k * dim + q] = sine * a + cosine * b;
  }
  for (let k = 0; k < dim; k += 1) {
    const a = rest[p * dim + k]!;
    const b = rest[q * dim + k]!;
    rest[p * dim + k] = cosine * a - sine * b;
    rest[q * dim + k] = sine * a + cosine * b;
    const c = vectors[p * dim + k]!;
    const d = vectors[q * dim + k]!;
    vectors[p * dim + k] = cosine * c - sine * d;
    vectors[q * dim + k] = sine * c + cosine * d;
  }
}
