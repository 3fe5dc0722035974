import type { Hit } from '@glot/index';
import { wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { memoryIndex, type TestDocument } from '../testing/memory-index.js';
import { type PackOptions, packHits } from './packing.js';

const STAIRS = 'One two three. Four five six.\n\nSeven eight nine. Ten eleven twelve.';

async function packed(documents: TestDocument[], order: (hits: Hit[]) => Hit[], rest: Partial<PackOptions> = {}) {
  const encoder = wordEncoder();
  const index = await memoryIndex(documents, encoder);
  const hits = await index.search({ mode: 'semantic', vectors: await encoder.encodeQueries(['x']) });
  const byId = [...hits].sort((a, b) => Number(a.passageId) - Number(b.passageId));
  const ranked = order(byId).map((hit, i) => ({ ...hit, rank: i + 1 }));
  return packHits(ranked, {
    documents: await index.getMany(documents.map(({ path }) => path)),
    countTokens: encoder.countTokens,
    budgetTokens: 100,
    ...rest,
  });
}

describe('packHits', () => {
  it('merges passages that overlap or touch, at the place of the better one', async () => {
    const passages = [
      { start: 0, end: 29 },
      { start: 15, end: 48 },
      { start: 49, end: STAIRS.length },
    ];
    const other = { path: '他.md', text: '別の文書がここにある。' };
    const packing = await packed([{ path: 'a.md', text: STAIRS, passages }, other], ([a, b, c, d]) => [a!, d!, c!, b!]);
    expect(packing.contexts.map(({ path, text }) => [path, text])).toEqual([
      ['a.md', STAIRS],
      ['他.md', other.text],
    ]);
    expect(packing.contexts[0]).toMatchObject({ start: 0, end: STAIRS.length, tokens: 12 });
    expect(packing.contexts[0]!.hits.map((hit) => hit.rank)).toEqual([1, 4, 3]);
    expect(packing.tokens).toBe(packing.contexts.reduce((sum, context) => sum + context.tokens, 0));
  });

  it('keeps passages with text between them apart', async () => {
    const passages = [
      { start: 0, end: 14 },
      { start: 31, end: 48 },
    ];
    const packing = await packed([{ path: 'a.md', text: STAIRS, passages }], (hits) => hits);
    expect(packing.contexts.map((context) => context.text)).toEqual(['One two three.', 'Seven eight nine.']);
  });

  it('reports what does not fit and goes on with what does', async () => {
    const documents = ['a b c', 'd e f g h', 'いち。'].map((text, i) => ({ path: `${i}.md`, text }));
    const packing = await packed(documents, (hits) => hits, { budgetTokens: 5 });
    expect(packing.contexts.map((context) => context.text)).toEqual(['a b c', 'いち。']);
    expect(packing.dropped).toEqual([{ passageId: 2, path: '1.md', reason: 'budget', tokens: 5 }]);
    expect(packing.tokens).toBeLessThanOrEqual(5);
  });

  it('drops the same text of another file, whatever its letters are made of', async () => {
    const documents = [
      { path: 'a.md', text: 'Ein Café\nin der Stadt' },
      { path: 'b.md', text: 'Ein Cafe\u0301 in der Stadt' },
    ];
    const packing = await packed(documents, (hits) => hits);
    expect(packing.contexts.map((context) => context.path)).toEqual(['a.md']);
    expect(packing.dropped).toMatchObject([{ path: 'b.md', reason: 'duplicate' }]);
  });

  it('drops hits whose document changed or went since the search', async () => {
    const documents = [
      { path: 'a.md', text: 'still here' },
      { path: 'b.md', text: 'gone by now' },
    ];
    const packing = await packed(documents, ([a, b]) => [
      { ...a!, text: 'other words' },
      { ...b!, path: 'c.md' },
    ]);
    expect(packing.contexts).toEqual([]);
    expect(packing.dropped.map((drop) => drop.reason)).toEqual(['missing-document', 'missing-document']);
  });

  it('takes in what stands around a hit under its headings, and how the section above begins', async () => {
    const texts = ['Intro to baking.', 'Rye one two three.', 'Rye four five six.', 'Salt seven eight.'];
    const headings = [['Baking'], ['Baking', 'Rye'], ['Baking', 'Rye'], ['Baking', 'Salt']];
    const text = texts.join('\n\n# x\n\n');
    const passages = texts.map((part, i) => ({
      ...{ start: text.indexOf(part), end: text.indexOf(part) + part.length, headings: headings[i]! },
    }));
    const document = { path: 'a.md', text, passages };
    const only = (i: number) => (hits: Hit[]) => [hits[i]!];
    const around = async (i: number, rest: Partial<PackOptions> = {}) =>
      (await packed([document], only(i), rest)).contexts.map((context) => context.hits.map((hit) => hit.text));
    expect(await around(1)).toEqual([[texts[1]], [texts[0]], [texts[2]]]);
    expect(await around(2)).toEqual([[texts[2]], [texts[1]]]);
    expect(await around(3)).toEqual([[texts[3]]]);
    // There is room for the hit alone: what is not taken in was never found, and is not reported.
    const narrow = await packed([document], only(2), { budgetTokens: 4 });
    expect(narrow).toMatchObject({ tokens: 4, dropped: [] });
    const [hit] = (await packed([document], only(2))).contexts[1]!.hits;
    expect(hit).toMatchObject({ passageId: 2, rank: 1, headings: ['Baking', 'Rye'] });
  });
});
