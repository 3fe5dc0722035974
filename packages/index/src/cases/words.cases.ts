import { describe, expect, it } from 'vitest';
import { encode, passage } from '../fixtures.js';
import type { MultivectorIndex, SearchFilter, SearchMode } from '../types.js';
import { openedFor } from './opened-index.cases.js';

export function wordsCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: words of a search`, () => {
    let index: MultivectorIndex;
    const { add, addCorpus, search } = openedFor(open, (opened) => {
      index = opened;
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
  });
}
