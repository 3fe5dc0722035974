import { describe, expect, it } from 'vitest';
import { BY_ID, randomNumbers } from '../fixtures.js';
import { TopK } from './top-k.js';

describe('the best of many', () => {
  it('are those that sorting everything would give, ties in the order that is given', () => {
    const next = randomNumbers(3);
    const backwards = (ids: readonly number[]) => [...ids].sort((a, b) => b - a);
    for (const depth of [1, 2, 7, 100]) {
      const all = Array.from({ length: 300 }, (_, passageId) => ({ passageId, score: Math.round(next() * 20) }));
      const sorted = [...all].sort((a, b) => b.score - a.score || b.passageId - a.passageId);
      const top = new TopK(depth);
      const shuffled = [...all].sort((a, b) => ((a.passageId * 7919) % 300) - ((b.passageId * 7919) % 300));
      for (const { passageId, score } of shuffled) top.add(passageId, score);
      expect(top.sorted(backwards)).toEqual(sorted.slice(0, depth));
    }
  });

  it('are fewer than asked where there are fewer', () => {
    const top = new TopK(5);
    top.add(2, -1);
    top.add(1, -Infinity);
    expect(top.sorted(BY_ID).map(({ passageId }) => passageId)).toEqual([2, 1]);
  });
});
