import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CORPUS,
  DIM,
  document,
  ENCODER,
  encode,
  passage,
  randomNumbers,
  skip,
  skipInPlace,
  stamp,
  vectorsOf,
} from './fixtures.js';
import type {
  DocumentVectors,
  IndexChange,
  MultivectorIndex,
  PassageId,
  PreparedVectors,
  RowMatch,
  SearchFilter,
  SearchMode,
  StoredDocument,
} from './types.js';

/** What every index does, whatever it is made of. */
export function indexCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: the contract`, () => {
    let index: MultivectorIndex;
    beforeEach(async () => {
      index = await open();
    });
    afterEach(() => index.close());

    const add = (path: string, texts: readonly string[], fields = {}) =>
      index.upsert(document(path, texts, fields), encode(...texts));
    const upsert = (path: string, texts: readonly string[]): IndexChange => ({
      kind: 'upsert',
      document: document(path, texts),
      vectors: encode(...texts),
    });
    const addCorpus = async () => {
      for (const [path, texts] of Object.entries(CORPUS)) await add(path, texts);
    };
    const search = (mode: SearchMode, text: string, limit = 10) =>
      index.search({ mode, text, vectors: encode(text), limit });

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

    it('finds words whatever their form, and by title or heading', async () => {
      await addCorpus();
      const first = async (text: string) => (await search('lexical', text))[0]?.text;
      expect(await first('DON’T')).toContain("don't");
      expect(await first("DON'T")).toContain("don't");
      expect(await first('ｄｏｕｇｈ')).toContain('dough');
      expect(await first('cafe\u0301')).toContain('café');
      expect(await first('🧈')).toContain('🧈');
      expect(await first('👩‍🍳')).toContain('👩‍🍳');
      expect(await first('発酵')).toContain('パン生地');
      expect(await first('STRASSENBAHNEN')).toContain('Straßenbahnen');
      expect(await first('संयुक्ताक्षर')).toContain('हिन्दी');
      expect(await first('हिन')).toBeUndefined();
      expect(await first('cafe')).toContain('café');
      await add('guide', ['nothing to see'], {
        title: 'Überblick',
        passages: [passage('nothing', 0, { headings: ['Montage'] })],
      });
      expect(await first('überblick')).toBe('nothing');
      expect(await first('montage')).toBe('nothing');
    });

    it('finds words by the name of a file, which counts for more, under its new name too', async () => {
      await add('notes/zürich-plan.md', ['Tram und Bus']);
      await add('notes/other.md', ['Zürich plan']);
      expect((await search('lexical', 'zurich')).map(({ path }) => path)).toEqual([
        'notes/zürich-plan.md',
        'notes/other.md',
      ]);
      await index.move('notes/zürich-plan.md', 'notes/大阪.md');
      expect((await search('lexical', 'zurich')).map(({ path }) => path)).toEqual(['notes/other.md']);
      expect((await search('lexical', '大阪'))[0]?.path).toBe('notes/大阪.md');
    });

    it('puts what is spelled as in the query before what is folded to it', async () => {
      await add('a', ['une pêche mûre']);
      await add('b', ['une péché mûre']);
      await add('c', ['une peche mûre']);
      expect((await search('lexical', 'péché'))[0]?.path).toBe('b');
      expect((await search('lexical', 'pêche'))[0]?.path).toBe('a');
      expect(await search('lexical', 'peche')).toHaveLength(3);
    });

    it('takes a word that stands nowhere for the nearest that does, and says so', async () => {
      await addCorpus();
      await add('hafen.md', ['Die Hafenmeisterin öffnet das Tor um neun.'], { lang: 'de' });
      const firstOf = async (mode: SearchMode, text: string) => (await search(mode, text))[0];
      for (const mode of ['lexical', 'hybrid'] as const) {
        const hit = await firstOf(mode, 'Hafenmiesterin');
        expect([hit?.path, hit?.corrections]).toEqual([
          'hafen.md',
          [{ typed: 'hafenmiesterin', searched: 'hafenmeisterin' }],
        ]);
      }
      expect(await firstOf('lexical', 'sourdogh')).toMatchObject({
        path: 'en/bread.md',
        corrections: [{ typed: 'sourdogh', searched: 'sourdough' }],
      });
      expect(await firstOf('lexical', 'öffent')).toMatchObject({
        corrections: [{ typed: 'öffent', searched: 'öffnet' }],
      });
      expect(await firstOf('lexical', 'القطارر')).toMatchObject({ path: 'ar/خبز.txt' });
      expect(await firstOf('lexical', '지하쳘은')).toMatchObject({ path: 'ko/빵.txt' });
    });

    it('takes no word for another that stands in any form, is a name or a number, or is one of many unknown', async () => {
      await addCorpus();
      await add('codes.md', ['Error E1234 in version 14.2.1: ENOENT from getUserById', 'houses and the harbour'], {
        lang: 'en',
      });
      for (const text of ['house', 'E1235', '14.2.2', 'ENOEND', 'getUserByIt', 'hose', 'cat', '面糰', 'sour-dogh.md']) {
        expect([text, (await search('lexical', text)).flatMap(({ corrections = [] }) => corrections)]).toEqual([
          text,
          [],
        ]);
      }
      expect(await search('lexical', 'wie teuer sind harbor Fahrkarten morgens')).toEqual([]);
      expect((await search('lexical', 'houses on the harbuor'))[0]?.corrections).toEqual([
        { typed: 'harbuor', searched: 'harbour' },
      ]);
    });

    it('looks only among passages that hold a phrase word for word, in every mode and script', async () => {
      await addCorpus();
      await add('jp/半角.md', ['社内のｻｰﾊﾞｰを再起動する。', '本\n日東京に着く。']);
      await add('zh/合同.md', ['勞動合同法規定了試用期。'], { title: '法律' });
      await add('q.md', ['Die Öffnungszeiten – am\u00A0SONNTAG: zehn bis zwölf', 'am Samstag, nicht sonntags'], {
        title: 'Haus am See',
      });
      const found = async (phrases: string[], mode: SearchMode = 'hybrid') => {
        const vectors = encode('irgendetwas');
        const hits = await index.search({ mode, text: 'irgendetwas Brot', vectors, limit: 50, filter: { phrases } });
        return hits.map(({ path, text }) => `${path} ${text.slice(0, 7)}`).sort();
      };
      for (const mode of ['semantic', 'hybrid'] as const) {
        expect(await found(['offnungszeiten am Sonntag'], mode)).toEqual(['q.md Die Öff']);
        expect(await found(['haus am see'], mode)).toHaveLength(2);
        expect(await found(['am Sonntag', 'haus am see'], mode)).toEqual(['q.md Die Öff']);
        expect(await found(['am zwölf'], mode)).toEqual([]);
        expect(await found(['sonntag'], mode)).toEqual(['q.md Die Öff']);
        expect(await found(['劳动合同'], mode)).toEqual(['zh/合同.md 勞動合同法規定']);
        expect(await found(['动合'], mode)).toHaveLength(1);
        expect(await found(['法律'], mode)).toHaveLength(1);
        expect(await found(['合同'], mode)).toHaveLength(1);
        expect(await found(['サーバー'], mode)).toEqual(['jp/半角.md 社内のｻｰﾊﾞ']);
        expect(await found(['東京'], mode)).toHaveLength(2);
        expect(await found(['日東京'], mode)).toHaveLength(1);
        expect(await found(['หมักแป้ง'], mode)).toHaveLength(1);
        expect(await found(['आटा रात भर'], mode)).toHaveLength(1);
        expect(await found(['العجين طوال الليل'], mode)).toHaveLength(1);
      }
      const lexical = await index.search({ mode: 'lexical', text: 'sonntag', filter: { phrases: ['am sonntag'] } });
      expect(lexical.map(({ path }) => path)).toEqual(['q.md']);
      await expect(found(['?!'])).rejects.toThrowError(expect.objectContaining({ code: 'index.query' }));
    });

    it('leaves out passages that hold a word or a phrase, and keeps other forms of it', async () => {
      await add('wax.md', [
        'Wax the skis before snow',
        'Wax and more wax',
        'Waxing in the snows',
        'wax in data.snow.toml',
      ]);
      await add('zh.md', ['勞動 合同', '勞動 法律']);
      const found = async (mode: SearchMode, text: string, filter: SearchFilter) => {
        const hits = await index.search({ mode, text, vectors: encode(text), filter });
        return hits.map((hit) => hit.text).sort();
      };
      for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
        expect(await found(mode, 'wax waxing', { without: ['Snow'], path: 'wax.md' })).toEqual([
          'Wax and more wax',
          'Waxing in the snows',
        ]);
        expect(await found(mode, 'wax waxing', { without: ['more wax', 'the snows'], path: 'wax.md' })).toEqual([
          'Wax the skis before snow',
          'wax in data.snow.toml',
        ]);
        expect(await found(mode, '劳动', { without: ['合同'], path: 'zh.md' })).toEqual(['勞動 法律']);
        expect(await found(mode, 'wax', { without: ['snow'], phrases: ['the snow'] })).toEqual([]);
      }
    });

    it('finds inflected forms by the languages of its documents, after the form itself', async () => {
      await add('plural', ['Die Häuser am See'], { lang: 'de' });
      await add('singular', ['Ein Haus am See'], { lang: 'de' });
      expect((await search('lexical', 'Haus')).map(({ path }) => path)).toEqual(['singular', 'plural']);
      expect((await search('lexical', 'Häuser')).map(({ path }) => path)).toEqual(['plural', 'singular']);
    });

    it('gives back a passage that is no stretch of its document, and long texts', async () => {
      const text = 'Sätze mit 𠮷 und mehr. '.repeat(6000);
      const passages = [passage('sonst nirgends', 0), passage(text.slice(70_000, 70_400), 70_000)];
      await add('lang', ['x', 'y'], { text, passages });
      expect(await index.get('lang')).toMatchObject({ text, passages: passages.map(({ text }) => ({ text })) });
      expect((await search('lexical', 'nirgends'))[0]?.text).toBe('sonst nirgends');
      expect((await search('lexical', '𠮷'))[0]?.text).toBe(passages[1]!.text);
    });

    it('takes a query as words, not as a query language', async () => {
      await addCorpus();
      const hostile = [
        '"',
        'bread" OR "',
        'heading: bread',
        'bread AND',
        'NEAR(bread dough)',
        '-bread',
        'bread*',
        "'; DROP TABLE document; --",
        '^',
        '()',
        '{heading}:x',
        '\u0000bread',
      ];
      for (const text of hostile) await expect(search('lexical', text)).resolves.toBeInstanceOf(Array);
      expect((await search('lexical', 'bread AND')).map(({ path }) => path)).toContain('en/bread.md');
      expect(await search('lexical', '… — !')).toEqual([]);
      expect(await search('lexical', '')).toEqual([]);
      const many = Array.from({ length: 3000 }, (_, i) => `w${i}`).join(' ');
      expect(await search('lexical', `bread ${many}`)).not.toEqual([]);
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

    it('records skipped files in place of documents, and documents in place of skips', async () => {
      const skip = {
        path: 'x.pdf',
        reason: 'encrypted',
        detail: 'パスワード',
        contentHash: 'h',
        sizeBytes: 5,
        modifiedMs: 6.25,
        changedMs: 7.5,
      };
      await add('x.pdf', ['text']);
      await index.write(skipInPlace(skip));
      expect(await index.get('x.pdf')).toBeNull();
      expect(await index.ledger.skippedFiles()).toEqual([skip]);
      expect(await index.ledger.files()).toEqual([
        {
          path: 'x.pdf',
          contentHash: 'h',
          sizeBytes: 5,
          modifiedMs: 6.25,
          changedMs: 7.5,
          indexed: false,
          skipReason: 'encrypted',
        },
      ]);
      await index.write(skipInPlace({ ...skip, reason: 'broken' }));
      expect(await index.ledger.skippedFiles()).toEqual([{ ...skip, reason: 'broken' }]);
      await add('x.pdf', ['text']);
      expect(await index.ledger.skippedFiles()).toEqual([]);
      expect((await index.ledger.files())[0]?.skipReason).toBeNull();
      await index.write(skipInPlace(skip));
      expect(await index.delete('x.pdf')).toBe(true);
      expect(await index.ledger.files()).toEqual([]);
    });

    it('keeps a document that could not be read again, and says why beside it', async () => {
      const file = { path: 'é.pdf', reason: 'timeout', detail: '…', contentHash: '', sizeBytes: 5, modifiedMs: 6 };
      const id = await add('é.pdf', ['sourdough']);
      await index.ledger.write([skip(file)]);
      await index.ledger.write([skip(file)]);
      expect(await index.get('é.pdf')).toMatchObject({ id });
      expect((await search('lexical', 'sourdough'))[0]?.path).toBe('é.pdf');
      expect(await index.ledger.files()).toMatchObject([
        { indexed: true, skipReason: 'timeout', contentHash: 'hash of é.pdf' },
      ]);
      expect(await index.ledger.skippedFiles()).toEqual([{ ...file, changedMs: 0 }]);
      await index.ledger.write([{ kind: 'unskip', path: 'é.pdf' }]);
      expect(await index.ledger.files()).toMatchObject([{ path: 'é.pdf', indexed: true, skipReason: null }]);
      await index.ledger.write([skip(file)]);
      expect(await index.delete('é.pdf')).toBe(true);
      expect([await index.ledger.files(), await index.ledger.skippedFiles()]).toEqual([[], []]);
    });

    it('says beside a document what of its file is left out, until it is replaced', async () => {
      const shortfall = { reason: 'partial', detail: 'bis Zeile 7' };
      await add('log', ['eins'], { shortfall });
      expect(await index.ledger.skippedFiles()).toMatchObject([
        { path: 'log', ...shortfall, contentHash: 'hash of log' },
      ]);
      expect(await index.ledger.files()).toMatchObject([{ indexed: true, skipReason: 'partial' }]);
      expect(await index.get('log')).not.toHaveProperty('shortfall');
      await add('log', ['eins']);
      expect(await index.ledger.skippedFiles()).toEqual([]);
    });

    it('keeps a text that is no file out of the ledger', async () => {
      const id = await add('メモ 1', ['資料館は毎朝十時に開館します'], { source: 'text', changedMs: 0 });
      await add('a.md', ['eine Datei']);
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(['a.md']);
      expect((await index.list()).map(({ path }) => path)).toEqual(['a.md', 'メモ 1']);
      expect(await index.get('メモ 1')).toMatchObject({ id, source: 'text', changedMs: 0 });
      expect((await search('lexical', '資料館'))[0]?.path).toBe('メモ 1');
      expect(await index.delete('メモ 1')).toBe(true);
      expect(await index.get('メモ 1')).toBeNull();
    });

    it('remembers the roots that it is kept in step with, in place of those before', async () => {
      expect(await index.ledger.roots()).toEqual([]);
      const root = { path: 'docs', hidden: false, followLinks: false, noIgnore: false };
      await index.ledger.write([{ kind: 'roots', roots: [root, { ...root, path: '.' }] }]);
      const roots = [{ ...root, path: '/ノート', hidden: true }, root];
      await index.write([upsert('a.md', ['eins']), { kind: 'roots', roots }]);
      expect(await index.ledger.roots()).toEqual(roots);
      expect(await index.check()).toEqual([]);
    });

    it('gives the records of some files, and says where a passage stands', async () => {
      await add('a.md', ['eins', 'zwei']);
      await add('é.md', ['drei']);
      await add('text', ['vier'], { source: 'text' });
      await index.ledger.write([
        skip({ path: 'b.pdf', reason: 'malformed', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 1 }),
      ]);
      const all = await index.ledger.files();
      expect(await index.ledger.filesAt(['b.pdf', 'a.md', 'text', 'none'])).toEqual(
        all.filter(({ path }) => path !== 'é.md'),
      );
      const [hit] = await search('lexical', 'zwei');
      expect(await index.locate(hit!.passageId)).toEqual({ path: 'a.md', passage: 1 });
      await index.delete('a.md');
      expect(await index.locate(hit!.passageId)).toBeNull();
    });

    it('moves the stamp of a file and nothing else', async () => {
      const id = await add('a', ['text']);
      await index.write(
        skipInPlace({ path: 'b', reason: 'empty', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 1 }),
      );
      await index.ledger.write([stamp('a', 1, 1)]);
      await index.ledger.write([stamp('b', 9, 10)]);
      await index.ledger.write([stamp('nowhere', 1, 1)]);
      await index.ledger.write([stamp('a', 7, 8.5, 8.75)]);
      expect(await index.get('a')).toMatchObject({
        id,
        sizeBytes: 7,
        modifiedMs: 8.5,
        changedMs: 8.75,
        contentHash: 'hash of a',
      });
      expect((await index.ledger.skippedFiles())[0]).toMatchObject({ sizeBytes: 9, modifiedMs: 10, reason: 'empty' });
      expect(await index.ledger.files()).toHaveLength(2);
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

    it('counts', async () => {
      await add('b', ['one', 'two'], { lang: 'en', format: 'markdown' });
      await add('ä', ['drei'], { lang: 'de' });
      await add('𠮷', ['四'], { lang: 'de' });
      await add('z', ['?']);
      await index.write(
        skipInPlace({ path: 'y', reason: 'empty', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 0 }),
      );
      expect(await index.stats()).toMatchObject({
        documents: 4,
        passages: 5,
        tokens: 12,
        skipped: 1,
        encoder: ENCODER,
      });
      expect((await index.stats()).languages).toEqual({ en: 1, de: 2, und: 1 });
      expect((await index.stats()).formats).toEqual({ markdown: 1, text: 3 });
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(['b', 'y', 'z', 'ä', '𠮷']);
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

    it('refuses another encoder', () => {
      const foreign = expect.objectContaining({ code: 'index.foreign-encoder' });
      expect(index.encoder).toEqual(ENCODER);
      expect(() => index.requireEncoder({ ...ENCODER, name: 'renamed' })).not.toThrow();
      expect(() => index.requireEncoder({ ...ENCODER, fingerprint: 'beef' })).toThrowError(foreign);
      expect(() => index.requireEncoder({ ...ENCODER, dim: 48 })).toThrowError(foreign);
      expect(() => index.requireEncoder({ ...ENCODER, poolFactor: 1 })).not.toThrow();
      expect(() => index.requireEncoder({ ...ENCODER, poolFactor: 2 })).toThrowError(foreign);
    });

    it('answers searches that overlap with changes, each change on return', async () => {
      const running: Promise<unknown>[] = [];
      const next = randomNumbers(5);
      for (let i = 0; i < 40; i += 1) {
        await add(`d${i}`, [`unique${i} 発酵`]);
        running.push(
          search('hybrid', `unique${i}`, 1).then((hits) => {
            expect(hits).toHaveLength(1);
          }),
        );
        if (next() > 0.5) await index.delete(`d${Math.floor(i / 2)}`);
      }
      await Promise.all(running);
      await add('last', ['unique40 新しい']);
      expect((await search('semantic', 'unique40 新しい', 1))[0]?.path).toBe('last');
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

    it('looks for the words that tell something in the language of a query, in a folder of several', async () => {
      const some = (lang: string, words: string) =>
        Promise.all(
          Array.from({ length: 70 }, (_, at) => add(`${lang}/${at}.md`, [`${words} ${lang}${at}`], { lang })),
        );
      await some('de', 'das ist der Ofen und die Zeit');
      await some('en', 'the oven and what it will cost');
      await add('en/die.md', ['die die cast'], { lang: 'en' });
      expect((await search('lexical', 'was ist die Zeit en7'))[0]?.path).toBe('en/7.md');
      const german = await search('lexical', 'wie ist die Wärme de5');
      expect(german.map(({ path }) => path)).toEqual(['de/5.md']);
      const english = await search('lexical', 'the die cast');
      expect(english[0]?.path).toBe('en/die.md');
    });

    it('finds the same after maintenance, and nothing wrong', async () => {
      await addCorpus();
      await index.delete('zh/面包.txt');
      const answers = () => Promise.all(['発酵 dough', '🍞', 'ขนมปัง'].map((text) => search('semantic', text, 3)));
      const before = await answers();
      const phases = new Set<string>();
      await index.optimize({ retrain: true, onProgress: ({ phase }) => phases.add(phase) });
      expect(await answers()).toEqual(before);
      expect(await index.optimize()).toMatchObject({ partitions: 'none' });
      expect(await index.check()).toEqual([]);
      expect(await index.repair()).toEqual({ problems: [], removed: [], partitionsDropped: false, whole: true });
    });

    it('stops when told to', async () => {
      await addCorpus();
      const signal = AbortSignal.abort();
      await expect(index.search({ mode: 'semantic', vectors: encode('dough'), signal })).rejects.toThrowError(
        expect.objectContaining({ name: 'AbortError' }),
      );
    });

    it('is closed once, and refuses work afterwards', async () => {
      await add('a', ['text']);
      const running = search('semantic', 'text');
      await index.close();
      await index.close();
      expect(await running).toHaveLength(1);
      const closed = expect.objectContaining({ code: 'index.closed' });
      await expect(add('b', ['text'])).rejects.toThrowError(closed);
      await expect(index.ledger.files()).rejects.toThrowError(closed);
      await expect(search('semantic', 'text')).rejects.toThrowError(closed);
    });
  });
}

const withoutPassageIds = (document: StoredDocument | null) =>
  document && { ...document, passages: document.passages.map(({ id: _, ...passage }) => passage) };
