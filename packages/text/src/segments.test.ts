import { describe, expect, it } from 'vitest';
import { graphemeEnds, sentenceEnds, wordEnds } from './segments.js';

const whole = (text: string, lang: string, granularity: 'sentence' | 'word' | 'grapheme'): number[] =>
  Array.from(new Intl.Segmenter(lang, { granularity }).segment(text), ({ index, segment }) => index + segment.length);

const repeat = (text: string, times: number): string => Array.from({ length: times }, () => text).join('');

describe('segments of long texts', () => {
  it.each([
    ['ja', '潮は一日に二度満ちます。「本当ですか？」と聞いた。', 150],
    ['en', 'Dr. Who asked: "Is it late?" It was 3.14 o\'clock. ', 80],
    ['ar', 'يرتفع المد مرتين في اليوم؟ نعم، كل يوم. ', 90],
    ['hi', 'समुद्र दिन में दो बार चढ़ता है। हाँ! ', 90],
  ])('are those of the text taken at once: sentences in %s', (lang, text, times) => {
    expect(sentenceEnds(repeat(text, times), lang)).toEqual(whole(repeat(text, times), lang, 'sentence'));
  });

  it('are those of the text taken at once: grapheme clusters', () => {
    for (const cluster of ['👨‍👩‍👧‍👦', '🇩🇪🇫🇷', 'e\u0301\u0323', 'กำ้', 'क्षि', '\r\n', '한', '𠮷']) {
      const text = repeat(cluster, 700);
      expect(graphemeEnds(text)).toEqual(whole(text, 'und', 'grapheme'));
    }
  });

  it('do not end at the ends of wrapped lines', () => {
    expect(sentenceEnds('Eine Zeile\nund ihre Folge.\r\nNoch eine.', 'de')).toEqual([28, 38]);
  });

  it('part words so that punctuation stays with the word before', () => {
    expect(wordEnds('Eins, zwei – drei!', 'de')).toEqual([6, 13, 18]);
    expect(wordEnds('😀😀', 'de')).toEqual([4]);
  });
});
