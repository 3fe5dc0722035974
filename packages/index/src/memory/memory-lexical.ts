import type { Vocabulary, WordForms } from '@glot/text';
import { BM25_K1, maxBm25, type ScoredPassage } from '../ranking/fusion.js';
import {
  documentFrequencies,
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
export function rankByWords(query: readonly WordForms[], texts: readonly WordedText[]): ScoredPassage[] {
  const { folded, written } = termsOf(query);
  const length = ({ words }: WordedText) => WORD_COLUMNS.reduce((sum, column) => sum + words[column].length, 0);
  const averageLength = texts.reduce((sum, text) => sum + length(text), 0) / texts.length;
  const scores = new Map<number, number>();
  const terms = [
    ...folded.map((term) => ({ term, columns: FOLDED_COLUMNS })),
    ...written.map((term) => ({ term, columns: ['written'] as const })),
  ];
  for (const { term, columns } of terms) {
    const holding = texts.filter(({ words }) => columns.some((column) => words[column].includes(term)));
    const idf = Math.log((texts.length - holding.length + 0.5) / (holding.length + 0.5));
    for (const text of holding) {
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

export function vocabularyOf(texts: readonly WordedText[]): Vocabulary & { frequencies: ReadonlyMap<string, number> } {
  const frequencies = new Map<string, number>();
  for (const { words } of texts) {
    for (const word of new Set(WORD_COLUMNS.flatMap((column) => words[column]))) {
      frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
    }
  }
  return {
    frequencies,
    documentFrequencies: (words) =>
      words.flatMap((word) => (frequencies.has(word) ? [[word, frequencies.get(word)!] as const] : [])),
    startingWith: (prefix) => [...frequencies].filter(([word]) => word.startsWith(prefix)),
    isWord: (word) => texts.some(({ words }) => SPELT_COLUMNS.some((column) => words[column].includes(word))),
  };
}

/** The highest score that any text can reach for the query. */
export function maxBm25OfWords(query: readonly WordForms[], texts: readonly WordedText[]): number {
  const held = texts.map(({ words }) => new Set(WORD_COLUMNS.flatMap((column) => words[column])));
  const frequencies = documentFrequencies(query, (word) => held.filter((words) => words.has(word)).length);
  return maxBm25(frequencies, texts.length);
}
