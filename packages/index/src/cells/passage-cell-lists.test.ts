import { expect, it } from 'vitest';
import { PassageCellLists } from './passage-cell-lists.js';
import { invert } from './posting-lists.js';
import { rankCells } from './ranked-cells.js';

// Any order that is the same each time.
function numbers(count: number, below: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
}

const CELLS = 300;
const ROWS = 8;
const passages = Array.from({ length: 40 }, (_, at) =>
  [...new Set(numbers(1 + (at % 30), CELLS, at + 1))].sort((a, b) => a - b),
);
// Levels of every size, both ends among them.
const levels = Uint8Array.from(numbers(CELLS * ROWS, 128, 99));
const levelOf = (row: number, cell: number) => levels[(Math.floor(row / 4) * CELLS + cell) * 4 + (row % 4)]!;

it('adds up, for each query row, the greatest level of a cell, whether it came with the lists or later', () => {
  const base = passages.slice(0, 25);
  const starts = Float64Array.from([0, ...base.map((_, at) => base.slice(0, at + 1).flat().length)]);
  const lists = new PassageCellLists(invert(Uint32Array.from(base.flat()), starts, CELLS), CELLS, base.length);
  for (const cells of passages.slice(25)) lists.append(Uint32Array.from(cells));
  const sums = new Uint32Array(passages.length);
  const ordinals = Uint32Array.from(passages, (_, at) => passages.length - 1 - at);
  lists.score(ordinals, new Int32Array(levels.buffer), CELLS, sums);
  const expected = passages.map((cells) =>
    Array.from({ length: ROWS }, (_, row) => Math.max(...cells.map((cell) => levelOf(row, cell)))).reduce(
      (a, b) => a + b,
    ),
  );
  expect([...sums].reverse()).toEqual(expected);
});

it('ranks cells by level, the lower cell first, and says what no other cell exceeds', () => {
  for (const [row, wanted] of [
    [0, 1],
    [3, 17],
    [6, 299],
    [7, 500],
  ] as const) {
    const { cells, levels: found, floor } = rankCells(levels, CELLS, row, wanted);
    const order = Array.from({ length: CELLS }, (_, cell) => cell).sort(
      (a, b) => levelOf(row, b) - levelOf(row, a) || a - b,
    );
    expect([...cells]).toEqual(order.slice(0, wanted));
    expect([...found]).toEqual(order.slice(0, wanted).map((cell) => levelOf(row, cell)));
    for (const cell of order.slice(wanted)) expect(levelOf(row, cell)).toBeLessThanOrEqual(floor);
  }
});
