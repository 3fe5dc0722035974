import { expect, it } from 'vitest';
import { nearestCentroids } from './centroid-assigner.js';
import { distinct } from './centroid-tree.js';
import { IvfIndex } from './ivf-index.js';
import { decodeAscending, invert } from './posting-lists.js';
import type { Probe } from './probe.js';

const TREE = {
  dim: 2,
  coarse: Float32Array.of(1, 0, 0, 1),
  firstCentroid: Uint32Array.of(0, 2, 4),
  centroids: Float32Array.of(1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8),
};

// Passages 10, 20, 30 in partitions 0 and 1, 1, 3.
const made = () =>
  new IvfIndex(TREE, invert(Uint32Array.of(0, 1, 1, 3), Float64Array.of(0, 2, 3, 4), 4), Float64Array.of(10, 20, 30));

// Four partitions by two query rows and fourteen that fill up.
const CENTROID_SCORES = new Uint8Array(4 * 16);
for (const [partition, scores] of [
  [114, 13],
  [102, 25],
  [13, 114],
  [0, 89],
].entries()) {
  CENTROID_SCORES.set(scores, partition * 16);
}

const probe = (fields: Partial<Probe> = {}): Probe => ({
  centroidScores: CENTROID_SCORES,
  queryRows: 2,
  nprobe: 2,
  depth: 10,
  allows: null,
  ...fields,
});

const found = (index: IvfIndex, of: Probe) => index.candidates(of).map(({ passageId }) => passageId);

it('assigns rows to the best partition below the best groups', () => {
  const rows = Float32Array.of(1, 0.1, 0.7, 0.7, 0, -1, -1, 0.9);
  expect([...nearestCentroids(TREE, rows)]).toEqual([0, 1, 0, 3]);
  expect([...distinct(Uint32Array.of(3, 1, 3, 0, 1))]).toEqual([0, 1, 3]);
});

it('proposes the passages with rows in the probed partitions', () => {
  const index = made();
  expect(found(index, probe()).sort()).toEqual([10, 20, 30]);
  expect(found(index, probe({ nprobe: 1 }))).toEqual([10]);
  // The row that likes partition 0 best counts its best partition only: 0.8 for passage 10, 0.7 for passage 20.
  expect(found(index, probe({ depth: 1 }))).toEqual([10]);
  expect(found(index, probe({ depth: 2 }))).toEqual([10, 20]);
  expect(found(index, probe({ depth: 1, allows: (id) => id !== 10 }))).toEqual([20]);
  expect(found(index, probe({ nprobe: 9 })).sort()).toEqual([10, 20, 30]);
});

it('follows what is added and removed, and folds both into its lists', () => {
  const index = made();
  for (let id = 40; id < 3040; id += 1) index.add(id, Uint32Array.of(id % 4));
  index.remove(20, 29);
  index.remove(45, 3000);
  const expected = [10, 30, 40, 41, 43, 44, ...Array.from({ length: 39 }, (_, at) => 3001 + at)];
  const all = probe({ nprobe: 4, depth: 9999 });
  const numbers = (values: number[]) => values.sort((a, b) => a - b);
  expect(index.live).toBe(2 + 5 + 39);
  expect(numbers(found(index, all))).toEqual(numbers([...expected, 42]));
  const { lists, ids } = index.folded();
  expect(ids.length).toBe(index.live);
  expect([...decodeAscending(lists.bytes.subarray(lists.offsets[0], lists.offsets[1]))].map((at) => ids[at])).toEqual([
    10,
    40,
    44,
    ...Array.from({ length: 39 }, (_, at) => 3001 + at).filter((id) => id % 4 === 0),
  ]);
  const again = new IvfIndex(TREE, lists, ids);
  expect(numbers(found(again, all))).toEqual(numbers(found(index, all)));
});
