import { describe, expect, it } from 'vitest';
import { sliceTexts } from './token-vectors.js';

const vectors = {
  data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
  offsets: Uint32Array.from([0, 1, 1, 3, 4]),
  dim: 2,
};

describe('sliceTexts', () => {
  it('gives the rows of the texts asked for, counted from their first', () => {
    const slice = sliceTexts(vectors, 2, 2);
    expect([...slice.data]).toEqual([3, 4, 5, 6, 7, 8]);
    expect([...slice.offsets]).toEqual([0, 2, 3]);
    expect(slice.dim).toBe(2);
  });

  it('shares the memory of the batch and leaves its offsets alone', () => {
    const slice = sliceTexts(vectors, 0, 1);
    expect(slice.data.buffer).toBe(vectors.data.buffer);
    sliceTexts(vectors, 3, 1);
    expect([...vectors.offsets]).toEqual([0, 1, 1, 3, 4]);
  });

  it('gives no rows for a text without rows', () => {
    expect(sliceTexts(vectors, 1, 1).data).toHaveLength(0);
  });
});
