import { expect, it } from 'vitest';
import { sequence } from '../sqlite/partitions/probe-tuning.js';
import { ROW_BITS } from './kernels/posting-sums.js';
import { invert } from './posting-lists.js';
import { type Findable, ScoreAccumulator } from './score-accumulator.js';

const PARTITIONS = 80;
const BASE = 20_000;
const ALL = 21_500;
const random = sequence(7);
const passages = Array.from({ length: ALL }, () =>
  [...new Set(Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * PARTITIONS)))].sort(
    (a, b) => a - b,
  ),
);

const base = passages.slice(0, BASE);
const starts = new Float64Array(BASE + 1);
for (const [at, partitions] of base.entries()) starts[at + 1] = starts[at]! + partitions.length;
const sums = new ScoreAccumulator(invert(Uint32Array.from(base.flat()), starts, PARTITIONS), PARTITIONS, BASE);
for (const partitions of passages.slice(BASE)) sums.append(Uint32Array.from(partitions));

// Three rows of the query, each with partitions of its own, the best first.
const rows = [0, 1, 2].map((row) =>
  Array.from({ length: 12 }, (_, rank) => ({ partition: (row * 29 + rank * 7) % PARTITIONS, gain: 200 - 16 * rank })),
);
const probed = {
  partitions: Uint32Array.from(rows.flat(), ({ partition }) => partition),
  contributions: Uint32Array.from(rows.flatMap((row, at) => row.map(({ gain }) => (gain << ROW_BITS) | (at + 1)))),
  highest: 600,
};
const sumOf = (ordinal: number) =>
  rows.reduce((sum, row) => sum + (row.find(({ partition }) => passages[ordinal]!.includes(partition))?.gain ?? 0), 0);

const nothing = new Uint8Array(ALL);
const most = Uint8Array.from({ length: ALL }, (_, at) => (at % 50 === 0 ? 0 : 1));
it.each<[string, number, Findable]>([
  ['a few', 10, { removed: nothing, allows: null }],
  ['some thousands', 4000, { removed: nothing, allows: null }],
  ['more than there are', 30_000, { removed: nothing, allows: null }],
  ['where most are gone', 300, { removed: most, allows: null }],
  ['where hardly any is allowed', 40, { removed: nothing, allows: (ordinal) => ordinal % 401 === 3 }],
  ['where only later ones are allowed', 40, { removed: nothing, allows: (ordinal) => ordinal >= BASE }],
  // All of these are in the sample that the floor is guessed from.
  ['where the guess is far too high', 600, { removed: nothing, allows: (ordinal) => ordinal % 32 === 0 }],
  ['where none is allowed', 40, { removed: nothing, allows: () => false }],
])('finds the passages that gain most, in bins of sixteen: %s', (_, wanted, findable) => {
  const expected = passages
    .map((_, ordinal) => ({ ordinal, bin: Math.ceil(sumOf(ordinal) / 16) }))
    .filter(({ ordinal, bin }) => bin > 0 && !findable.removed[ordinal] && (findable.allows?.(ordinal) ?? true))
    .sort((a, b) => b.bin - a.bin || a.ordinal - b.ordinal)
    .slice(0, wanted);
  expect([...sums.highest(probed, wanted, findable)]).toEqual(expected.map(({ ordinal }) => ordinal));
  // Nothing is left over for the next one.
  expect([...sums.highest(probed, wanted, findable)]).toEqual(expected.map(({ ordinal }) => ordinal));
});
