import { expect, it } from 'vitest';
import { MatrixDots } from './matrix-dots.js';

it.each([1, 3, 4, 7, 8, 128])('multiplies a row of %i columns with some rows of a matrix', (dim) => {
  const matrix = Float32Array.from({ length: 20 * dim }, (_, at) => Math.sin(at * 1.7));
  const dots = new MatrixDots(matrix, dim);
  dots.row.set(Float32Array.from({ length: dim }, (_, k) => Math.cos(k * 0.9)));
  for (const [first, last] of [
    [0, 20],
    [7, 9],
    [19, 20],
    [5, 5],
  ] as const) {
    const expected = Array.from({ length: last - first }, (_, at) =>
      Array.from({ length: dim }, (_, k) => dots.row[k]! * matrix[(first + at) * dim + k]!).reduce((a, b) => a + b),
    );
    const products = [...dots.products(first, last)];
    expect(products).toHaveLength(expected.length);
    for (const [at, product] of products.entries()) expect(product).toBeCloseTo(expected[at]!, 4);
  }
});

it('refuses rows that are not there', () => {
  const shape = expect.objectContaining({ code: 'kernels.shape' });
  const dots = new MatrixDots(new Float32Array(8), 2);
  expect(() => dots.products(0, 5)).toThrowError(shape);
  expect(() => dots.products(3, 2)).toThrowError(shape);
  expect(() => new MatrixDots(new Float32Array(7), 2)).toThrowError(shape);
});
