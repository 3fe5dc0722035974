import { expect, it } from 'vitest';
import { createRowProducts } from './row-products.js';

it('multiplies rows with columns into the array given', async () => {
  const products = await createRowProducts({ dim: 2, threads: 1 });
  const into = new Float32Array(7).fill(9);
  await products.multiply(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 0, 5, 0, 1, 6), into);
  expect([...into]).toEqual([1, 2, 17, 3, 4, 39, 9]);
  await products.multiply(new Float32Array(0), Float32Array.of(1, 1), into);
  const shape = expect.objectContaining({ code: 'kernels.shape' });
  await expect(products.multiply(new Float32Array(3), new Float32Array(2), into)).rejects.toThrowError(shape);
  await expect(products.multiply(new Float32Array(8), new Float32Array(4), into)).rejects.toThrowError(shape);
  await products.dispose();
  await products.dispose();
});
