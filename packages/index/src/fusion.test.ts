import { describe, expect, it } from 'vitest';
import { attainableScore, fuse } from './fusion.js';

const ids = (ranked: { passageId: number }[]) => ranked.map(({ passageId }) => passageId);

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

  it('keeps the order of the only side that has something, ties to the older passage', () => {
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

describe('attainableScore', () => {
  it('counts words that stand nowhere most and words that stand everywhere least', () => {
    expect(attainableScore([0], 100)).toBeCloseTo(2.2 * Math.log(100.5 / 0.5), 10);
    expect(attainableScore([100], 100)).toBeCloseTo(2.2e-6, 12);
    expect(attainableScore([], 100)).toBe(0);
  });
});
