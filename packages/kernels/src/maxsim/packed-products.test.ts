import { expect, it } from 'vitest';
import { createPackedProducts } from './packed-products.js';

it('gives products as shares of the greatest one, four columns to a word', async () => {
  const products = await createPackedProducts({ dim: 2, threads: 1 });
  const rows = Float32Array.of(1, 0, 0, 1, 0.5, -0.5);
  // Columns (2, 0), (0, 1), (-1, 0), (1, 1), (0, 0.5), and three of zeros.
  const columns = Float32Array.of(2, 0, -1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0.5, 0, 0, 0);
  const into = new Uint8Array(24);
  await products.multiply(rows, columns, into);
  // 2 is level 127, so 1 is 63.5 (to the even 64) and 0.5 is 31.75.
  expect([...into]).toEqual([127, 0, 0, 64, 0, 64, 0, 64, 64, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0]);
  await products.multiply(rows, new Float32Array(8), into.subarray(0, 12).fill(9));
  expect([...into.subarray(0, 12)]).toEqual(new Array(12).fill(0));
  const shape = expect.objectContaining({ code: 'kernels.shape' });
  await expect(products.multiply(rows, new Float32Array(6), new Uint8Array(9))).rejects.toThrowError(shape);
  await expect(products.multiply(rows, columns, new Uint8Array(23))).rejects.toThrowError(shape);
  await products.dispose();
  await products.dispose();
});
