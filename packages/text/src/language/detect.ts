/**
 * Language of a text: by script where the script tells, by n-grams (eld) among languages that share one.
 * Says null where it is unsure.
 */
import { eld } from 'eld/small';
import { countScripts, type Script } from './scripts.js';

/** Scripts that (nearly) one language of today's documents uses. */
const LANGUAGE_OF_SCRIPT: Partial<Record<Script, string>> = {
  greek: 'el',
  hebrew: 'he',
  thai: 'th',
  hangul: 'ko',
  armenian: 'hy',
  gurmukhi: 'pa',
  gujarati: 'gu',
  odia: 'or',
  tamil: 'ta',
  telugu: 'te',
  kannada: 'kn',
  malayalam: 'ml',
  sinhala: 'si',
  lao: 'lo',
  tibetan: 'bo',
  myanmar: 'my',
  georgian: 'ka',
  khmer: 'km',
};

/** A character of these scripts says about as much as four letters; foreign names in Latin letters are common. */
const WEIGHT: Partial<Record<Script, number>> = { han: 4, kana: 4, hangul: 4 };

/** Letters (by weight) below which a text leans on its document, or stays undecided. */
const ENOUGH = 12;
const ENOUGH_NGRAMS = 40;
const MAX_SAMPLE = 4_000;
/** `response_model`, `JSONResponse`, `app.main`: names of code, of no language. */
const IDENTIFIER = /(?<!\w)\w*(?:[A-Za-z][._][A-Za-z]|[a-z][A-Z]|[A-Z]{2}[a-z])\w*/g;

/**
 * @param fallback language of the surrounding document; given back where the text is too short to tell.
 * @returns BCP 47 primary language, or null.
 */
export function detectLanguage(text: string, fallback: string | null = null): string | null {
  const sample = text.slice(0, MAX_SAMPLE).replace(IDENTIFIER, ' ');
  const counts = countScripts(sample);
  const weights = new Map<Script, number>();
  for (const [script, count] of counts) weights.set(script, count * (WEIGHT[script] ?? 1));
  const japanese = weights.get('kana') ?? 0;
  if (japanese > 0) weights.set('kana', japanese + (weights.get('han') ?? 0)).delete('han');

  let main: Script | undefined;
  for (const [script, weight] of weights) if (main === undefined || weight > weights.get(main)!) main = script;
  if (main === undefined) return fallback;
  if (main === 'kana') return isJapanese(counts) ? 'ja' : 'zh';
  const certain = weights.get(main)! >= ENOUGH;
  if (main === 'han') {
    // A heading of a Japanese document may well hold no kana.
    const mayBeJapanese = fallback === 'ja' && counts.get('han')! < 40;
    return mayBeJapanese || (!certain && fallback !== null) ? fallback : 'zh';
  }
  const single = LANGUAGE_OF_SCRIPT[main];
  if (single !== undefined) return certain || fallback === null ? single : fallback;
  return certain ? (detectByNgrams(sample, main) ?? fallback) : fallback;
}

/** A few kana in a long Chinese text (の in a brand) do not make it Japanese. */
function isJapanese(counts: ReadonlyMap<Script, number>): boolean {
  const kana = counts.get('kana') ?? 0;
  const han = counts.get('han') ?? 0;
  return kana * 20 >= han;
}

/** Languages that eld knows in these scripts; all its others are written in Latin letters. */
const LANGUAGES_OF_SCRIPT: Partial<Record<Script, readonly string[]>> = {
  arabic: ['ar', 'fa', 'ur', 'ku'],
  cyrillic: ['ru', 'uk', 'bg', 'be', 'sr'],
  devanagari: ['hi', 'mr'],
  bengali: ['bn'],
  ethiopic: ['am'],
};
const NOT_LATIN: ReadonlySet<string> = new Set([
  ...Object.values(LANGUAGES_OF_SCRIPT).flat(),
  ...Object.values(LANGUAGE_OF_SCRIPT),
  ...['ja', 'zh'],
]);

const isWrittenIn = (lang: string, script: Script): boolean =>
  script === 'latin' ? !NOT_LATIN.has(lang) : LANGUAGES_OF_SCRIPT[script]?.includes(lang) === true;

/** Letters that Persian and Urdu have and Arabic has not. */
const NOT_ARABIC = /[\u067e\u0686\u0698\u06a9\u06af\u06cc\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]/;

/** Short texts need a clear lead of the first language over the second. */
function detectByNgrams(text: string, script: Script): string | null {
  const letters = lettersOfWords(text);
  if (letters < ENOUGH) return null;
  const scores = Object.entries(eld.detect(text).getScores()).filter(([lang]) => isWrittenIn(lang, script));
  scores.sort((a, b) => b[1] - a[1]);
  const [first, second] = scores;
  const isClear = first !== undefined && (letters >= ENOUGH_NGRAMS || first[1] - (second?.[1] ?? 0) >= 0.02);
  if (isClear) return first[0];
  return script === 'arabic' && !NOT_ARABIC.test(text) ? 'ar' : null;
}

/** Letters of the different words of two letters and more: repeated words and lists of letters tell nothing new. */
function lettersOfWords(text: string): number {
  let letters = 0;
  for (const word of new Set(text.toLowerCase().match(/\p{L}[\p{L}\p{M}]+/gu))) letters += word.length;
  return letters;
}
