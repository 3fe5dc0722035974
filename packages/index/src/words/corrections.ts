/**
 * Words of a query that stand nowhere in an index, in any form, are taken for mistyped ones and looked for as the nearest
 * that does.
 * @module
 */
import { foldWord, nearestWord, type Vocabulary, type WordForms, wordFormsOf } from '@glot/text';
import type { Correction, Hit } from '../types.js';
import { wordsOfQuery } from './passage-words.js';

export interface CorrectedWord {
  readonly typed: string;
  readonly searched: WordForms;
}

export interface CorrectedQuery {
  /** With the forms of what is searched instead as others of a word. */
  readonly words: readonly WordForms[];
  readonly corrections: readonly CorrectedWord[];
}

/** So many unknown words are mistakes; of more than half of a longer query it is the language that is not known. */
const MISTAKES = 2;

/** In how many passages a word stands. */
type DocumentFrequency = (word: string) => number;

/** @param words of the text */
export function correctedQuery(
  text: string,
  words: readonly WordForms[],
  languages: readonly string[],
  documentFrequency: DocumentFrequency,
  vocabulary: Vocabulary,
): CorrectedQuery {
  const unknown = words.filter((word) => !isKnown(word, documentFrequency));
  if (unknown.length === 0 || unknown.length > Math.max(MISTAKES, words.length / 2)) return { words, corrections: [] };
  const names = namesIn(text);
  const corrections = new Map<WordForms, CorrectedWord>();
  for (const word of unknown) {
    const nearest = names.has(word.base) ? null : nearestWord(word.base, vocabulary);
    const searched = nearest === null ? undefined : wordsOfQuery(nearest, languages)[0];
    if (searched) corrections.set(word, { typed: word.written ?? word.base, searched });
  }
  return {
    words: words.map((word) => {
      const searched = corrections.get(word)?.searched;
      return searched ? { ...word, others: [...word.others, searched.base, ...searched.others] } : word;
    }),
    corrections: [...corrections.values()],
  };
}

/** With those corrections whose words the passage has. */
export function correctedHit(hit: Hit, corrections: readonly CorrectedWord[]): Hit {
  const found = corrections.length === 0 ? [] : correctionsOf(hit, corrections);
  return found.length === 0 ? hit : { ...hit, corrections: found };
}

function correctionsOf(hit: Hit, corrections: readonly CorrectedWord[]): Correction[] {
  const { path, title, headings, text, lang } = hit;
  const words = new Set(
    [text, ...headings, title ?? '', path].join(' ').toLowerCase().normalize('NFKC').match(LETTERS),
  );
  return corrections.flatMap(({ typed, searched: { base, parts, others } }) => {
    const folded = [...words].find((word) => foldWord(word) === base);
    if (folded !== undefined) return [{ typed, searched: folded }];
    const wanted = new Set([base, ...parts, ...others]);
    const begins = Array.from(base).slice(0, INFLECTED).join('');
    const inflected = [...words].filter((word) => foldWord(word).startsWith(begins));
    const forms = wordFormsOf(inflected.join(' '), lang === null ? [] : [lang]);
    return forms.some((word) => [word.base, ...word.parts, ...word.others].some((form) => wanted.has(form)))
      ? [{ typed, searched: base }]
      : [];
  });
}

/** Runs of letters, katakana apart from what follows it. */
const LETTERS = /[\p{Script=Katakana}ー]+|(?:(?!\p{Script=Katakana})[\p{L}\p{M}])+/gu;

/** Letters that the inflected forms of a word begin with. */
const INFLECTED = 2;

function isKnown({ base, parts, others }: WordForms, documentFrequency: DocumentFrequency): boolean {
  return [base, ...parts, ...others].some((form) => documentFrequency(form) > 0);
}

const CODE = /[\p{N}_]|\p{Ll}\p{Lu}|[^\s.]\.[^\s.]|[@/\\:=#$]\S|^-/u;

const CAPITALS = /^[\p{Lu}\p{P}]*\p{Lu}[\p{Lu}\p{P}]+$/u;

/** Words of names that a program or a standard gave: another one of these is another thing. */
function namesIn(text: string): Set<string> {
  const tokens = text.split(/\s+/u);
  const isShouted = tokens.length > 1 && text === text.toUpperCase();
  const names = tokens.filter((token) => CODE.test(token) || (!isShouted && CAPITALS.test(token)));
  return new Set(names.flatMap((name) => wordFormsOf(name, []).map(({ base }) => base)));
}
