/**
 * The forms under which a text's words are found: folded, as they were written, and weaker ones. The same for documents
 * and queries, so that two spellings meet wherever either of them is reached from the other.
 * @module
 */
import { segmenter } from '../segmenter.js';
import { foldWord } from './fold.js';
import { joinedParts, partsOf } from './parts.js';
import { stemOf } from './stems.js';

/** The forms of one word. */
export interface WordForms {
  /** Folded. */
  readonly base: string;
  /** In lower case as it was written, where folding changed it. */
  readonly written: string | null;
  /** What it is made of, and the compound that it ends, in one piece. */
  readonly parts: readonly string[];
  /** Other spellings and stems. */
  readonly others: readonly string[];
}

/** Soft hyphens, zero-width spaces and joins, direction marks, variation selectors: no part of a word's spelling. */
const INVISIBLE =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]|\u034F|[\u180B-\u180D]|[\uFE00-\uFE0F]/gu;

const PICTOGRAPH = /^\p{Extended_Pictographic}|^\p{Regional_Indicator}/u;

// Who asks for `école` means `l’école` too: Unicode's word rules keep elided articles with their nouns. In Cyrillic the
// apostrophe stands within words.
const ELISION = /(?<=\p{Script=Latin})['’](?=\p{Script=Latin})/u;

const HYPHEN = /^[-‐‑]$/u;

/** Between groups of one number: 089/1234-5678. */
const GROUPING = /^[-‐‑/\s]$/u;

const NUMERIC = /^\p{Nd}+$/u;

/** A joined form longer than this is no word. */
const LONGEST_JOINED = 40;

/** Most words of a text stand in many others: forms are made once, by the languages they were made with. */
const remembered = new Map<string, Map<string, WordForms | null>>();
const REMEMBERED = 20_000;
const REMEMBERED_LANGUAGES = 16;

const SEGMENTED_AT_ONCE = 2000;
const WHITE_SPACE = /\s/u;

/** Letters with two dots or a ring, and what they are typed as where a keyboard lacks them. */
const DIGRAPHS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa' };
const DIGRAPH = /[äöüå]/gu;

interface StemmedScript {
  readonly letters: RegExp;
  readonly keepsAccents: boolean;
  readonly languages: ReadonlySet<string>;
}

const STEMMED_SCRIPTS: readonly StemmedScript[] = [
  {
    letters: /^[\p{Script=Latin}\p{M}'’]+$/u,
    keepsAccents: true,
    languages: new Set('da de en es fi fr ga hu id it lt nb nl nn no pt ro sr sv tr'.split(' ')),
  },
  {
    letters: /^[\p{Script=Cyrillic}\p{M}'’\u02BC]+$/u,
    keepsAccents: false,
    languages: new Set(['bg', 'ru', 'sr', 'uk']),
  },
  { letters: /^[\p{Script=Arabic}\p{M}]+$/u, keepsAccents: false, languages: new Set(['ar']) },
  { letters: /^[\p{Script=Greek}\p{M}]+$/u, keepsAccents: false, languages: new Set(['el']) },
  { letters: /^[\p{Script=Armenian}\p{M}]+$/u, keepsAccents: false, languages: new Set(['hy']) },
];

interface Word {
  readonly text: string;
  /** What stands between it and the word before. */
  readonly gap: string;
}

/**
 * In the order of the text, with repetitions.
 * @param languages ISO 639-1: stems are made by the rules of each of them that is written in a word's script
 */
export function wordFormsOf(text: string, languages: readonly string[]): WordForms[] {
  const forms: WordForms[] = [];
  const known = knownForms(languages);
  let chain: string[] = [];
  const endChain = () => {
    const joined = chain.length < 2 ? '' : foldWord(chain.join('').toLowerCase());
    const last = forms.at(-1);
    if (joined !== '' && joined.length <= LONGEST_JOINED && last) {
      forms[forms.length - 1] = { ...last, parts: [...last.parts, joined] };
    }
    chain = [];
  };
  for (const { text: word, gap } of wordsIn(text)) {
    const isGrouped = GROUPING.test(gap) && isNumber(word) && isNumber(chain.at(-1));
    if (!isGrouped && !HYPHEN.test(gap)) endChain();
    chain.push(word);
    let found = known.get(word);
    if (found === undefined) {
      found = formsOf(word, languages);
      if (known.size >= REMEMBERED) known.clear();
      known.set(word, found);
    }
    if (found) forms.push(found);
  }
  endChain();
  return forms;
}

/** Words as they were written, NFKC, and pictographs, which Unicode does not count as words but people search for. */
function* wordsIn(text: string): Generator<Word> {
  let gap = '';
  for (const { segment, isWordLike } of segmentsOf(text.replace(INVISIBLE, '').normalize('NFKC'))) {
    const words = isWordLike ? segment.split(ELISION) : PICTOGRAPH.test(segment) ? [segment] : [];
    if (words.length === 0) gap += segment;
    for (const word of words) {
      yield { text: word, gap };
      gap = '';
    }
  }
}

// The runtime's segmenter takes time in proportion to the square of a text's length.
function* segmentsOf(text: string): Generator<Intl.SegmentData> {
  for (let start = 0; start < text.length; ) {
    let end = start + SEGMENTED_AT_ONCE;
    if (end < text.length) {
      while (end > start && !WHITE_SPACE.test(text[end]!)) end -= 1;
      if (end === start) end = start + SEGMENTED_AT_ONCE;
    }
    yield* segmenter('word').segment(text.slice(start, end));
    start = end;
  }
}

function knownForms(languages: readonly string[]): Map<string, WordForms | null> {
  const key = languages.join(' ');
  let known = remembered.get(key);
  if (!known) {
    if (remembered.size >= REMEMBERED_LANGUAGES) remembered.clear();
    known = new Map();
    remembered.set(key, known);
  }
  return known;
}

/** @returns null where nothing is left of it */
function formsOf(word: string, languages: readonly string[]): WordForms | null {
  if (PICTOGRAPH.test(word)) return { base: word, written: null, parts: [], others: [] };
  const lower = word.toLowerCase();
  const base = foldWord(lower);
  if (base === '') return null;
  const pieces = partsOf(word);
  const parts = [...pieces.map((piece) => piece.toLowerCase()), joinedParts(lower) ?? ''].map(foldWord);
  const others = [
    foldWord(lower.replace(DIGRAPH, (letter) => DIGRAPHS[letter]!)),
    ...(pieces.length === 0 ? stemsOf(lower, base, languages) : []),
  ];
  const differing = (forms: readonly string[]) => [...new Set(forms)].filter((form) => form !== '' && form !== base);
  return { base, written: base === lower ? null : lower, parts: differing(parts), others: differing(others) };
}

// Snowball's rules for Latin letters want accents, all others take words without signs.
function stemsOf(lower: string, base: string, languages: readonly string[]): string[] {
  const script = STEMMED_SCRIPTS.find(({ letters }) => letters.test(lower));
  if (!script) return [];
  const stems = languages
    .filter((language) => script.languages.has(language))
    .map((language) => stemOf(script.keepsAccents ? lower : base, language));
  return stems.filter((stem) => stem !== null).map(foldWord);
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && NUMERIC.test(word);
}
