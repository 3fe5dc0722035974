import { describe, expect, it } from 'vitest';
import { quotableSentences } from './quotable-sentences.js';

function sentences(text: string, lang: string | null = null, format = 'markdown') {
  return quotableSentences({ text, start: 0, end: text.length, format, lang }).map(({ start, end, text: reading }) => {
    expect(text.slice(start, end)).toBe(text.slice(start, end).trim());
    return [text.slice(start, end), reading];
  });
}
const spans = (text: string, lang: string | null = null, format = 'markdown') =>
  sentences(text, lang, format).map(([span]) => span);

describe('quotableSentences', () => {
  it('cuts at sentence ends in each script', () => {
    expect(spans('東京は日本の首都です。大阪は西日本の都市です。', 'ja')).toEqual([
      '東京は日本の首都です。',
      '大阪は西日本の都市です。',
    ]);
    expect(spans('هل هذا صحيح فعلا؟ نعم هذا صحيح.', 'ar')).toEqual(['هل هذا صحيح فعلا؟', 'نعم هذا صحيح.']);
    expect(spans('서울은 대한민국의 수도이다. 부산은 항구 도시이다.', 'ko')).toHaveLength(2);
    expect(spans('กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย', 'th')).toHaveLength(1);
  });

  it('joins soft-wrapped lines and keeps the break inside the span', () => {
    expect(sentences('The harbour was built\nin 1862. It is still in use.')).toEqual([
      ['The harbour was built\nin 1862.', 'The harbour was built in 1862.'],
      ['It is still in use.', 'It is still in use.'],
    ]);
    expect(sentences('长城是中国古代的\n军事防御工程。')).toEqual([
      ['长城是中国古代的\n军事防御工程。', '长城是中国古代的军事防御工程。'],
    ]);
  });

  it('leaves the marks of emphasis behind that end before a sentence begins', () => {
    const text = '**¿Cuánto cuesta el abono?** El abono cuesta 21,80 euros.';
    const found = quotableSentences({ text, start: 0, end: text.length, format: 'markdown', lang: 'es' });
    expect(found.map((sentence) => sentence.text)).toEqual([
      '¿Cuánto cuesta el abono?',
      'El abono cuesta 21,80 euros.',
    ]);
    expect(text.slice(found[1]!.start, found[1]!.end)).toBe('El abono cuesta 21,80 euros.');
  });

  it('ends a sentence at a short word', () => {
    expect(spans('Das Bad öffnet um acht Uhr. Eine Karte kostet fünf Euro.')).toEqual([
      'Das Bad öffnet um acht Uhr.',
      'Eine Karte kostet fünf Euro.',
    ]);
  });

  it('does not end a sentence at an abbreviation', () => {
    expect(spans('Yesterday Dr. Smith went to St. Louis by train. He came back.')).toEqual([
      'Yesterday Dr. Smith went to St. Louis by train.',
      'He came back.',
    ]);
    expect(spans('Das Brot, z. B. Roggenbrot, ruht lange. Es geht auf.', 'de')[0]).toBe(
      'Das Brot, z. B. Roggenbrot, ruht lange.',
    );
  });

  it('gives an opening bracket to the sentence it opens', () => {
    expect(spans('大阪は違う都市である。「これは何ですか？」と彼は言った。', 'ja')[1]).toMatch(/^「これは何ですか？/);
  });

  it('takes inline markup out of what is read, not out of the span', () => {
    expect(sentences('Set **`limit`** as the [*guide*](a.md){.x} says 🎉.')).toEqual([
      ['Set **`limit`** as the [*guide*](a.md){.x} says 🎉.', 'Set `limit` as the guide says 🎉.'],
    ]);
    expect(sentences('Keep a * b * c and snake_case_names here.')[0]?.[1]).toBe(
      'Keep a * b * c and snake_case_names here.',
    );
  });

  it('leaves out what is too short to quote, in any script', () => {
    expect(spans('Yes. はい。\n\n- one\n- two\n\n🎉🎉🎉')).toEqual([]);
  });

  it('tells whole sentences from fragments', () => {
    const complete = (text: string) =>
      quotableSentences({ text, start: 0, end: text.length, format: 'text', lang: null })[0]?.complete;
    expect(complete('This is a sentence.')).toBe(true);
    expect(complete('彼は「これは何だ。」')).toBe(true);
    expect(complete('กรุงเทพมหานครเป็นเมืองหลวง')).toBe(true);
    expect(complete('opening hours and prices')).toBe(false);
    expect(complete('The options are as follows:')).toBe(false);
  });
});
