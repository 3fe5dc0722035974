/**
 * One spelling for the ways in which people type the same letter: without accents or vowel signs, with another form of
 * alef, in other digits. What a language tells apart by habit of its own keyboards stays apart: й, ї, が.
 * @module
 */

import { simplified } from './simplified.js';

/** What people type for a letter that no decomposition takes apart. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ŋ: 'n',
  ħ: 'h',
  ŧ: 't',
  ə: 'e',
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
};

/** Alefs, yas, kafs and has that keyboards of Arabic, Persian and Urdu exchange; carriers of hamza. */
const ARABIC: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ئ: 'ي',
  ې: 'ي',
  ؤ: 'و',
  ة: 'ه',
  ۀ: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۃ: 'ه',
  ک: 'ك',
  ڪ: 'ك',
};

/** Harakat, superscript alef, Quranic signs, tatweel. */
const ARABIC_SIGNS = /[\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED]/gu;

const HEBREW_POINTS = /[\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]/gu;

/** Nukta of Devanagari and Gurmukhi. */
const NUKTA = /[\u093C\u0A3C]/gu;

const SPECIAL_LATIN = new RegExp(`[${Object.keys(LATIN).join('')}]`, 'gu');
const SPECIAL_ARABIC = new RegExp(`[${Object.keys(ARABIC).join('')}]`, 'gu');
const DIGIT = /\p{Nd}/gu;

/** Letters within words that some write and others leave out: joiners, glottal stops, apostrophes that are letters. */
const INNER = /\u200C|\u200D|[\u02B9-\u02BF\u02C8\uA78C\u05F3\u05F4'’]/gu;

const PLAIN = /^[a-z0-9]*$/;

/** A long sound at a word's end, which loanwords in katakana have or lack. */
const FINAL_PROLONGED = /(?<=[ァ-ヺー]{2})ー$/u;

/** @param word lower-case, NFKC */
export function foldWord(word: string): string {
  if (PLAIN.test(word)) return word;
  return simplified(word)
    .normalize('NFD')
    .replace(/(?<=[\p{Script=Latin}\p{Script=Greek}]\p{M}*)\p{M}/gu, '')
    .replace(/(?<=\p{Script=Cyrillic}\p{M}*)[\u0300\u0301]|(?<=е)\u0308/gu, '')
    .replace(NUKTA, '')
    .replaceAll('\u0901', '\u0902')
    .normalize('NFC')
    .replace(SPECIAL_LATIN, (letter) => LATIN[letter]!)
    .replaceAll('ς', 'σ')
    .replace(ARABIC_SIGNS, '')
    .replace(SPECIAL_ARABIC, (letter) => ARABIC[letter]!)
    .replace(HEBREW_POINTS, '')
    .replace(DIGIT, decimal)
    .replace(INNER, '')
    .replace(FINAL_PROLONGED, '');
}

// Digits of a script stand in runs of ten that begin with its zero, at a code point that is found from any of them.
function decimal(digit: string): string {
  const codePoint = digit.codePointAt(0)!;
  if (codePoint < 0x80) return digit;
  let zero = codePoint;
  while (codePoint - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(codePoint - zero);
}
