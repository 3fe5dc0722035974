import type { Vocabulary, WordForms } from '@glot/text';
import { attainableScore, BM25_K1, type Ranked } from '../ranking/fusion.js';
import {
  attainableHolders,
  FOLDED_COLUMNS,
  type PassageWords,
  SPELT_COLUMNS,
  termsOf,
  WORD_COLUMNS,
  WORD_WEIGHTS,
} from '../words/passage-words.js';

const B = 0.75;

/** FTS5 never lets a word count for nothing or less, however common it is. */
const LEAST_IDF = 1e-6;

export interface WordedText {
  readonly id: number;
  readonly words: PassageWords;
}

/**
 * BM25 of every text from counts, with FTS5's constants, in any order: an occurrence counts as much as its column weighs,
 * a text is as long as all columns together. Texts without any of the words are left out.
 */
export function rankByWords(query: readonly WordForms[], texts: readonly WordedText[]): Ranked[] {
  const { folded, written } = termsOf(query);
  const length = ({ words }: WordedText) => WORD_COLUMNS.reduce((sum, column) => sum + words[column].length, 0);
  const averageLength = texts.reduce((sum, text) => sum + length(text), 0) / texts.length;
  const scores = new Map<number, number>();
  const terms = [
    ...folded.map((term) => ({ term, columns: FOLDED_COLUMNS })),
    ...written.map((term) => ({ term, columns: ['written'] as const })),
  ];
  for (const { term, columns } of terms) {
    const holders = texts.filter(({ words }) => columns.some((column) => words[column].includes(term)));
    const idf = Math.log((texts.length - holders.length + 0.5) / (holders.length + 0.5));
    for (const text of holders) {
      const count = columns.reduce(
        (sum, column) => sum + WORD_WEIGHTS[column] * text.words[column].filter((word) => word === term).length,
        0,
      );
      const saturation = (count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - B + (B * length(text)) / averageLength));
      scores.set(text.id, (scores.get(text.id) ?? 0) + Math.max(idf, LEAST_IDF) * saturation);
    }
  }
  return [...scores].map(([passageId, score]) => ({ passageId, score }));
}

export function vocabularyOf(texts: readonly WordedText[]): Vocabulary & { holders: ReadonlyMap<string, number> } {
  const holders = new Map<string, number>();
  for (const { words } of texts) {
    for (const word of new Set(WORD_COLUMNS.flatMap((column) => words[column]))) {
      holders.set(word, (holders.get(word) ?? 0) + 1);
    }
  }
  return {
    holders,
    holdersOf: (words) => words.flatMap((word) => (holders.has(word) ? [[word, holders.get(word)!] as const] : [])),
    startingWith: (prefix) => [...holders].filter(([word]) => word.startsWith(prefix)),
    isWord: (word) => texts.some(({ words }) => SPELT_COLUMNS.some((column) => words[column].includes(word))),
  };
}

/** The highest score that any text can reach for the query. */
export function attainableByWords(query: readonly WordForms[], texts: readonly WordedText[]): number {
  const held = texts.map(({ words }) => new Set(WORD_COLUMNS.flatMap((column) => words[column])));
  const holders = attainableHolders(query, (word) => held.filter((words) => words.has(word)).length);
  return attainableScore(holders, texts.length);
}
