import { describe, expect, it } from 'vitest';
import { CORPUS, DIM, document, encode, passage, skip, skipInPlace, stamp, vectorsOf } from '../fixtures.js';
import type { DocumentVectors, MultivectorIndex, PreparedVectors, StoredDocument } from '../types.js';
import { openedFor } from './opened-index.cases.js';

export function documentsCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: documents`, () => {
    let index: MultivectorIndex;
    const { add, upsert, addCorpus, search } = openedFor(open, (opened) => {
      index = opened;
    });

    it('gives back a document as it came', async () => {
      const input = document('ar/خبز 🍞.pdf', ['العجين', 'e\u0301te\u0301 \u0000 👩‍🍳'], {
        title: 'パン',
        lang: 'ar',
        format: 'pdf',
        meta: { مؤلف: 'ليلى', tags: 'a,b' },
        passages: [
          passage('العجين', 0, { headings: ['パン', '第一章'], page: 3, lang: 'ar' }),
          passage('e\u0301te\u0301 \u0000 👩‍🍳', 7, { lines: { first: 2, last: 4 } }),
        ],
      });
      const id = await index.upsert(input, encode('العجين', 'e\u0301te\u0301 \u0000 👩‍🍳'));
      expect(withoutPassageIds(await index.get('ar/خبز 🍞.pdf'))).toEqual({ ...input, id });
      expect(await index.get('missing')).toBeNull();
    });

    it('keeps the places of a document and gives a hit those it reaches over', async () => {
      const text = 'ขนมปังต้องหมักแป้งข้ามคืนก่อนอบ';
      const starts = [0, 3, 10, 10, 400];
      const places = starts.map((start, at) => ({ kind: 'page' as const, label: `${at + 1}`, start }));
      const input = document('頁.pdf', [text], { places, passages: [passage(text, 5, { page: 2 })] });
      await index.upsert(input, encode(text));
      await add('b.pdf', [text], { places: [{ kind: 'sheet', label: 'Übersicht', start: 0 }] });
      expect((await index.get('頁.pdf'))?.places).toEqual(places);
      const hits = await search('semantic', text);
      const labels = (path: string) => hits.find((hit) => hit.path === path)?.places.map(({ label }) => label);
      expect([labels('頁.pdf'), labels('b.pdf')]).toEqual([['2', '3', '4'], ['Übersicht']]);
      await index.upsert({ ...input, places: [] }, encode(text));
      expect((await index.get('頁.pdf'))?.places ?? []).toEqual([]);
      await index.delete('頁.pdf');
      await index.upsert(input, encode(text));
      expect((await index.get('頁.pdf'))?.places).toEqual(places);
    });

    it('takes vectors that it prepared part by part for the same as those that come at once', async () => {
      const texts = ['パンの発酵時間', 'العجين', '!!!', 'โดว์ 🍞', 'Der Teig ruht'];
      const whole = document('a.md', texts);
      const parts: PreparedVectors[] = [];
      for (const some of [texts.slice(0, 2), texts.slice(2, 3), texts.slice(3)]) {
        parts.push(...(await index.prepare(encode(...some))));
      }
      expect(parts.map(({ rows }) => rows)).toEqual(texts.map((text) => encode(text).offsets[1]));
      await index.upsert(whole, encode(...texts));
      await index.upsert({ ...whole, path: 'b.md' }, parts);
      for (const query of ['العجين', 'パン', 'Teig']) {
        const hits = await search('semantic', query);
        const of = (path: string) => hits.filter((hit) => hit.path === path).map(({ text, score }) => [text, score]);
        expect(of('b.md')).toEqual(of('a.md'));
        expect(of('b.md').length).toBeGreaterThan(0);
      }
      await expect(index.upsert(whole, parts.slice(1))).rejects.toThrowError(
        expect.objectContaining({ code: 'index.vector-count' }),
      );
      const foreign = vectorsOf([new Float32Array(DIM * 2)], DIM * 2);
      await expect(index.prepare(foreign)).rejects.toThrowError(expect.objectContaining({ code: 'index.dimension' }));
      const broken = vectorsOf([new Float32Array(DIM).fill(NaN)], DIM);
      await expect(index.prepare(broken)).rejects.toThrowError(expect.objectContaining({ code: 'index.not-finite' }));
    });

    it('keeps how a document was read, and tells which have notes', async () => {
      const text = '# パン\n\n生地を一晩寝かせる。';
      const blocks = [
        { kind: 'heading' as const, start: 0, end: 4 },
        { kind: 'paragraph' as const, start: 6, end: text.length },
      ];
      const notes = [{ kind: 'charset-assumed', detail: 'read as shift_jis' }];
      const input = document('パン.md', [text], { blocks, notes, formatVersion: 3 });
      const id = await index.upsert(input, encode(text));
      await add('b.md', ['ein Satz'], { formatVersion: 3 });
      await add('a.md', ['noch ein Satz']);
      expect(withoutPassageIds(await index.get('パン.md'))).toEqual({ ...input, id });
      expect(await index.notedDocuments()).toEqual([{ path: 'パン.md', notes }]);
      const { format } = input;
      expect(await index.formatReadings()).toEqual([
        { format, version: null, documents: 1 },
        { format, version: 3, documents: 2 },
      ]);
      await index.move('パン.md', 'z.md');
      expect(await index.notedDocuments()).toEqual([{ path: 'z.md', notes }]);
      await index.upsert(document('z.md', [text]), encode(text));
      expect(await index.notedDocuments()).toEqual([]);
      expect(await index.check()).toEqual([]);
    });

    it('makes several changes together: all of them or, where one fails, none', async () => {
      await addCorpus();
      const [first, second] = Object.keys(CORPUS) as [string, string];
      const skipped = { path: 'kaputt.pdf', reason: 'malformed', detail: '読めない', contentHash: '' };
      const change = (vectors = encode('العجين')) =>
        index.write([
          upsert('新しい.md', ['パンの発酵時間', 'โดว์ 🍞']),
          { kind: 'delete', path: first },
          { kind: 'move', from: second, to: 'umbenannt' },
          skip({ ...skipped, sizeBytes: 1, modifiedMs: 2 }),
          stamp('新しい.md', 77, 78, 79),
          { kind: 'upsert', document: document('ar', ['العجين']), vectors },
        ]);
      const seen = async () => [
        await index.ledger.files(),
        await index.ledger.skippedFiles(),
        (await search('semantic', 'العجين')).map(({ path, text }) => [path, text]),
        (await search('lexical', 'パンの発酵時間')).map(({ path, text }) => [path, text]),
      ];
      const before = await seen();
      const foreign = vectorsOf([new Float32Array(DIM * 2)], DIM * 2);
      await expect(change(foreign)).rejects.toThrowError(expect.objectContaining({ code: 'index.dimension' }));
      expect(await seen()).toEqual(before);

      await change();
      expect(await index.get('新しい.md')).toMatchObject({ sizeBytes: 77, modifiedMs: 78, changedMs: 79 });
      expect([await index.get(first), await index.get(second)]).toEqual([null, null]);
      expect((await index.get('umbenannt'))?.passages.map(({ text }) => text)).toEqual(
        CORPUS[second as keyof typeof CORPUS],
      );
      expect(await index.ledger.skippedFiles()).toMatchObject([{ path: 'kaputt.pdf' }]);
      expect((await search('lexical', 'العجين')).map(({ path }) => path)).toContain('ar');
    });

    it('keeps a document without passages, and one whose passage has no vectors', async () => {
      await add('empty', []);
      await index.upsert(document('mute', ['!!!']), vectorsOf([new Float32Array(0)], DIM));
      expect((await index.get('empty'))?.passages).toEqual([]);
      expect(await index.stats()).toMatchObject({ documents: 2, passages: 1, tokens: 0 });
      expect(await search('semantic', 'word')).toEqual([]);
      expect(await index.delete('empty')).toBe(true);
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(['mute']);
    });

    it('gives back a passage that is no stretch of its document, and long texts', async () => {
      const text = 'Sätze mit 𠮷 und mehr. '.repeat(6000);
      const passages = [passage('sonst nirgends', 0), passage(text.slice(70_000, 70_400), 70_000)];
      await add('lang', ['x', 'y'], { text, passages });
      expect(await index.get('lang')).toMatchObject({ text, passages: passages.map(({ text }) => ({ text })) });
      expect((await search('lexical', 'nirgends'))[0]?.text).toBe('sonst nirgends');
      expect((await search('lexical', '𠮷'))[0]?.text).toBe(passages[1]!.text);
    });

    it('replaces a document as a whole, under a new id', async () => {
      await addCorpus();
      const before = (await index.get('en/bread.md'))!.id;
      const id = await add('en/bread.md', ['Rye flour absorbs more water.']);
      expect(id).not.toBe(before);
      expect(await search('lexical', 'sourdough')).toEqual([]);
      expect((await search('lexical', 'rye'))[0]).toMatchObject({ documentId: id, path: 'en/bread.md' });
      const texts = (await search('semantic', 'Sourdough bread', 50)).map(({ text }) => text);
      expect(texts).toHaveLength(17);
      expect(texts).not.toContain(CORPUS['en/bread.md']![0]);
      expect((await index.ledger.files()).filter(({ path }) => path === 'en/bread.md')).toHaveLength(1);
    });

    it('names the passages of a document as its hits do', async () => {
      await add('b', ['null']);
      const id = await add('a', ['one two', 'zwei drei', 'さん']);
      const hits = (await search('semantic', 'one', 10)).filter(({ path }) => path === 'a');
      const named = new Map(hits.map(({ passageId, text }) => [passageId, text]));
      const { passages } = (await index.get('a'))!;
      expect(passages.map((passage) => named.get(passage.id))).toEqual(['one two', 'zwei drei', 'さん']);
      expect(new Set(hits.map(({ documentId }) => documentId))).toEqual(new Set([id]));
    });

    it('gives many documents at once, those that there are', async () => {
      await addCorpus();
      const paths = ['ja/パン.txt', 'missing', 'en/bread.md', 'ja/パン.txt'];
      const found = await index.getMany(paths);
      expect([...found.keys()].sort()).toEqual(['en/bread.md', 'ja/パン.txt']);
      for (const [path, document] of found) expect(document).toEqual(await index.get(path));
      expect((await index.getMany([])).size).toBe(0);
    });

    it('lists its documents by path', async () => {
      await add('𠮷', ['四']);
      const id = await add('a', ['eins', 'zwei'], { title: 'Titel', lang: 'de', format: 'html' });
      await index.write(
        skipInPlace({ path: 'y', reason: 'empty', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 0 }),
      );
      const { contentHash, sizeBytes, modifiedMs } = document('a', ['eins', 'zwei']);
      const [first, second, ...others] = await index.list();
      const stamp = { contentHash, sizeBytes, modifiedMs };
      expect(first).toEqual({ id, path: 'a', title: 'Titel', lang: 'de', format: 'html', passages: 2, ...stamp });
      expect([second?.path, others]).toEqual(['𠮷', []]);
    });

    it('never uses an id twice', async () => {
      const first = await add('a', ['one', 'two']);
      const passageIds = (await search('semantic', 'one')).map(({ passageId }) => passageId);
      await index.delete('a');
      expect(await add('a', ['one', 'two'])).not.toBe(first);
      const later = (await search('semantic', 'one')).map(({ passageId }) => passageId);
      expect(new Set([...passageIds, ...later]).size).toBe(4);
    });

    it('forgets a deleted document on every side, as if it had never been', async () => {
      await addCorpus();
      const answers = async () =>
        Promise.all(
          ['発酵 dough العجين', '🍞'].flatMap((text) => [search('lexical', text, 20), search('hybrid', text, 20)]),
        );
      const before = await answers();
      for (let i = 0; i < 20; i += 1) await add(`extra ${i}`, ['dough dough 発酵 العجين 🍞', 'bread '.repeat(50)]);
      expect(await answers()).not.toEqual(before);
      for (let i = 0; i < 20; i += 1) expect(await index.delete(`extra ${i}`)).toBe(true);
      expect(await answers()).toEqual(before);
      expect(await index.delete('extra 1')).toBe(false);
      expect(await index.get('extra 1')).toBeNull();
    });

    it('gives a document another path, in the place of what stood there', async () => {
      const id = await add('alt/straße.md', ['eine lange Straße']);
      await add('neu/straße.md', ['something else']);
      expect(await index.move('alt/straße.md', 'neu/straße.md')).toBe(true);
      expect(await index.get('neu/straße.md')).toMatchObject({ id, path: 'neu/straße.md' });
      expect(await index.ledger.files()).toHaveLength(1);
      expect((await index.search({ mode: 'lexical', text: 'Straße', limit: 5 })).map(({ path }) => path)).toEqual([
        'neu/straße.md',
      ]);
      expect(await index.search({ mode: 'lexical', text: 'something', limit: 5 })).toEqual([]);
      expect(await index.move('alt/straße.md', 'x')).toBe(false);
      expect(await index.move('neu/straße.md', 'neu/straße.md')).toBe(false);
    });

    it('refuses vectors that do not fit, and changes nothing', async () => {
      await addCorpus();
      const before = await index.ledger.files();
      const put = (vectors: DocumentVectors) => index.upsert(document('en/bread.md', ['one', 'two']), vectors);
      const code = (value: string) => expect.objectContaining({ code: value });
      const good = encode('one', 'two');
      await expect(put(vectorsOf([new Float32Array(8), new Float32Array(8)], 8))).rejects.toThrowError(
        code('index.dimension'),
      );
      await expect(put(encode('one'))).rejects.toThrowError(code('index.vector-count'));
      await expect(put({ ...good, data: good.data.subarray(1) })).rejects.toThrowError(code('index.vector-count'));
      await expect(put({ ...good, offsets: Uint32Array.of(0, 9, 6) })).rejects.toThrowError(code('index.vector-count'));
      for (const bad of [NaN, Infinity, -Infinity]) {
        const data = good.data.slice();
        data[30] = bad;
        await expect(put({ ...good, data })).rejects.toThrowError(code('index.not-finite'));
        await expect(
          index.search({ mode: 'semantic', vectors: { ...encode('ab'), data: data.slice(0, 48) } }),
        ).rejects.toThrowError(code('index.not-finite'));
      }
      expect(await index.ledger.files()).toEqual(before);
      expect((await search('lexical', 'sourdough'))[0]?.path).toBe('en/bread.md');
    });
  });
}

const withoutPassageIds = (document: StoredDocument | null) =>
  document && { ...document, passages: document.passages.map(({ id: _, ...passage }) => passage) };
