import { sliceTexts, type TokenVectors } from '@glot/kernels';

/** Texts `first .. first + count` of a batch taken as one: a view on all their rows. */
export function mergedTexts(vectors: TokenVectors, first: number, count: number): TokenVectors {
  const { data, dim } = sliceTexts(vectors, first, count);
  return { data, offsets: Uint32Array.of(0, data.length / dim), dim };
}
