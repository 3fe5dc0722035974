/**
 * Which charset bytes without a mark or a declaration are in: chardet's order, unless its choice reads as no person
 * writes and a charset that chardet does not know reads better.
 */
import { analyse } from 'chardet';
import { eld } from 'eld/small';
import { decodeStrictly } from './charsets.js';

/** Of DOS, of the Macintosh, and the Ukrainian sister of KOI8-R: chardet takes their text for something else. */
const UNKNOWN_TO_CHARDET = ['koi8-u', 'ibm866', 'cp1125', 'x-mac-cyrillic', 'macintosh', 'cp850', 'cp437', 'cp852'];

/** Oddities among a hundred characters outside of ASCII; text in its own charset has hardly any. */
const SUSPECT = 1.5;
/** Texts of Chinese, Japanese and Korean with much Latin in them have some. */
const SUSPECT_MULTI_BYTE = 10;

/**
 * Names of charsets, best first; strict decoding of all of the bytes has the last word.
 * @param sample the first of the bytes, enough to tell
 */
export function guessCharsets(sample: Uint8Array): string[] {
  const known = analyse(sample).map(({ name }) => name);
  const rated = [...known, ...UNKNOWN_TO_CHARDET].map((name) => {
    // A character may be cut at the end of the sample.
    const decoded = decodeStrictly(sample, name) ?? decodeStrictly(sample.subarray(0, -1), name);
    return {
      name,
      text: decoded?.text ?? '',
      odd: decoded === null ? Number.POSITIVE_INFINITY : oddities(decoded.text),
    };
  });
  const first = rated[0]!;
  if (first.odd < (isMultiByte(first.name) ? SUSPECT_MULTI_BYTE : SUSPECT)) return known;
  const limit = Math.min(...rated.map(({ odd }) => odd)) + SUSPECT;
  const plausible = rated.filter(({ odd, name }) => odd <= limit && !isMultiByte(name));
  const likely = plausible.map(({ name, text }) => ({ name, likelihood: likelihood(text) }));
  likely.sort((a, b) => b.likelihood - a.likelihood);
  return [...likely, ...rated.filter(({ odd }) => odd > limit)].map(({ name }) => name);
}

const isMultiByte = (encoding: string): boolean => /^(?:utf|gb|big5|euc|shift|iso-2022|cp949)/i.test(encoding);

/** How much the words with characters outside of ASCII look like those of some language. */
function likelihood(text: string): number {
  const words =
    text
      .slice(0, SAMPLE_LENGTH)
      .match(/[\p{L}\p{M}]*[^\0-\x7f][\p{L}\p{M}]*/gu)
      ?.join(' ') ?? '';
  const { language } = eld.detect(text.slice(0, 2_000));
  return language === '' ? 0 : (eld.detect(words).getScores()[language] ?? 0);
}

const ALPHABETS = '\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Hebrew}\\p{Script=Arabic}';
const SIGN_IN_WORD = new RegExp(
  `(?<=[${ALPHABETS}])[^\\0-\\x7f\\u00a0\\u00ad\\u00b7\\u2010-\\u2015\\u2018\\u2019\\u02bc\\u2026\\p{L}\\p{M}](?=[${ALPHABETS}])`,
  'gu',
);

const SAMPLE_LENGTH = 20_000;

/** What stands where no person puts it, among a hundred characters outside of ASCII. */
function oddities(text: string): number {
  const sample = text.slice(0, SAMPLE_LENGTH);
  const foreign = sample.match(/[^\0-\x7f]/g)?.length ?? 0;
  if (foreign === 0) return 0;
  const count = (pattern: RegExp): number => sample.match(pattern)?.length ?? 0;
  const odd =
    // A capital after a small letter: the halves of the alphabet have changed places.
    count(/(?<=\p{Ll})[^\0-\x7f](?<=\p{Lu})/gu) +
    // Signs inside words, but for those that join or part words.
    2 * count(SIGN_IN_WORD) +
    // A sign of Chinese, Japanese or Korean alone between Latin letters.
    3 * count(/(?<=[a-zA-Z])[\p{Script=Han}\p{Script=Katakana}\p{Script=Hangul}\uff61-\uff9f]{1,2}(?=[a-z])/gu) +
    // Letters with accents one after the other: the alphabet of another script.
    count(/[\u00c0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e]{4,}/g) +
    // A capital that is a word, or a dash that hangs on the word before it alone.
    count(/(?<!\p{L})[ŠŽŒŸÅ](?!\p{L})|(?<=\p{Ll})[–—•](?=\s)/gu) +
    // Frames of DOS and what no charset assigns, beside letters.
    2 * count(/[\u2500-\u259f\u0080-\u009f](?=\p{L})|(?<=\p{L})[\u2500-\u259f\u0080-\u009f]/gu) +
    // Letters of two scripts in one word.
    2 * count(/\p{Script=Latin}(?=\p{Script=Cyrillic}|\p{Script=Greek})|\p{Script=Cyrillic}(?=\p{Script=Latin})/gu) +
    // Letters and signs that are nearly always another charset's.
    count(/[\u0402\u0403\u0409\u040a\u040b\u040f\u0452\u0453\u0459\u045a\u045b\u045f](?=[\u0410-\u044f])/g) +
    count(/[¤¦¨¬¯³´¸¹¾ƒ\u2020\u2021\u2030\u25ca\u2206\u2211\u220f\u222b\u221a\uf8ff](?=\p{Ll})/gu);
  return (odd * 100) / foreign;
}
