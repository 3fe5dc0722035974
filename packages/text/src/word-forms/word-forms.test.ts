import { describe, expect, it } from 'vitest';
import { wordFormsOf } from './word-forms.js';

const base = (text: string, ...languages: string[]) => wordFormsOf(text, languages).map((word) => word.base);
const weaker = (text: string, ...languages: string[]) =>
  wordFormsOf(text, languages).flatMap(({ parts, others }) => [...parts, ...others]);

describe('folded forms', () => {
  it.each([
    ['École À L’HÔPITAL', 'ecole a l hopital'],
    ['Kündigungsfrist, Hauptstraße', 'kundigungsfrist hauptstrasse'],
    ['Œuvre cœur bœufs', 'oeuvre coeur boeufs'],
    ['Łódź żółw', 'lodz zolw'],
    ['İstanbul ISPARTA ışık', 'istanbul isparta isik'],
    ['Phở bò Hà Nội Đà Nẵng', 'pho bo ha noi da nang'],
    ['Cafe\u0301 cre\u0300me', 'cafe creme'],
    ['вода́ ёлка отчёт мой їжак', 'вода елка отчет мой їжак'],
    ['ΑΘΗΝΑ Αθήνας', 'αθηνα αθηνασ'],
    ['الكِتَابُ أحمد إسطنبول آثار', 'الكتاب احمد اسطنبول اثار'],
    ['ســلام مدرسة مستشفى ٤٧١ ۴۷۱', 'سلام مدرسه مستشفي 471 471'],
    ['کتابخانه‌های', 'كتابخانههاي'],
    ['הסֵפֶר', 'הספר'],
    ['ज़ोर ५', 'जोर 5'],
    ['Donau\u00ADdampf\u00ADschiff zero\u200Bwidth', 'donaudampfschiff zerowidth'],
    ['ｻｰﾊﾞｰ サーバ コンピューター ＡＢＣ', 'サーバ サーバ コンピュータ abc'],
    ['Комп’ютер комп\u02BCютер', 'компютер компютер'],
    ['Hawaiʻi O’Reilly', 'hawaii o reilly'],
    ['數據庫 数据库 繁體中文', '数据 库 数据 库 繁体 中文'],
    ['❤️ 👩‍💻', '❤ 👩‍💻'],
  ])('of %s', (text, expected) => {
    expect(base(text).join(' ')).toBe(expected);
  });

  it('keep apart what every writer of a language tells apart', () => {
    for (const [one, other] of [
      ['かき', 'かぎ'],
      ['दाल', 'दिल'],
      ['мой', 'мои'],
      ['ハハ', 'パパ'],
    ] as const) {
      expect(base(one)).not.toEqual(base(other));
    }
  });

  it('come with the written form where that is another one', () => {
    expect(wordFormsOf('Über pêche über', []).map(({ written }) => written)).toEqual(['über', 'pêche', 'über']);
    expect(wordFormsOf('plain 合同', []).map(({ written }) => written)).toEqual(['plain', '合同'].map(() => null));
  });
});

describe('weaker forms', () => {
  it.each([
    ['getUserById', ['get', 'user', 'by', 'id']],
    ['atomic_write_json', ['atomic', 'write', 'json', 'atomicwritejson']],
    ['parseHTTPResponse', ['parse', 'http', 'response']],
    ['app.toml', ['app', 'toml', 'apptoml']],
    ['x86_64', ['x86', '64', 'x8664']],
    ['Node.js', ['node', 'js', 'nodejs']],
    ['e-mail', ['email']],
    ['AB-00417', ['ab00417']],
    ['089/1234-5678', ['08912345678']],
    ['12 kg 5kg', ['5', 'kg']],
    ['Kündigung', ['kuendigung']],
    ['14.2.1', []],
    ['10,000', ['10000']],
    ['hello world', []],
  ])('of %s', (text, expected) => {
    expect(weaker(text)).toEqual(expected);
  });

  it('are stems by the rules of the languages in a word’s script', () => {
    expect(weaker('Häuser', 'de')).toEqual(['haeuser', 'haus']);
    expect(weaker('houses', 'en', 'ru', 'ja')).toEqual(['hous']);
    expect(weaker('городами', 'ru', 'en')).toEqual(['город']);
    expect(weaker('المعلمون', 'ar')).toEqual(['معلم']);
    expect(weaker('houses')).toEqual([]);
  });
});

it('takes time in proportion to the length of a text', () => {
  const text = 'ein langes Wort und noch eins '.repeat(4000);
  expect(wordFormsOf(text, ['de'])).toHaveLength(24_000);
});

it('does not cut words where it takes a long text in pieces', () => {
  const text = Array.from({ length: 900 }, (_, index) => `Wörter${index}`).join(' ');
  expect(base(text)).toEqual(Array.from({ length: 900 }, (_, index) => `worter${index}`));
});

it('leaves a word without a stem where its rules fail', () => {
  expect(wordFormsOf('Отворете браузър', ['bg']).map((word) => word.base)).toEqual(['отворете', 'браузър']);
});
