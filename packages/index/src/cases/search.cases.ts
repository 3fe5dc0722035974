import { describe, expect, it } from 'vitest';
import { CORPUS, DIM, document, encode, passage, vectorsOf } from '../fixtures.js';
import type { MultivectorIndex, PassageId, RowMatch, SearchFilter, SearchMode } from '../types.js';
import { openedFor } from './opened-index.cases.js';

export function searchCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: search`, () => {
    let index: MultivectorIndex;
    const { add, addCorpus, search } = openedFor(open, (opened) => {
      index = opened;
    });

    it('finds every passage by its own text, in every script and mode', async () => {
      await addCorpus();
      for (const [path, texts] of Object.entries(CORPUS)) {
        for (const text of texts) {
          for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
            const [hit] = await search(mode, text);
            expect([mode, hit?.path, hit?.text]).toEqual([mode, path, text]);
          }
        }
      }
    });

    it('says of a hit where it stands and what each side gave', async () => {
      await addCorpus();
      const text = 'ขนมปังต้องหมักแป้งข้ามคืนก่อนอบ';
      const id = await index.upsert(
        document('th/ขนมปัง.txt', [text], {
          title: 'ขนมปัง',
          passages: [passage(text, 5, { headings: ['แป้ง'], page: 2, lines: { first: 1, last: 2 }, lang: 'th' })],
        }),
        encode(text),
      );
      const [hit] = await search('hybrid', text, 1);
      expect(hit).toMatchObject({ rank: 1, documentId: id, path: 'th/ขนมปัง.txt', title: 'ขนมปัง', text, start: 5 });
      expect(hit).toMatchObject({ headings: ['แป้ง'], page: 2, places: [], lines: { first: 1, last: 2 }, lang: 'th' });
      expect(hit?.end).toBe(5 + text.length);
      const { base, semantic: near, lexical: worded } = hit!.parts;
      expect(hit?.score).toBeCloseTo(1 / (1 + Math.exp(-(base + near + worded))), 10);
      expect(Math.min(near, worded)).toBeGreaterThan(0);
      expect(hit?.components.semantic).toBeCloseTo(1, 2);
      const [lexical] = await search('lexical', text, 1);
      expect(lexical?.components).toEqual({ semantic: null, lexical: hit?.components.lexical });
      expect(lexical?.parts.semantic).toBe(0);
      const [semantic] = await search('semantic', text, 1);
      expect(semantic?.components).toEqual({ semantic: hit?.components.semantic, lexical: null });
      expect(semantic?.parts).toMatchObject({ base, lexical: 0 });
    });

    it('answers with the side that has something when the other has nothing', async () => {
      await addCorpus();
      const order = (hits: readonly { passageId: PassageId }[]) => hits.map(({ passageId }) => passageId);
      const vectors = encode('発酵 dough');
      const wordless = await index.search({ mode: 'hybrid', text: '???', vectors });
      expect(wordless.length).toBe(10);
      expect(order(wordless)).toEqual(order(await index.search({ mode: 'semantic', vectors })));
      const rowless = await index.search({ mode: 'hybrid', text: 'dough 発酵', vectors: encode('') });
      expect(rowless.length).toBeGreaterThan(1);
      expect(order(rowless)).toEqual(order(await index.search({ mode: 'lexical', text: 'dough 発酵' })));
    });

    it('ranks by the mean of the best dot products, negative ones included', async () => {
      const axis = (...values: number[]) => Float32Array.from({ length: DIM }, (_, i) => values[i] ?? 0);
      const rows = [axis(1), axis(0, 1), axis(-1), Float32Array.from([...axis(0.6, 0.8), ...axis(0, 0, 1)])];
      for (const [i, row] of rows.entries()) {
        await index.upsert(document(`d${i}`, [`d${i}`]), vectorsOf([row], DIM));
      }
      const query = vectorsOf([Float32Array.from([...axis(1), ...axis(0, 1)])], DIM);
      const hits = await index.search({ mode: 'semantic', vectors: query });
      expect(hits.map(({ path }) => path)).toEqual(['d3', 'd0', 'd1', 'd2']);
      [0.7, 0.5, 0.5, -0.5].forEach((score, i) => {
        expect(hits[i]?.components.semantic).toBeCloseTo(score, 1);
      });
    });

    it('gives equals by path and place, whenever they came, and no more than asked', async () => {
      const paths = Array.from({ length: 15 }, (_, i) => `${['ж', 'z', '𠮷', 'B', '木'][i % 5]} ${i}`);
      for (const path of paths) await add(path, ['同じ文 same', '同じ文 same']);
      // By UTF-8, each twice: before and behind one that is another.
      const sorted = paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
        const hits = await search(mode, '同じ文', 25);
        expect(hits.map(({ path }) => path)).toEqual(sorted.flatMap((path) => [path, path]).slice(0, 25));
        expect(hits.map(({ start }) => start)).toEqual(Array.from({ length: 25 }, (_, i) => (i % 2) * 9));
        expect(hits.map(({ rank }) => rank)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
      }
      const more = Array.from({ length: 400 }, (_, i) => `passage ${i} 同じ`);
      await add('many', more);
      expect((await search('hybrid', '同じ', 350)).length).toBe(350);
    });

    it('refuses requests that lack something', async () => {
      const bad = expect.objectContaining({ code: 'index.query' });
      const vectors = encode('x');
      await expect(index.search({ mode: 'lexical' })).rejects.toThrowError(bad);
      await expect(index.search({ mode: 'semantic', text: 'x' })).rejects.toThrowError(bad);
      await expect(index.search({ mode: 'hybrid', vectors })).rejects.toThrowError(bad);
      await expect(index.search({ mode: 'semantic', vectors, limit: 0 })).rejects.toThrowError(bad);
      await expect(index.search({ mode: 'fuzzy' as SearchMode, text: 'x' })).rejects.toThrowError(bad);
      await expect(index.search({ mode: 'semantic', vectors: encode('x', 'y') })).rejects.toThrowError(
        expect.objectContaining({ code: 'index.vector-count' }),
      );
    });

    it('looks only among the documents that a filter leaves, before anything is ranked', async () => {
      for (const [path, texts] of Object.entries(CORPUS)) {
        const day = path.startsWith('ja/') ? 2000 : 1000;
        await add(path, texts, {
          lang: path.slice(0, 2),
          modifiedMs: day,
          meta: { topic: 'パン', 'a.b"c': path.slice(0, 2) },
        });
      }
      await add('notes/ja/deep/パン.html', ['パン生地は一晩発酵'], { format: 'html', meta: { topic: 'other' } });
      const found = async (mode: SearchMode, filter: SearchFilter) => {
        const text = 'パン生地 dough 面团';
        const hits = await index.search({ mode, text, vectors: encode(text), limit: 50, filter });
        return [...new Set(hits.map(({ path }) => path))].sort();
      };
      for (const mode of ['semantic', 'hybrid'] as const) {
        expect(await found(mode, { languages: ['ja', 'ko'] })).toEqual(['ja/パン.txt', 'ko/빵.txt']);
        expect(await found(mode, { languages: ['und'] })).toEqual(['notes/ja/deep/パン.html']);
        expect(await found(mode, { formats: ['html'] })).toEqual(['notes/ja/deep/パン.html']);
        expect(await found(mode, { path: '**/ja/**' })).toEqual(['ja/パン.txt', 'notes/ja/deep/パン.html']);
        expect(await found(mode, { path: 'パン.*' })).toEqual(['ja/パン.txt', 'notes/ja/deep/パン.html']);
        expect(await found(mode, { path: '{en,de}/*.md' })).toEqual(['de/brot.md', 'en/bread.md']);
        expect(await found(mode, { modifiedFromMs: 1500, modifiedBeforeMs: 2001 })).toEqual(['ja/パン.txt']);
        expect(await found(mode, { meta: { topic: 'other' } })).toEqual(['notes/ja/deep/パン.html']);
        expect(await found(mode, { meta: { topic: 'パン', 'a.b"c': 'zh' } })).toEqual(['zh/面包.txt']);
        expect(await found(mode, { meta: { topic: 'パ' } })).toEqual([]);
      }
      expect(await found('lexical', { languages: ['en', 'zh'] })).toEqual(['en/bread.md', 'zh/面包.txt']);
      await expect(found('lexical', { modifiedFromMs: Number.NaN })).rejects.toThrowError(
        expect.objectContaining({ code: 'index.query' }),
      );
    });

    it('explains a score by the best row for each row of the query', async () => {
      await addCorpus();
      const text = '東京の電車';
      const [hit] = await search('semantic', text, 1);
      const matches = (await index.explain(hit!.passageId, encode(text)))!;
      expect(matches.map(({ queryRow }) => queryRow)).toEqual([0, 1, 2, 3, 4]);
      expect(matches.slice(0, 4).map(({ row }) => row)).toEqual([0, 1, 2, 3]);
      for (const { similarity } of matches.slice(0, 4)) expect(similarity).toBeCloseTo(1, 1);
      const mean = (rows: readonly RowMatch[]) => rows.reduce((sum, row) => sum + row.weight * row.similarity, 0);
      expect(mean(matches)).toBeCloseTo(hit!.components.semantic!, 4);
      expect(matches.map(({ weight }) => weight)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
      expect(await index.explain(1_000_000, encode(text))).toBeNull();
    });

    it('weighs rows of rare words more, where it is known what they stand for', async () => {
      const texts = Array.from({ length: 20 }, (_, at) => `dough number ${at}`);
      await add('dough', [...texts, 'rye dough']);
      const text = 'rye dough';
      const tokenOffsets = [...text].flatMap((character, at) =>
        character === ' ' ? [] : [{ start: at, end: at + 1 }],
      );
      const asked = { text, reading: { tokenOffsets } };
      for (const mode of ['semantic', 'hybrid'] as const) {
        const [hit] = await index.search({ mode, vectors: encode(text), ...asked });
        expect(hit?.text).toBe(text);
        const matches = (await index.explain(hit!.passageId, encode(text), asked))!;
        expect(matches[0]!.weight).toBeGreaterThan(2 * matches[7]!.weight);
        expect(matches.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
        const mean = matches.reduce((sum, row) => sum + row.weight * row.similarity, 0);
        expect(mean).toBeCloseTo(hit!.components.semantic!, 2);
      }
    });
  });
}
