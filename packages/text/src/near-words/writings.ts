/**
 * Writings in which a wrong letter makes a wrong word. Chinese and Thai are not among them: without blanks between words a
 * mistyped one falls into other words.
 * @module
 */
export interface Writing {
  readonly isWord: RegExp;
  /** Letters that may have been meant in place of one. */
  readonly like: (letter: string) => readonly string[];
  /** Letters that may have been left out. */
  readonly addable: readonly string[];
  /** Shortest words for which one mistake is looked for, and two: shorter ones have too many neighbors. */
  readonly least: readonly [one: number, two: number];
  /** Whether words that begin with the same letters begin with the same characters. */
  readonly hasPrefixes: boolean;
}

/** @returns the writing of a folded word that is of letters alone; null where mistakes are not looked for */
export function writingOf(word: string): Writing | null {
  return WRITINGS.find(({ isWord }) => isWord.test(word)) ?? null;
}

/** The letters that are typed: of Korean those that syllables are made of. */
export function lettersOf(word: string): string[] {
  return Array.from(HANGUL.test(word) ? word.normalize('NFD') : word);
}

/** Null where the letters make no word. */
export function wordOf(letters: readonly string[]): string | null {
  const joined = letters.join('');
  if (!JAMO.test(joined)) return joined;
  const word = joined.normalize('NFC');
  return HANGUL.test(word) ? word : null;
}

const HANGUL = /^[가-힣]+$/u;
const JAMO = /[\u1100-\u11FF]/u;

const ALPHABETS: readonly (readonly [script: string, letters: string])[] = [
  ['Latin', 'a-z'],
  ['Greek', 'α-ρσ-ω'],
  ['Cyrillic', 'а-яєіїґўђћљњџјғқңөұүһәӣӯ'],
  ['Armenian', 'ա-և'],
  ['Georgian', 'ა-ჰ'],
  ['Devanagari', '\u0902\u0903\u0905-\u0939\u093E-\u094D'],
  ['Bengali', '\u0982\u0983\u0985-\u09B9\u09BE-\u09CE'],
  ['Gurmukhi', '\u0A02\u0A03\u0A05-\u0A39\u0A3E-\u0A4D\u0A70\u0A71'],
  ['Gujarati', '\u0A82\u0A83\u0A85-\u0AB9\u0ABE-\u0ACD'],
  ['Tamil', '\u0B83-\u0BB9\u0BBE-\u0BCD'],
  ['Telugu', '\u0C02\u0C03\u0C05-\u0C39\u0C3E-\u0C4D'],
  ['Kannada', '\u0C82\u0C83\u0C85-\u0CB9\u0CBE-\u0CCD'],
  ['Malayalam', '\u0D02\u0D03\u0D05-\u0D39\u0D3E-\u0D4D\u0D7A-\u0D7F'],
  ['Katakana', 'ァ-ヴー'],
];

/** Words without vowels say more by each letter. */
const ABJADS: readonly (readonly [script: string, letters: string])[] = [
  ['Arabic', 'ءا-غف-يپچژگٹڈڑں'],
  ['Hebrew', 'א-ת'],
];

/** Of a syllable: consonant, vowel, and a consonant that may end it. */
const LEADS = expanded('\u1100-\u1112');
const VOWELS = expanded('\u1161-\u1175');
const TAILS = expanded('\u11A8-\u11C2');

const WRITINGS: readonly Writing[] = [
  ...ALPHABETS.map(([script, letters]) => writing(script, letters, [5, 8])),
  ...ABJADS.map(([script, letters]) => writing(script, letters, [5, 9])),
  {
    isWord: HANGUL,
    like: (letter) => [LEADS, VOWELS, TAILS].find((some) => some.includes(letter)) ?? [],
    addable: TAILS,
    least: [6, Infinity],
    hasPrefixes: false,
  },
];

function writing(script: string, letters: string, least: Writing['least']): Writing {
  const joiner = script === 'Katakana' ? 'ー' : '';
  const isWord = new RegExp(`^[\\p{Script=${script}}${joiner}]+$`, 'u');
  const alphabet = expanded(letters);
  return { isWord, like: () => alphabet, addable: alphabet, least, hasPrefixes: true };
}

/** Ranges as in a character class. */
function expanded(ranges: string): string[] {
  const letters: string[] = [];
  const characters = Array.from(ranges);
  for (let at = 0; at < characters.length; at += 1) {
    const first = characters[at]!.codePointAt(0)!;
    const last = characters[at + 1] === '-' ? characters[at + 2]!.codePointAt(0)! : first;
    for (let code = first; code <= last; code += 1) letters.push(String.fromCodePoint(code));
    if (last > first) at += 2;
  }
  return letters;
}
