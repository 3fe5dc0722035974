import { describe, expect, it } from 'vitest';
import { wordsOf } from './words.js';

describe('words', () => {
  it('are those of the script, without white space as a guide', () => {
    expect(wordsOf('東京の電車は時間どおりに来る。')).toEqual(expect.arrayContaining(['東京', '電車', '時間']));
    expect(wordsOf('面团需要发酵一整夜')).toEqual(expect.arrayContaining(['需要', '发酵']));
    expect(wordsOf('รถไฟฟ้าเปิดถึงเที่ยงคืน').length).toBeGreaterThan(2);
    expect(wordsOf('지하철은 자정까지 운행합니다.')).toEqual(['지하철은', '자정까지', '운행합니다']);
  });

  it('keep combining marks, and part elided articles from their nouns', () => {
    expect(wordsOf('يُخمَّر العجين')).toEqual(['يُخمَّر', 'العجين']);
    expect(wordsOf('हिन्दी में')).toEqual(['हिन्दी', 'में']);
    expect(wordsOf("Don't l’école")).toEqual(['don', 't', 'l', 'école']);
  });

  it('are compared after NFKC and lower-casing', () => {
    expect(wordsOf('ＡＢＣ ｶﾞｽ ﬁne Cafe\u0301 ŞEKER')).toEqual(['abc', 'ガス', 'fine', 'café', 'şeker']);
    expect(wordsOf('ﻣﺮﺣﺒﺎ')).toEqual(['مرحبا']);
  });

  it('count pictographs and flags, but neither punctuation nor spaces', () => {
    expect(wordsOf('🍞 + 👩‍🍳 = 🇯🇵!? … — ')).toEqual(['🍞', '👩‍🍳', '🇯🇵']);
    expect(wordsOf(' \u0000\n\t')).toEqual([]);
    expect(wordsOf('\ud83c 3.14 snake_case')).toEqual(['3.14', 'snake_case']);
  });

  it('never hold what separates words in storage', () => {
    const everything = Array.from({ length: 0x3000 }, (_, code) => `a${String.fromCharCode(code)}b`).join(' ');
    expect(wordsOf(everything).filter((word) => /[\p{Cc}\s]/u.test(word))).toEqual([]);
  });
});
