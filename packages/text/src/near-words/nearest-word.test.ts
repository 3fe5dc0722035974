import { describe, expect, it } from 'vitest';
import { nearestWord, type Vocabulary } from './nearest-word.js';

function vocabularyOf(words: string, stems: readonly string[] = []): Vocabulary {
  const frequencies = new Map<string, number>();
  for (const word of words.split(' ')) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  return {
    documentFrequencies: (some) => [...frequencies].filter(([word]) => some.includes(word)),
    startingWith: (prefix) => [...frequencies].filter(([word]) => word.startsWith(prefix)),
    isWord: (word) => !stems.includes(word),
  };
}

describe('the word that was meant', () => {
  it.each([
    ['harbuor', 'harbour'],
    ['hrbour', 'harbour'],
    ['harboour', 'harbour'],
    ['harboir', 'harbour'],
    ['ahrbour', 'harbour'],
    ['gaet', 'gate'],
    ['gundigungsfrist', 'kundigungsfrist'],
    ['kundigunsfirst', 'kundigungsfrist'],
    ['recieve', 'receive'],
    ['елак', 'елка'],
    ['огтчет', 'отчет'],
    ['αθηαν', 'αθηνα'],
    ['مستسفي', 'مستشفي'],
    ['הספירה', 'הספריה'],
    ['कानुन', 'कानून'],
    ['データペース', 'データベース'],
    ['데이타베이스', '데이터베이스'],
    ['안냥하세요', '안녕하세요'],
  ])('%s is %s', (typed, meant) => {
    const others = 'weather tyres relieve relieve dach город школа سفينه שלום नमस्ते ルート 서울특별시';
    expect(nearestWord(typed, vocabularyOf(`${meant} ${others}`))).toBe(meant);
  });

  it.each([
    'hrb',
    'cta',
    'gatr',
    'jarbour',
    'hrbaor',
    'kundigungsregister',
    '41',
    'ab1234',
    '合约',
    'มะม่วว',
    'harbour2',
  ])('nothing for %s', (typed) => {
    expect(nearestWord(typed, vocabularyOf('harbour cat gate kundigungsfrist 42 ab1235 合同 มะม่วง'))).toBeNull();
  });

  it('is the nearest, before what stands in more texts', () => {
    expect(nearestWord('receiev', vocabularyOf('receive received received'))).toBe('receive');
    expect(nearestWord('gestellen', vocabularyOf('bestellen bestellen gestellte'))).toBe('bestellen');
    expect(nearestWord('hause', vocabularyOf('house haus haus'))).toBe('haus');
  });

  it('is no stem of words', () => {
    expect(nearestWord('hausen', vocabularyOf('hause hauser hause', ['hause']))).toBe('hauser');
  });
});
