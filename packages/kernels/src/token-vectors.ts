import type { TokenVectors } from './types.js';

/** Texts `first .. first + count` of a batch, as a view on the same rows. */
export function sliceTexts({ data, offsets, dim }: TokenVectors, first: number, count: number): TokenVectors {
  const base = offsets[first]!;
  return {
    data: data.subarray(base * dim, offsets[first + count]! * dim),
    offsets: offsets.slice(first, first + count + 1).map((offset) => offset - base),
    dim,
  };
}
