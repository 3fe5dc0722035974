import type { TokenVectors } from '@glot/kernels';

/** Texts `first .. first + count` of a batch, as a view on the same rows. */
export function sliceTexts({ data, offsets, dim }: TokenVectors, first: number, count: number): TokenVectors {
  const base = offsets[first]!;
  return {
    data: data.subarray(base * dim, offsets[first + count]! * dim),
    offsets: offsets.slice(first, first + count + 1).map((offset) => offset - base),
    dim,
  };
}

/** The same texts taken as one: a view on all their rows. */
export function mergedTexts(vectors: TokenVectors, first: number, count: number): TokenVectors {
  const { data, dim } = sliceTexts(vectors, first, count);
  return { data, offsets: Uint32Array.of(0, data.length / dim), dim };
}
