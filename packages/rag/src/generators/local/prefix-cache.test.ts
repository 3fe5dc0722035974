import { describe, expect, it } from 'vitest';
import { commonLength, PrefixCache } from './prefix-cache.js';

describe('PrefixCache', () => {
  it('finds the longest beginning that leaves something to read', () => {
    const cache = new PrefixCache<string>();
    cache.keep([1, 2], 'short');
    cache.keep([1, 2, 3, 4], 'long');
    expect(cache.longest([1, 2, 3, 4, 5])?.state).toBe('long');
    expect(cache.longest([1, 2, 3, 4])?.state).toBe('short');
    expect(cache.longest([1, 2, 9])?.state).toBe('short');
    expect(cache.longest([2, 1])).toBeNull();
    expect(cache.longest([])).toBeNull();
  });

  it('lets a beginning give way to what continues it, and the least recently used one go', () => {
    const cache = new PrefixCache<string>(2);
    cache.keep([1], 'a');
    cache.keep([1, 2], 'ab', cache.longest([1, 2]));
    expect(cache.longest([1, 9])).toBeNull();
    cache.keep([7], 'c');
    cache.longest([1, 2, 3]);
    cache.keep([8], 'd');
    expect(cache.longest([7, 1])).toBeNull();
    expect(cache.longest([1, 2, 3])?.state).toBe('ab');
  });

  it('counts the tokens that two lists begin with', () => {
    expect(commonLength([1, 2, 3], [1, 2])).toBe(2);
    expect(commonLength([1], [2])).toBe(0);
  });
});
