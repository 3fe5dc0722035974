import { describe, expect, it } from 'vitest';
import type { Extraction } from '../extraction.js';
import { readMarkdown } from '../formats/markdown/read-markdown.js';
import { readPlainText } from '../formats/text/read-text.js';
import { passageFaults } from '../testing/passage-faults.js';
import { estimateTokens } from '../text/token-estimate.js';
import type { Passage } from '../types.js';
import { splitIntoPassages } from './split.js';

const split = (extraction: Extraction, targetTokens = 60, lang: string | null = null): Promise<Passage[]> =>
  splitIntoPassages(extraction, { countTokens: estimateTokens, targetTokens, lang });

const repeat = (sentence: string, times: number): string => Array.from({ length: times }, () => sentence).join('');

describe('splitIntoPassages', () => {
  it.each([
    ['en', 'The harbour master shall keep a record of every vessel '],
    ['zh', '港口主管应保存每艘船只的记录，'],
    ['ar', 'يحتفظ مدير الميناء بسجل لكل سفينة '],
  ])('carries a long %s heading in short, and cuts no body for it', async (_lang, words) => {
    const heading = repeat(words, 900).trim();
    const source = `# Kurz\n\n## ${heading}\n\n${repeat('Ein Satz im Text. ', 200)}`;
    const passages = await split(readMarkdown(source));
    const last = passages.at(-1)!;
    expect(last.headings[0]).toBe('Kurz');
    expect(heading.startsWith(last.headings[1]!.slice(0, -1))).toBe(true);
    expect(last.headings[1]).toMatch(/…$/);
    for (const { headings, text } of passages) {
      expect(headings.join(' – ').length).toBeLessThanOrEqual(200);
      expect(estimateTokens(headings.join(' – '))).toBeLessThanOrEqual(30);
      expect(estimateTokens(text)).toBeLessThanOrEqual(95);
    }
    const { text, blocks } = readMarkdown(source);
    expect(passageFaults(text, blocks, passages)).toEqual([]);
  });

  it('keeps a heading with its text, and carries the trail', async () => {
    const source = '# Wurzel\n\n## Leer\n\n### 深い見出し\n\n本文です。\n\n## Zweiter\n\nText.\n';
    const passages = await split(readMarkdown(source));
    expect(passages.map(({ headings }) => headings.join(' > '))).toEqual([
      'Wurzel > Leer > 深い見出し',
      'Wurzel > Zweiter',
    ]);
    expect(passages.map(({ text }) => text)).toEqual([
      '# Wurzel\n\n## Leer\n\n### 深い見出し\n\n本文です。',
      '## Zweiter\n\nText.',
    ]);
    expect(passages.map(({ lines }) => lines)).toEqual([
      { first: 1, last: 7 },
      { first: 9, last: 11 },
    ]);
  });

  it.each([
    ['en', 'The tide rises twice a day, and it never waits for anyone who walks. '],
    ['ar', 'يرتفع المد مرتين في اليوم، ولا ينتظر أحداً يمشي على الشاطئ. '],
    ['zh', '潮水每天涨落两次，从不等待在沙滩上行走的人。'],
    ['ja', '潮は一日に二度満ち、砂浜を歩く人を待ってはくれません。'],
    ['ko', '밀물은 하루에 두 번 들어오고 해변을 걷는 사람을 기다려 주지 않는다. '],
  ])('parts a long %s paragraph between sentences, near the target', async (lang, sentence) => {
    const passages = await split(readPlainText(`x\n\n${repeat(sentence, 30)}`, 'prose'), 60, lang);
    expect(passages.length).toBeGreaterThan(5);
    for (const { text } of passages.slice(1)) expect(text.startsWith(sentence.slice(0, 8))).toBe(true);
    for (const { text } of passages) {
      expect(estimateTokens(text)).toBeLessThanOrEqual(90);
      expect(estimateTokens(text)).toBeGreaterThan(20);
    }
  });

  it('does not take the ends of wrapped lines for ends of sentences', async () => {
    const wrapped = Array.from(
      { length: 40 },
      (_, at) => `word${at} goes on and on over the end of each line without`,
    ).join('\n');
    const { text, blocks } = readPlainText(wrapped, 'prose');
    expect(blocks).toHaveLength(1);
    expect(passageFaults(text, blocks, await split(readPlainText(wrapped, 'prose')))).toEqual([]);
  });

  it('cuts sentences without end at words, and words without end between grapheme clusters', async () => {
    const thai = repeat('น้ำขึ้นน้ำลงวันละสองครั้ง', 60);
    const family = repeat('👨‍👩‍👧‍👦', 300);
    const combining = repeat('e\u0301\u0323', 2_000);
    const blob = repeat('QUJD', 5_000);
    for (const source of [thai, family, combining, blob]) {
      const extraction = readPlainText(source, 'prose');
      const passages = await split(extraction, 60, 'th');
      expect(passages.length).toBeGreaterThan(3);
      expect(passageFaults(extraction.text, extraction.blocks, passages)).toEqual([]);
      for (const { text } of passages) expect(estimateTokens(text)).toBeLessThanOrEqual(90);
    }
  });

  it('merges a small rest into what stands before it', async () => {
    const source = `${repeat('Eine Aussage von mittlerer Länge steht hier. ', 6)}\n\nKurz.`;
    expect((await split(readMarkdown(source), 70)).at(-1)!.text.length).toBeGreaterThan(40);
  });

  it('parts code at line ends only', async () => {
    const lines = Array.from({ length: 60 }, (_, at) => `    const zähler_${at} = berechne(${at});`);
    const extraction = readMarkdown(`# Code\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`);
    const passages = await split(extraction);
    expect(passages.length).toBeGreaterThan(3);
    for (const { text } of passages) expect(text).toMatch(/(?:;|```)$/);
    expect(passageFaults(extraction.text, extraction.blocks, passages)).toEqual([]);
  });

  it('keeps the opening of a container with what follows and its end with what comes before', async () => {
    const note = `/// note | 注意\n\n${repeat('注意してください。', 12)}\n\n///`;
    const extraction = readMarkdown(
      `# T\n\n${repeat('前書きの文章です。', 12)}\n\n${note}\n\n${repeat('後書きの文章です。', 12)}`,
    );
    for (const { text } of await split(extraction, 90, 'ja')) {
      expect(text).not.toMatch(/\/\/\/ note \| 注意$/);
      expect(text).not.toMatch(/^\/\/\/(?! note)/);
    }
  });

  it('gives a heading without any text a passage of its own', async () => {
    expect((await split(readMarkdown('text\n\n# 終わり'))).map(({ text }) => text)).toEqual(['text', '# 終わり']);
  });

  it('calls the tokenizer with pieces of bounded length', async () => {
    let longest = 0;
    const countTokens = (text: string): number => {
      longest = Math.max(longest, text.length);
      return text.length;
    };
    await splitIntoPassages(readPlainText(repeat('x', 200_000), 'prose'), {
      countTokens,
      targetTokens: 180,
      lang: null,
    });
    expect(longest).toBeLessThanOrEqual(4_000);
  });

  it('lets other work run while it splits a long text, and stops when told to', async () => {
    const lines = Array.from({ length: 40_000 }, (_, at) => `${at} 行の記録です`).join('\n');
    let turns = 0;
    let splitting = true;
    const turn = () => {
      turns += 1;
      if (splitting) setImmediate(turn);
    };
    setImmediate(turn);
    await split(readPlainText(lines, 'data'));
    splitting = false;
    // None, if it were done in one go.
    expect(turns).toBeGreaterThan(0);

    const stop = new AbortController();
    const stopped = splitIntoPassages(readPlainText(lines, 'data'), {
      countTokens: estimateTokens,
      targetTokens: 60,
      lang: null,
      signal: stop.signal,
    });
    setImmediate(() => stop.abort());
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });
});
