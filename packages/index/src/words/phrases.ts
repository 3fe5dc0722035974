/**
 * What has to stand in a passage word for word, or must not stand in it.
 * @module
 */
import { GlotError } from '@glot/errors';
import { wordFormsOf } from '@glot/text';
import type { SearchFilter } from '../types.js';
import { type PassageWords, SPELT_COLUMNS } from './passage-words.js';

export interface Phrase {
  /** Folded, in a row; what stands between them does not count. */
  readonly words: readonly string[];
  /** The same in one piece, of a script without blanks: how a text falls into words depends on what stands around them. */
  readonly joined: string | null;
}

export interface Phrases {
  readonly wanted: readonly Phrase[];
  readonly unwanted: readonly Phrase[];
}

/** Columns that hold words in the order of the text. */
export const ORDERED_COLUMNS = ['name', 'heading', 'body'] as const;

const NO_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** @throws GlotError `index.query` for a phrase without words @returns null where nothing is said of words */
export function phrasesOf({ phrases = [], without = [] }: SearchFilter): Phrases | null {
  if (phrases.length + without.length === 0) return null;
  return { wanted: phrases.map(phraseOf), unwanted: without.map(phraseOf) };
}

function phraseOf(text: string): Phrase {
  const words = wordFormsOf(text, []).map(({ base }) => base);
  if (words.length === 0) {
    throw new GlotError('index.query', `a phrase to look for needs words, and ${JSON.stringify(text)} has none`);
  }
  return { words, joined: NO_BLANKS.test(text) ? words.join('') : null };
}

/** Columns in which a phrase may stand: one word also as a part of another. */
export const columnsOf = ({ words }: Phrase) => (words.length === 1 ? SPELT_COLUMNS : ORDERED_COLUMNS);

export function phrasesMatch({ wanted, unwanted }: Phrases, passage: PassageWords): boolean {
  return (
    wanted.every((phrase) => holdsPhrase(phrase, passage)) && !unwanted.some((phrase) => holdsPhrase(phrase, passage))
  );
}

export function holdsPhrase(phrase: Phrase, passage: PassageWords): boolean {
  const { words, joined } = phrase;
  return columnsOf(phrase).some((column) => {
    const held = passage[column];
    if (joined !== null) return held.join('').includes(joined);
    return held.some((_, at) => words.every((word, next) => held[at + next] === word));
  });
}
