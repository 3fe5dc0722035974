import { describe, expect, it } from 'vitest';
import { BY_ID, randomNumbers } from '../fixtures.js';
import type { QueryFacts } from './evidence.js';
import { alone, depthFor, FUSION_DEPTH, fuse as fuseInOrder, maxBm25, type ScoredPassage } from './fusion.js';

const facts = (fields: Partial<QueryFacts> = {}): QueryFacts => ({
  passages: 1000,
  maxBm25: 8,
  words: 10,
  known: 1,
  foreign: 0,
  unread: 0,
  ...fields,
});

const fuse = (
  semantic: readonly ScoredPassage[],
  lexical: readonly ScoredPassage[],
  fields: Partial<QueryFacts> = {},
) => fuseInOrder(semantic, lexical, facts(fields), BY_ID);

/** Similarities as chance gives them, of the best of so many passages. */
const chance = (count: number, first = 100): ScoredPassage[] =>
  Array.from({ length: count }, (_, rank) => ({ passageId: first + rank, score: 0.5 - 0.02 * Math.log(rank + 1) }));

const ids = (ranked: readonly { passageId: number }[]) => ranked.map(({ passageId }) => passageId);

describe('fuse', () => {
  it('adds up what both sides say, as log-odds of the score', () => {
    for (const { score, parts } of fuse(chance(200), [{ passageId: 110, score: 4 }])) {
      expect(Math.log(score / (1 - score))).toBeCloseTo(parts.base + parts.semantic + parts.lexical, 6);
    }
  });

  it('puts a passage with many of the words before one that is a little nearer', () => {
    const semantic = chance(200);
    expect(ids(fuse(semantic, [{ passageId: 110, score: 6 }]))[0]).toBe(110);
    expect(ids(fuse(semantic, [{ passageId: 110, score: 0.5 }]))[0]).toBe(100);
  });

  it('puts a passage that stands out from what chance gives before one with half of the words', () => {
    const semantic = [{ passageId: 1, score: 0.75 }, ...chance(199)];
    expect(ids(fuse(semantic, [{ passageId: 110, score: 4 }]))[0]).toBe(1);
  });

  it('leans on the vectors where the query holds words that stand nowhere', () => {
    const semantic = [{ passageId: 1, score: 0.54 }, ...chance(199)];
    const lexical = [{ passageId: 110, score: 11 }];
    expect(ids(fuse(semantic, lexical, { maxBm25: maxBm25([3], 1000) }))[0]).toBe(110);
    expect(ids(fuse(semantic, lexical, { maxBm25: maxBm25([3, 0, 0, 0, 0, 0], 1000) }))[0]).toBe(1);
  });

  it('leans on the words of a query that has few', () => {
    const semantic = [{ passageId: 1, score: 0.6 }, ...chance(199)];
    const lexical = [{ passageId: 110, score: 4 }];
    expect(ids(fuse(semantic, lexical, { words: 1 }))[0]).toBe(110);
    expect(ids(fuse(semantic, lexical, { words: 10 }))[0]).toBe(1);
  });

  it('keeps to the words where the encoder does not read the query', () => {
    const semantic = [{ passageId: 1, score: 0.9 }, ...chance(199)];
    const lexical = [
      { passageId: 110, score: 2 },
      { passageId: 111, score: 1.9 },
    ];
    const found = fuse(semantic, lexical, { unread: 1 });
    expect(ids(found).slice(0, 2)).toEqual([110, 111]);
    expect(found[0]!.parts.semantic).toBeLessThan(0.02);
    expect(found[0]!.score).toBeGreaterThan(0.5);
  });

  it('gives a passage that only words found the lowest score of the vectors', () => {
    const semantic = chance(200);
    const found = fuse(semantic, [{ passageId: 4, score: 1e-9 }], { known: 0.5 });
    const of = (id: number) => found.find(({ passageId }) => passageId === id);
    expect(of(4)?.components).toEqual({ semantic: null, lexical: 1e-9 });
    expect(of(4)?.parts.semantic).toBe(of(299)?.parts.semantic);
  });

  it('gives the same first hits and about their scores whatever the scale of the similarities', () => {
    const narrow = chance(200).map(({ passageId, score }) => ({ passageId, score: 0.85 + score / 1.3 }));
    const lexical = [
      { passageId: 108, score: 1 },
      { passageId: 109, score: 0.9 },
    ];
    const [wide, same] = [fuse(chance(200), lexical), fuse(narrow, lexical)];
    expect(ids(same).slice(0, 2)).toEqual(ids(wide).slice(0, 2));
    expect(same[0]!.score).toBeCloseTo(wide[0]!.score, 1);
  });

  it('keeps the order of the only side that has something, ties in the order that is given', () => {
    const words = [
      { passageId: 4, score: 3 },
      { passageId: 1, score: 2 },
    ];
    expect(ids(fuse([], words, { maxBm25: 9 }))).toEqual([4, 1]);
    const near = [7, 8, 9].map((passageId, at) => ({ passageId, score: 0.8 - at / 10 }));
    expect(ids(fuse(near, [], { maxBm25: 0, passages: 3 }))).toEqual([7, 8, 9]);
    const same = [2, 1].map((passageId) => ({ passageId, score: 0.5 }));
    expect(ids(fuse(same, [], { maxBm25: 0, passages: 2 }))).toEqual([1, 2]);
    expect(fuse([], [])).toEqual([]);
  });

  it('finds nothing where the best of many passages is no nearer than chance brings one, and no word tells', () => {
    // Far below the line that the others lie on.
    const flat = chance(200).map(({ passageId, score }, rank) => ({ passageId, score: rank < 20 ? 0.44 : score }));
    const sorted = flat.toSorted((a, b) => b.score - a.score);
    expect(fuse(sorted, [])).toEqual([]);
    expect(alone(sorted, 'semantic', facts())).toEqual([]);
    expect(fuse(sorted, [{ passageId: 110, score: 2 }])).not.toEqual([]);
    expect(fuse(sorted.slice(0, 30), [], { passages: 30 })).toHaveLength(30);
  });

  it('asks for more where the words are known: passages that answer hold some of them', () => {
    const lexical = [{ passageId: 110, score: 0.2 }];
    expect(fuse(chance(200), lexical)).toEqual([]);
    expect(fuse(chance(200), lexical, { known: 0.5 })).not.toEqual([]);
    expect(fuse(chance(200), [{ passageId: 110, score: 1 }])).not.toEqual([]);
    expect(fuse([{ passageId: 1, score: 0.75 }, ...chance(199)], lexical)).not.toEqual([]);
  });

  it('tells apart what more than twenty passages are about', () => {
    const lexical = Array.from({ length: 30 }, (_, at) => ({ passageId: 180 + at, score: 4 }));
    expect(ids(fuse(chance(200), lexical))[0]).toBe(180);
  });

  it('believes words less among passages in other languages, and keeps to the order of the vectors there', () => {
    const semantic = [{ passageId: 1, score: 0.6 }, ...chance(199)];
    const lexical = [{ passageId: 250, score: 6 }];
    expect(ids(fuse(semantic, lexical))[0]).toBe(250);
    expect(ids(fuse(semantic, lexical, { foreign: 0.9 }))[0]).toBe(1);
  });
});

