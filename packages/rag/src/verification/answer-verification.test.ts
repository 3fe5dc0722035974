import { describe, expect, it } from 'vitest';
import { type ClaimedCitation, verifyAnswer } from './answer-verification.js';

const TEXTS: Readonly<Record<string, string>> = {
  'ja/東京.md': '🎉 東京は日本の首都です。人口は約1400万人です。',
  'ar/قمر.txt': 'القمر يدور حول الأرض كل شهر. القمر يدور حول الأرض كل شهر.',
  'en/bread.md': 'The dough rises for twelve\nhours at room temperature.',
};
const textsOf = async (paths: ReadonlySet<string>) =>
  new Map([...paths].flatMap((path) => (TEXTS[path] === undefined ? [] : [[path, TEXTS[path]] as const])));

function check(...citations: ClaimedCitation[]) {
  return verifyAnswer({ question: 'q', answer: [{ text: 't', citations }] }, textsOf);
}

describe('verifyAnswer', () => {
  it('verifies quotes that stand at their offsets, folded white space included', async () => {
    const quote = '東京は日本の首都です。';
    const result = await check(
      { path: 'ja/東京.md', quote, start: 3, end: 14 },
      { path: 'en/bread.md', quote: 'rises for twelve hours', start: 10, end: 32 },
      { path: 'en/bread.md', quote: 'hours at room temperature' },
    );
    expect(result).toMatchObject({ verified: 3, unverified: 0 });
    expect(result.citations[2]).toMatchObject({ found: { start: 27, end: 52 } });
  });

  it('says where a quote with wrong offsets stands, the nearest place of several', async () => {
    const quote = 'القمر يدور حول الأرض كل شهر.';
    const result = await check(
      { path: 'ar/قمر.txt', quote, start: 20, end: 48 },
      { path: 'ja/東京.md', quote: '人口は約1400万人です', start: 0, end: 9_999 },
      { path: 'ja/東京.md', quote: '人口は約1400万人です', start: 0 },
    );
    expect(result.citations.map(({ reason, found }) => [reason, found])).toEqual([
      ['wrong-offsets', { start: 29, end: 57 }],
      ['wrong-offsets', { start: 14, end: 26 }],
      ['wrong-offsets', { start: 14, end: 26 }],
    ]);
  });

  it('refuses unknown documents, altered quotes, short ones and sentences without any, whatever they claim', async () => {
    const lie = { verified: true };
    const result = await verifyAnswer(
      {
        answer: [
          {
            text: 't',
            citations: [
              { path: 'en/brot.md', quote: 'The dough rises for twelve', start: 0, end: 26, ...lie },
              { path: 'en/bread.md', quote: 'The dough rises for twenty', start: 0, end: 26, ...lie },
              { path: 'en/bread.md', quote: 'The dough', start: 0, end: 9, ...lie },
            ],
          },
          { text: 'Trust me.', citations: [] },
        ],
      },
      textsOf,
    );
    expect(result.citations.map((citation) => [citation.sentence, citation.reason])).toEqual([
      [0, 'unknown-path'],
      [0, 'not-found'],
      [0, 'too-short'],
      [1, 'uncited'],
    ]);
    expect(result).toMatchObject({ question: null, verified: 0, unverified: 4 });
  });
});
