import { expect, it } from 'vitest';
import { PassageCentroids } from './passage-centroids.js';
import { invert } from './posting-lists.js';

const PARTITIONS = 64;
// Any scores and partitions that are the same each time.
const scores = Uint8Array.from({ length: PARTITIONS * 16 }, (_, at) => (at * 37) % 128);
const passages = Array.from({ length: 9000 }, (_, at) =>
  [...new Set(Array.from({ length: 1 + (at % 70) }, (_, k) => (at * 7 + k * k) % PARTITIONS))].sort((a, b) => a - b),
);
const sumOf = (partitions: readonly number[]) =>
  Array.from({ length: 16 }, (_, row) =>
    Math.max(...partitions.map((partition) => scores[partition * 16 + row]!)),
  ).reduce((a, b) => a + b);

it.each([
  ['in one piece', undefined],
  ['in many pieces', 500],
  ['in a piece for each passage', 1],
])('scores passages by their partitions, whether they came with the lists or later, %s', (_, piecePartitions) => {
  const base = passages.slice(0, 100);
  const ends = base.map((_, at) => base.slice(0, at + 1).flat().length);
  const postings = invert(Uint32Array.from(base.flat()), Float64Array.of(0, ...ends), PARTITIONS);
  const lists = new PassageCentroids(postings, PARTITIONS, base.length, piecePartitions);
  const before = lists.bytes;
  for (const partitions of passages.slice(100)) lists.append(Uint32Array.from(partitions));
  expect(lists.bytes).toBeGreaterThan(before);
  const ordinals = Uint32Array.from(passages, (_, at) => passages.length - 1 - at);
  expect([...lists.score(ordinals, scores)].reverse()).toEqual(passages.map(sumOf));
  expect([...lists.score(Uint32Array.of(8999, 0, 100, 99), scores)]).toEqual(
    [8999, 0, 100, 99].map((at) => sumOf(passages[at]!)),
  );
});
