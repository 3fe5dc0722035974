import { quantizeRows } from '@glot/kernels';
import { expect, it } from 'vitest';
import { ResidualRows } from './residual-rows.js';

const LEVELS = Float32Array.from({ length: 16 }, (_, code) => Math.sinh((code - 7.5) / 4));
const TABLE_ROWS = 70;

function stored(dim: number, count: number, seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const table = Float32Array.from({ length: TABLE_ROWS * dim }, () => next() - 0.5);
  const centroids = Uint16Array.from({ length: count }, () => next() * TABLE_ROWS);
  const pairs = Uint8Array.from({ length: count * Math.ceil(dim / 2) }, () => next() * 256);
  const factors = Float32Array.from({ length: count }, () => next() * 0.2);
  const bytes = (array: Uint16Array | Float32Array) => new Uint8Array(array.buffer);
  return {
    table,
    numbers: { centroids, factors },
    rows: { centroids: bytes(centroids), pairs, factors: bytes(factors) },
  };
}

/** The rows as the formula says. */
function decoded(dim: number, { table, numbers: { centroids, factors }, rows: { pairs } }: ReturnType<typeof stored>) {
  const pairBytes = Math.ceil(dim / 2);
  return Float32Array.from({ length: centroids.length * dim }, (_, at) => {
    const row = Math.floor(at / dim);
    const k = at % dim;
    const byte = pairs[row * pairBytes + (k >> 1)]!;
    return table[centroids[row]! * dim + k]! + factors[row]! * LEVELS[k % 2 === 0 ? byte & 15 : byte >> 4]!;
  });
}

it.each([1, 2, 3, 4, 5, 7, 30, 128])('gives rows of %i columns as they are decoded and quantized', (dim) => {
  const made = stored(dim, 40, 5);
  const { codes, scales } = new ResidualRows(made.table, dim, LEVELS).toInt8(made.rows);
  const expected = quantizeRows(decoded(dim, made), dim);
  for (const [at, code] of codes.entries()) expect(Math.abs(code - expected.codes[at]!)).toBeLessThanOrEqual(1);
  // Where f32 and f64 round a half differently.
  const off = codes.filter((code, at) => code !== expected.codes[at]).length;
  expect(off).toBeLessThanOrEqual(codes.length / 500);
  for (const [row, scale] of scales.entries()) {
    expect(Math.abs(scale / expected.scales[row]! - 1)).toBeLessThan(off > 0 ? 0.01 : 1e-5);
  }
});

it('turns more rows than it holds at a time', () => {
  const made = stored(6, 2500, 9);
  const residuals = new ResidualRows(made.table, 6, LEVELS);
  const { codes, scales } = residuals.toInt8(made.rows);
  for (const row of [0, 1023, 1024, 2047, 2048, 2499]) {
    const alone = residuals.toInt8({
      centroids: made.rows.centroids.subarray(row * 2, row * 2 + 2),
      pairs: made.rows.pairs.subarray(row * 3, row * 3 + 3),
      factors: made.rows.factors.subarray(row * 4, row * 4 + 4),
    });
    expect([...codes.subarray(row * 6, row * 6 + 6)]).toEqual([...alone.codes]);
    expect(scales[row]).toBe(alone.scales[0]);
  }
});

it('gives zeros for rows that are next to nothing, and refuses what is not finite or not in the table', () => {
  const made = stored(5, 3, 2);
  made.table.fill(0);
  made.numbers.factors.set([1, 1e-35, 0]);
  const residuals = new ResidualRows(made.table, 5, LEVELS);
  const { codes, scales } = residuals.toInt8(made.rows);
  expect(scales[0]).toBeGreaterThan(0);
  expect([...scales.subarray(1), ...codes.subarray(5)]).toEqual(new Array(12).fill(0));
  expect(
    residuals.toInt8({ centroids: new Uint8Array(), pairs: new Uint8Array(), factors: new Uint8Array() }).codes,
  ).toHaveLength(0);
  const refusal = (row: number) => expect.objectContaining({ code: 'kernels.not-finite', details: { row } });
  made.numbers.factors[2] = Infinity;
  expect(() => residuals.toInt8(made.rows)).toThrowError(refusal(2));
  made.numbers.centroids[1] = TABLE_ROWS;
  expect(() => residuals.toInt8(made.rows)).toThrowError(refusal(1));
  const shape = expect.objectContaining({ code: 'kernels.shape' });
  expect(() => residuals.toInt8({ ...made.rows, centroids: made.rows.centroids.subarray(2) })).toThrowError(shape);
  expect(() => new ResidualRows(new Float32Array(7), 5, LEVELS)).toThrowError(shape);
});
