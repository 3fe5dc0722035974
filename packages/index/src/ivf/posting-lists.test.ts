import { expect, it } from 'vitest';
import { decodeAscending, encodeAscending, invert } from './posting-lists.js';

it('keeps ascending numbers of any size', () => {
  for (const values of [
    [],
    [0],
    [0, 1, 127, 128, 129, 16_383, 16_512, 2 ** 21, 2 ** 28, 2 ** 31, 2 ** 32 - 1],
    [5, 300],
  ]) {
    expect([...decodeAscending(encodeAscending(Uint32Array.from(values)))]).toEqual(values);
  }
});

it('lists for each partition the passages that have a row in it', () => {
  const { offsets, bytes } = invert(Uint32Array.of(0, 3, 3, 0, 1, 3), Float64Array.of(0, 2, 3, 3, 6), 5);
  const lists = Array.from({ length: 5 }, (_, partition) => [
    ...decodeAscending(bytes.subarray(offsets[partition], offsets[partition + 1])),
  ]);
  expect(lists).toEqual([[0, 3], [3], [], [0, 1, 3], []]);
});
