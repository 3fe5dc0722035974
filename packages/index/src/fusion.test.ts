import { describe, expect, it } from 'vitest';
import { BY_ID, randomNumbers } from './fixtures.js';
import { attainableScore, depthFor, FUSION_DEPTH, fuse as fuseInOrder, type Ranked } from './fusion.js';

const fuse = (semantic: readonly Ranked[], lexical: readonly Ranked[], attainable: number) =>
  fuseInOrder(semantic, lexical, attainable, BY_ID);

const ids = (ranked: readonly { passageId: number }[]) => ranked.map(({ passageId }) => passageId);

describe('fuse', () => {
  const semantic = [
    { passageId: 7, score: 0.8 },
    { passageId: 8, score: 0.7 },
    { passageId: 9, score: 0.6 },
  ];

  it('adds word coverage to the distance from the best in standard deviations', () => {
    // Deviation of 0.8, 0.7, 0.6: sqrt(0.02 / 3). A quarter of what is attainable, to the power of 1.5, is an eighth.
    const fused = fuse(semantic, [{ passageId: 9, score: 2 }], 8);
    const deviation = Math.sqrt(0.02 / 3);
    expect(ids(fused)).toEqual([9, 7, 8]);
    expect(fused[0]!.score).toBeCloseTo(-0.2 / deviation + 30 / 8, 10);
    expect(fused[1]!.score).toBeCloseTo(0, 10);
    expect(fused[2]!.score).toBeCloseTo(-0.1 / deviation, 10);
  });

  it('leans on the vectors where the query holds words that stand nowhere', () => {
    const lexical = [{ passageId: 9, score: 6 }];
    const known = attainableScore([3], 1000);
    const mostlyUnknown = attainableScore([3, 0, 0, 0, 0, 0], 1000);
    expect(ids(fuse(semantic, lexical, known))[0]).toBe(9);
    expect(ids(fuse(semantic, lexical, mostlyUnknown))[0]).toBe(7);
  });

  it('gives a passage that only words found the lowest score of the vectors', () => {
    const fused = fuse(semantic, [{ passageId: 4, score: 0 }], 8);
    expect(ids(fused)).toEqual([7, 8, 4, 9]);
    expect(fused[2]!.score).toBe(fused[3]!.score);
  });

  it('gives the same order whatever the scale of the similarities', () => {
    const narrow = semantic.map(({ passageId, score }) => ({ passageId, score: 0.85 + score / 100 }));
    const lexical = [
      { passageId: 8, score: 1 },
      { passageId: 9, score: 0.9 },
    ];
    expect(ids(fuse(narrow, lexical, 8))).toEqual(ids(fuse(semantic, lexical, 8)));
  });

  it('keeps the order of the only side that has something, ties in the order that is given', () => {
    expect(
      ids(
        fuse(
          [],
          [
            { passageId: 4, score: 3 },
            { passageId: 1, score: 2 },
          ],
          9,
        ),
      ),
    ).toEqual([4, 1]);
    expect(ids(fuse(semantic, [], 0))).toEqual([7, 8, 9]);
    expect(
      ids(
        fuse(
          [
            { passageId: 2, score: 0.5 },
            { passageId: 1, score: 0.5 },
          ],
          [],
          0,
        ),
      ),
    ).toEqual([1, 2]);
    expect(fuse([], [], 0)).toEqual([]);
  });
});

describe('however many hits are asked for', () => {
  const next = randomNumbers(5);
  const some = (count: number, scale: number): Ranked[] =>
    Array.from({ length: count }, (_, at) => ({
      passageId: (at * 7919) % 1300,
      score: Math.round(next() * 40 * scale) / 40,
    })).sort((a, b) => b.score - a.score || a.passageId - b.passageId);
  const semantic = some(1300, 1);
  const lexical = some(900, 8).filter(({ score }) => score > 0);
  const asked = (limit: number) => {
    const depth = depthFor(limit);
    return fuse(semantic.slice(0, depth), lexical.slice(0, depth), 9).slice(0, limit);
  };

  it('the first ones are the same, with the same scores', () => {
    const all = asked(1300);
    expect(new Set(ids(all)).size).toBe(1300);
    for (const limit of [1, 5, 50, FUSION_DEPTH, FUSION_DEPTH + 1, 400, 401, 1000]) {
      expect(asked(limit)).toEqual(all.slice(0, limit));
    }
  });

  it('scores never rise', () => {
    const scores = asked(1300).map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });
});

describe('attainableScore', () => {
  it('counts words that stand nowhere most and words that stand everywhere least', () => {
    expect(attainableScore([0], 100)).toBeCloseTo(2.2 * Math.log(100.5 / 0.5), 10);
    expect(attainableScore([100], 100)).toBeCloseTo(2.2e-6, 12);
    expect(attainableScore([], 100)).toBe(0);
  });
});
