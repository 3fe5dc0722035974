import { byPath } from '../by-path.js';
import {
  type PassageSample,
  SAMPLED_DOCUMENTS,
  SAMPLED_FROM,
  SAMPLED_PASSAGES,
  sampleOf,
  toldWords,
} from '../ranking/common-words.js';
import { rarities } from '../ranking/row-weights.js';
import type { DocumentInput } from '../types.js';
import { type CorrectedQuery, correctedQuery } from '../words/corrections.js';
import { WORD_COLUMNS, wordsOfQuery } from '../words/passage-words.js';
import { vocabularyOf, type WordedText } from './memory-lexical.js';

/** A query's words that tell something. */
export interface MemoryQuery extends CorrectedQuery {
  /** Of all its words. */
  rarities(): ReadonlyMap<string, number>;
}

interface Kept {
  readonly firstPassage: number;
  readonly document: DocumentInput;
}

/** @param languages the commonest, by whose rules words are stemmed */
export function memoryQuery(
  text: string,
  worded: readonly WordedText[],
  languages: readonly string[],
  documents: readonly Kept[],
): MemoryQuery {
  const vocabulary = vocabularyOf(worded);
  const documentFrequency = (word: string) => vocabulary.frequencies.get(word) ?? 0;
  const { words, corrections } = correctedQuery(
    text,
    wordsOfQuery(text, languages),
    languages,
    documentFrequency,
    vocabulary,
  );
  const samples =
    languages.length < 2
      ? [{ passages: worded.length, documentFrequency }]
      : languages.map((lang) => sampled(lang, worded, documents));
  const told = toldWords(words, samples, documentFrequency);
  return { words: told.words, corrections, rarities: () => rarities(words, told, documentFrequency, worded.length) };
}

function sampled(lang: string, worded: readonly WordedText[], documents: readonly Kept[]): PassageSample {
  const words = new Map(worded.map((one) => [one.id, one.words]));
  const chosen = documents
    .toSorted((a, b) => byPath(a.document, b.document))
    .slice(0, SAMPLED_FROM)
    .filter(({ document }) => document.lang === lang && document.passages.length > 0)
    .sort((a, b) => byHash(a.document, b.document))
    .slice(0, SAMPLED_DOCUMENTS);
  return sampleOf(
    chosen.flatMap(({ firstPassage, document }) =>
      document.passages
        .slice(0, SAMPLED_PASSAGES)
        .map((_, at) => WORD_COLUMNS.flatMap((column) => words.get(firstPassage + at)?.[column] ?? [])),
    ),
  );
}

function byHash(a: DocumentInput, b: DocumentInput): number {
  return a.contentHash < b.contentHash ? -1 : a.contentHash > b.contentHash ? 1 : 0;
}
