import { expect, it } from 'vitest';
import { PostingSums, ROW_BITS } from './posting-sums.js';

const NUMBERS = 3_000_000;

// Gaps of one byte, two, three and four, and numbers at both ends of a block.
const lists = [
  [0, 1, 2, 65_535, 65_536, 65_537, 2_900_000],
  [],
  Array.from({ length: 5000 }, (_, at) => at * 131),
  [1, 127, 128, 16_383, 16_384, 2_999_999],
  Array.from({ length: 2000 }, (_, at) => 65_536 * 2 - 1000 + at),
  [2_500_000],
];

function encoded(numbers: readonly number[]): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const number of numbers) {
    let gap = number - last;
    last = number;
    for (; gap >= 128; gap = Math.floor(gap / 128)) bytes.push((gap % 128) + 128);
    bytes.push(gap);
  }
  return bytes;
}

const bytes = Uint8Array.from(lists.flatMap(encoded));
const ends = lists.map((_, at) => lists.slice(0, at + 1).flatMap(encoded).length);
const starts = [0, ...ends.slice(0, -1)];

it('adds to each number, for each row, the contribution of the first list it stands in', () => {
  const sums = new PostingSums(bytes, NUMBERS);
  // Many rows, so that lists are added in several batches, one of them torn between two.
  const asked = Array.from({ length: 1023 * 7 }, (_, at) => ({
    row: Math.floor(at / 7) + 1,
    list: (at * 5) % lists.length,
    gain: 1 + (at % 50),
  }));
  const expected = new Map<number, { sum: number; row: number }>();
  for (const { row, list, gain } of asked) {
    for (const number of lists[list]!) {
      const before = expected.get(number);
      if (before?.row === row) continue;
      expected.set(number, { sum: (before?.sum ?? 0) + gain, row });
    }
  }
  sums.add(
    Uint32Array.from(asked, ({ list }) => starts[list]!),
    Uint32Array.from(asked, ({ list }) => ends[list]!),
    Uint32Array.from(asked, ({ gain, row }) => (gain << ROW_BITS) | row),
  );
  const found = new Map<number, { sum: number; row: number }>();
  for (const [number, word] of sums.sums.entries()) {
    if (word !== 0) found.set(number, { sum: word >>> ROW_BITS, row: word & ((1 << ROW_BITS) - 1) });
  }
  expect(found).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
  expect([...sums.numbersFrom(0)]).toEqual([...found.keys()]);
  const words = [...sums.sums].sort((a, b) => b - a);
  for (const floor of [words[0]!, words[9]!, words[9]! + 1, words[0]! + 1]) {
    const reaching = [...found.keys()].filter((number) => sums.sums[number]! >= floor);
    expect([...sums.numbersFrom(floor)]).toEqual(reaching);
  }
});
