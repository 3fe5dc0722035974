import { describe, expect, it } from 'vitest';
import { foldText, isNormalizationBoundary } from './folded-text.js';

const SAMPLES = [
  'Cafe\u0301 au lait, ﬁnally ½ ℃',
  'ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ',
  'الْعَرَبِيَّةُ لُغَةٌ جَمِيلَةٌ',
  'ＡＢＣ　ｶﾞｷﾞ ㌔ ㍻',
  '\u3131\u314F\u3134 ㅎㅏㄴㄱㅡㄹ \u1112\u1161\u11ab',
  'กำลัง ที่นี่ น้ำ',
  'q\u0307\u0323 a\u0327\u0301\u0323',
  '👩🏽‍🚀 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇯🇵 ❤️',
  'कि क्षत्रिय ড়া',
  '\u{16D63}\u{16D67}\u{16D67}',
];

describe('foldText', () => {
  it('takes the text apart only where NFKC is the same in pieces', () => {
    for (const sample of SAMPLES) {
      const bare = sample.replace(/\s/gu, '');
      expect(foldText(bare).text, sample).toBe(bare.normalize('NFKC').replace(/\s/gu, ' ').replace(/^ /, ''));
    }
  });

  it('keeps every character that composes with the one before it out of the boundaries', () => {
    const missed: string[] = [];
    for (let codePoint = 0x80; codePoint < 0x110000; codePoint++) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
      const character = String.fromCodePoint(codePoint);
      const parts = [...character.normalize('NFD')];
      if (parts.length < 2 || character.normalize('NFC') !== character) continue;
      if (isNormalizationBoundary(parts.at(-1)!.codePointAt(0)!)) missed.push(codePoint.toString(16));
    }
    expect(missed).toEqual([]);
  });

  it('maps each unit to the stretch of the original it came from', () => {
    const original = 'ﬁn e\u0301 １２　x';
    const folded = foldText(original);
    expect(folded.text).toBe('fin é 12 x');
    const stretches = [...folded.text].map((_, unit) => original.slice(folded.starts[unit], folded.ends[unit]));
    expect(stretches).toEqual(['ﬁ', 'ﬁ', 'n', ' ', 'e\u0301', ' ', '１', '２', '　', 'x']);
  });

  it('covers the original without gaps, white space and format characters aside', () => {
    for (const sample of SAMPLES) {
      const folded = foldText(sample);
      let covered = '';
      for (let unit = 0, end = 0; unit < folded.text.length; unit++) {
        if (folded.starts[unit]! >= end) covered += sample.slice(folded.starts[unit], folded.ends[unit]);
        end = folded.ends[unit]!;
      }
      expect(covered.replace(/\s/gu, ''), sample).toBe(sample.replace(/\s/gu, ''));
    }
  });

  it('folds white space to one blank and drops it beside scripts without blanks', () => {
    expect(foldText('  one \r\n\t two\u00A0three ').text).toBe('one two three');
    expect(foldText('東京は\n日本の 首都です。\n「はい」').text).toBe('東京は日本の首都です。「はい」');
    expect(foldText('ภาษา\nไทย').text).toBe('ภาษาไทย');
    expect(foldText('Node を\n使う').text).toBe('Nodeを使う');
    expect(foldText('서울은 \n 수도').text).toBe('서울은 수도');
  });

  it('drops soft hyphens, with the line break after them, and zero-width and bidi marks', () => {
    expect(foldText('infor\u00ADma\u00AD\n  tion').text).toBe('information');
    expect(foldText('soft\u00AD hyphen').text).toBe('soft hyphen');
    expect(foldText('\uFEFFa\u200Bb\u200Fc').text).toBe('abc');
    expect(foldText('e\u00AD\u0301t\u00E9').text).toBe('été');
  });

  it('is stable: folding twice changes nothing', () => {
    for (const sample of SAMPLES) expect(foldText(foldText(sample).text).text, sample).toBe(foldText(sample).text);
  });
});