describe('alone', () => {
  it('keeps the order of a side and gives its scores as shares', () => {
    const words = [
      { passageId: 4, score: 6 },
      { passageId: 1, score: 2 },
    ];
    const [first, second] = alone(words, 'lexical', facts());
    expect([first!.passageId, second!.passageId]).toEqual([4, 1]);
    expect(first!.components).toEqual({ semantic: null, lexical: 6 });
    expect(first!.score).toBeGreaterThan(0.9);
    expect(second!.score).toBeLessThan(first!.score);
    const near = alone([{ passageId: 1, score: 0.75 }, ...chance(199)], 'semantic', facts());
    expect(near[0]!.parts.lexical).toBe(0);
    expect(near[0]!.score).toBeGreaterThan(0.5);
    expect(near[100]!.score).toBeLessThan(0.05);
  });
});

describe('however many hits are asked for', () => {
  const next = randomNumbers(5);
  const some = (count: number, scale: number): ScoredPassage[] =>
    Array.from({ length: count }, (_, at) => ({
      passageId: (at * 7919) % 1300,
      score: Math.round(next() * 40 * scale) / 40,
    })).sort((a, b) => b.score - a.score || a.passageId - b.passageId);
  const semantic = some(1300, 1);
  const lexical = some(900, 8).filter(({ score }) => score > 0);
  const asked = (limit: number) => {
    const depth = depthFor(limit);
    return fuse(semantic.slice(0, depth), lexical.slice(0, depth), { passages: 1300, maxBm25: 9 }).slice(0, limit);
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

describe('maxBm25', () => {
  it('counts words that stand nowhere most and words that stand everywhere least', () => {
    expect(maxBm25([0], 100)).toBeCloseTo(2.2 * Math.log(100.5 / 0.5), 10);
    expect(maxBm25([100], 100)).toBeCloseTo(2.2e-6, 12);
    expect(maxBm25([], 100)).toBe(0);
  });
});
