import { describe, expect, it } from 'vitest';
import { fuse } from './fusion.js';

const side = (...ids: number[]) => ids.map((passageId, index) => ({ passageId, score: 100 - index }));

describe('reciprocal-rank fusion', () => {
  it('adds 1 / (60 + rank) over the sides', () => {
    const fused = fuse(side(7, 8, 9), side(9, 7));
    expect(fused.map(({ passageId }) => passageId)).toEqual([7, 9, 8]);
    expect(fused[0]?.score).toBeCloseTo(1 / 61 + 1 / 62, 15);
    expect(fused[1]?.score).toBeCloseTo(1 / 63 + 1 / 61, 15);
    expect(fused[2]?.score).toBeCloseTo(1 / 62, 15);
  });

  it('gives ties to the older passage, whichever side comes first', () => {
    expect(fuse(side(5, 3), side(3, 5)).map(({ passageId }) => passageId)).toEqual([3, 5]);
    expect(fuse(side(9), side(2)).map(({ passageId }) => passageId)).toEqual([2, 9]);
  });

  it('keeps the order of the only side that has something', () => {
    expect(fuse([], side(4, 1, 3)).map(({ passageId }) => passageId)).toEqual([4, 1, 3]);
    expect(fuse([], [])).toEqual([]);
  });
});
