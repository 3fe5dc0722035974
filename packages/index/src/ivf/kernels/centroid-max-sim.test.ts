import { describe, expect, it } from 'vitest';
import { CentroidMaxSim } from './centroid-max-sim.js';
import { TopCentroids } from './top-centroids.js';

// Any order that is the same each time.
function numbers(count: number, below: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
}

const CENTROIDS = 300;
const ROWS = 32;
// Scores of every size, both ends among them.
const scores = Uint8Array.from(numbers(CENTROIDS * ROWS, 128, 99));
const levelOf = (row: number, centroid: number) =>
  scores[(Math.floor(row / 16) * CENTROIDS + centroid) * 16 + (row % 16)]!;

describe('MaxSim over centroids', () => {
  // Texts of none, one, an even and an odd number of centroids.
  const texts = Array.from({ length: 20_000 }, (_, at) => numbers(at % 9, CENTROIDS, at + 1));
  const lists = new CentroidMaxSim({ texts: texts.length, entries: texts.flat().length, centroidTotal: CENTROIDS });
  for (const [at, text] of texts.entries()) {
    lists.centroids.set(text, lists.starts[at]!);
    lists.starts[at + 1] = lists.starts[at]! + text.length;
  }

  it('adds up, for each query row, the greatest score of a centroid', () => {
    const asked = Uint32Array.from(texts, (_, at) => texts.length - 1 - at);
    const expected = Array.from(asked, (text) =>
      Array.from({ length: ROWS }, (_, row) => Math.max(0, ...texts[text]!.map((each) => levelOf(row, each)))).reduce(
        (a, b) => a + b,
      ),
    );
    expect([...lists.score(asked, scores)]).toEqual(expected);
    expect([...lists.score(asked.subarray(0, 0), scores)]).toEqual([]);
  });

  it('refuses scores and centroids that are not its own', () => {
    const shape = expect.objectContaining({ code: 'kernels.shape' });
    expect(() => lists.score(Uint32Array.of(1), scores.subarray(1))).toThrowError(shape);
    expect(() => new CentroidMaxSim({ texts: 1, entries: 1, centroidTotal: 65_537 })).toThrowError(shape);
  });
});

describe('the best centroids of a query row', () => {
  it('are ranked by score, the lower number first, with what no other exceeds', () => {
    const top = new TopCentroids(CENTROIDS);
    for (const wanted of [1, 17, 299, 500]) {
      for (const [row, { centroids, scores: found, floor }] of top.rank(scores, 30, wanted).entries()) {
        const order = Array.from({ length: CENTROIDS }, (_, centroid) => centroid).sort(
          (a, b) => levelOf(row, b) - levelOf(row, a) || a - b,
        );
        expect([...centroids]).toEqual(order.slice(0, wanted));
        expect([...found]).toEqual(order.slice(0, wanted).map((centroid) => levelOf(row, centroid)));
        for (const centroid of order.slice(wanted)) expect(levelOf(row, centroid)).toBeLessThanOrEqual(floor);
      }
      expect(top.rank(scores, 30, wanted)).toHaveLength(30);
    }
  });

  it('are found where hardly any is above zero, and where all are equal', () => {
    const top = new TopCentroids(1000);
    const few = new Uint8Array(16_000);
    few[16 * 700 + 3] = 5;
    few[16 * 20 + 3] = 127;
    expect([...top.rank(few, 16, 4)[3]!.centroids]).toEqual([20, 700, 0, 1]);
    expect([...top.rank(few, 16, 4)[4]!.centroids]).toEqual([0, 1, 2, 3]);
    expect([...top.rank(few.fill(9), 1, 3)[0]!.scores]).toEqual([9, 9, 9]);
  });
});
