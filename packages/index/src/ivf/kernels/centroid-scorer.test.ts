import { expect, it } from 'vitest';
import { createCentroidScorer } from './centroid-scorer.js';

it('gives products as shares of the greatest one, sixteen columns to a vector', async () => {
  const products = await createCentroidScorer({ dim: 2, threads: 1 });
  const rows = Float32Array.of(1, 0, 0, 1, 0.5, -0.5);
  // Columns (2, 0), (0, 1), (-1, 0), (1, 1), (0, 0.5), and the rest of 32 zeros; the last one is (1, 0).
  const columns = new Float32Array(64);
  columns.set([2, 0, -1, 1, 0]);
  columns.set([0, 1, 0, 1, 0.5], 32);
  columns[31] = 1;
  const into = new Uint8Array(96);
  await products.multiply(rows, columns, into);
  // 2 is score 127, so 1 is 63.5 (to the even 64) and 0.5 is 31.75.
  const vectors = Array.from({ length: 6 }, (_, at) => [...into.subarray(at * 16, at * 16 + 16)]);
  const zeros = (count: number) => new Array(count).fill(0);
  expect(vectors).toEqual([
    [127, 0, 0, 64, ...zeros(12)],
    [0, 64, 0, 64, 32, ...zeros(11)],
    [64, ...zeros(15)],
    [...zeros(15), 64],
    zeros(16),
    [...zeros(15), 32],
  ]);
  await products.multiply(rows, new Float32Array(32), into.subarray(0, 48).fill(9));
  expect([...into.subarray(0, 48)]).toEqual(zeros(48));
  const shape = expect.objectContaining({ code: 'kernels.shape' });
  await expect(products.multiply(rows, new Float32Array(24), new Uint8Array(36))).rejects.toThrowError(shape);
  await expect(products.multiply(rows, columns, new Uint8Array(95))).rejects.toThrowError(shape);
  await products.dispose();
  await products.dispose();
});
