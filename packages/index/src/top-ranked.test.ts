import { describe, expect, it } from 'vitest';
import { randomNumbers } from './fixtures.js';
import { byRank } from './fusion.js';
import { TopRanked } from './top-ranked.js';

describe('the best of many', () => {
  it('are those that sorting everything would give, ties by id', () => {
    const next = randomNumbers(3);
    for (const depth of [1, 2, 7, 100]) {
      const all = Array.from({ length: 300 }, (_, passageId) => ({ passageId, score: Math.round(next() * 20) }));
      const top = new TopRanked(depth);
      const shuffled = [...all].sort((a, b) => ((a.passageId * 7919) % 300) - ((b.passageId * 7919) % 300));
      for (const { passageId, score } of shuffled) top.add(passageId, score);
      expect(top.sorted()).toEqual([...all].sort(byRank).slice(0, depth));
    }
  });

  it('are fewer than asked where there are fewer', () => {
    const top = new TopRanked(5);
    top.add(2, -1);
    top.add(1, -Infinity);
    expect(top.sorted().map(({ passageId }) => passageId)).toEqual([2, 1]);
  });
});
