import { byPath } from '../by-path.js';
import {
  type LanguageShare,
  type PassageSample,
  SAMPLED_DOCUMENTS,
  SAMPLED_FROM,
  SAMPLED_PASSAGES,
  sampleOf,
  toldWords,
} from '../ranking/common-words.js';
import type { QueryFacts } from '../ranking/evidence.js';
import { rarities } from '../ranking/row-weights.js';
import type { DocumentInput } from '../types.js';
import { type CorrectedQuery, correctedQuery } from '../words/corrections.js';
import { WORD_COLUMNS, wordsOfQuery } from '../words/passage-words.js';
import { vocabularyOf, type WordedText } from './memory-lexical.js';

/** A query's words that tell something. */
export interface MemoryQuery extends CorrectedQuery {
  readonly facts: Pick<QueryFacts, 'words' | 'known' | 'foreign'>;
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
  languages: readonly LanguageShare[],
  documents: readonly Kept[],
): MemoryQuery {
  const vocabulary = vocabularyOf(worded);
  const rules = languages.map(({ lang }) => lang);
  const documentFrequency = (word: string) => vocabulary.frequencies.get(word) ?? 0;
  const { words, corrections } = correctedQuery(text, wordsOfQuery(text, rules), rules, documentFrequency, vocabulary);
  const samples =
    languages.length < 2
      ? [{ passages: worded.length, share: 1, documentFrequency }]
      : languages.map((language) => sampled(language, worded, documents));
  const told = toldWords(words, samples, documentFrequency);
  const facts = { words: told.words.length, known: told.known, foreign: told.foreign };
  return {
    words: told.words,
    corrections,
    facts,
    rarities: () => rarities(words, told, documentFrequency, worded.length),
  };
}

function sampled(
  { lang, share }: LanguageShare,
  worded: readonly WordedText[],
  documents: readonly Kept[],
): PassageSample {
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
    share,
  );
}

function byHash(a: DocumentInput, b: DocumentInput): number {
  return a.contentHash < b.contentHash ? -1 : a.contentHash > b.contentHash ? 1 : 0;
}
