import { describe, expect, it } from 'vitest';
import { NearestColumns } from './nearest-columns.js';

const numbers = (count: number, seed: number) => Array.from({ length: count }, (_, at) => ((at * seed) % 255) - 127);

// Columns and their products, best first, the first column where they are equal.
function ranked(row: ArrayLike<number>, columns: Float32Array, dim: number, first: number, last: number) {
  return Array.from({ length: last - first }, (_, column) => {
    let product = 0;
    for (let k = 0; k < dim; k += 1) product += row[k]! * columns[(first + column) * dim + k]!;
    return { column, product };
  }).sort((a, b) => b.product - a.product || a.column - b.column);
}

describe('NearestColumns', () => {
  for (const [dim, width] of [
    [3, 1],
    [5, 2],
    [16, 3],
    [16, 4],
    [24, 9],
    [128, 61],
    [130, 64],
  ] as const) {
    it(`finds what a sort finds (${width} columns of ${dim})`, () => {
      const codes = Int8Array.from(numbers(31 * dim, 37));
      // Its largest number is what a column's becomes: the products are those of the numbers as they are.
      const columns = Float32Array.from([8192, ...numbers(width * dim - 1, 53)]);
      const nearest = new NearestColumns(dim, { rows: 31, columns: width });
      nearest.setColumns(columns.subarray(0, dim), columns.subarray(dim));
      nearest.setRows(codes);
      for (let first = 0; first < width; first += 3) {
        const ranks = width - first > 1 ? 2 : 1;
        for (const rows of [31, Uint32Array.of(30, 2, 2, 17)]) {
          const list = typeof rows === 'number' ? Array.from({ length: rows }, (_, row) => row) : [...rows];
          const { columns: places, products } = nearest.rank(rows, first, width, ranks);
          const expected = list.map((row) => ranked(codes.subarray(row * dim), columns, dim, first, width));
          const each = Array.from({ length: ranks }, (_, rank) => expected.map((one) => one[rank]!)).flat();
          expect([...places]).toEqual(each.map(({ column }) => column));
          expect([...products]).toEqual(each.map(({ product }) => product));
        }
      }
    });
  }

  it('holds sums of the widest numbers', () => {
    const dim = 2048;
    const nearest = new NearestColumns(dim, { rows: 2, columns: 2 });
    nearest.setColumns(Float32Array.from({ length: 2 * dim }, (_, at) => (at < dim ? 3 : -3)));
    nearest.setRows(Int8Array.from({ length: 2 * dim }, (_, at) => (at < dim ? 127 : -127)));
    const { columns, products } = nearest.rank(2, 0, 2, 2);
    expect([...columns]).toEqual([0, 1, 1, 0]);
    expect(products[0]).toBeGreaterThan(2 ** 30);
    expect([...products]).toEqual([products[0], products[0], -products[0]!, -products[0]!]);
  });

  it('takes columns of zeros', () => {
    const nearest = new NearestColumns(4, { rows: 1, columns: 3 });
    nearest.setColumns(new Float32Array(12));
    nearest.setRows(Int8Array.of(1, 2, 3, 4));
    expect(nearest.rank(1, 0, 3)).toEqual({ columns: Uint32Array.of(0), products: Int32Array.of(0) });
  });

  it('refuses more rows or fewer columns than it has', () => {
    const nearest = new NearestColumns(4, { rows: 2, columns: 3 });
    for (const ask of [
      () => nearest.rank(3, 0, 3),
      () => nearest.rank(2, 0, 4),
      () => nearest.rank(2, -1, 2),
      () => nearest.rank(2, 2, 2),
      () => nearest.rank(2, 2, 3, 2),
    ]) {
      expect(ask).toThrowError(expect.objectContaining({ code: 'kernels.shape' }));
    }
  });
});
