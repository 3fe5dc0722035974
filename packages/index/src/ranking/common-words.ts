/**
 * Words that stand in so many passages of a query's language that they tell nothing. In a folder of many languages they
 * look rare: few passages are in any one of them.
 * @module
 */
import type { WordForms } from '@glot/text';

/** Passages of one language, or of an index that is all in one. */
export interface PassageSample {
  readonly passages: number;
  /** Of the index's documents, those in the language. */
  readonly share: number;
  /** In how many of the passages a word stands. */
  documentFrequency(word: string): number;
}

/** Of the documents of an index. */
export interface LanguageShare {
  readonly lang: string;
  readonly share: number;
}

/** Of a language's passages: a word in more of them says nothing of any. */
export const COMMON_SHARE = 0.25;

/** Fewer passages do not show how common a word is. */
const LEAST_PASSAGES = 40;

/** Documents of each language that are looked at, those with the first content hashes. */
export const SAMPLED_DOCUMENTS = 64;

/** Passages of each of them. */
export const SAMPLED_PASSAGES = 4;

/** Documents that are chosen from, by path. */
export const SAMPLED_FROM = 20_000;

/** A query's words, and of each in what share of the passages of the query's language it stands. */
export interface ToldWords {
  /** Those that tell something; all, where none does. */
  readonly words: readonly WordForms[];
  /** Share of these that stand in the index, in any form. */
  readonly known: number;
  /** Share of the index's documents that are in other languages than the query. */
  readonly foreign: number;
  shareOf(word: WordForms): number;
}

/** @param documentFrequency in how many passages of the index a word stands */
export function toldWords(
  words: readonly WordForms[],
  samples: readonly PassageSample[],
  documentFrequency: (word: string) => number,
): ToldWords {
  const language = likeliest(
    words,
    samples.filter(({ passages }) => passages >= LEAST_PASSAGES),
  );
  const shareOf = ({ base }: WordForms) =>
    language === null ? 0 : language.documentFrequency(base) / language.passages;
  const told = words.filter((word) => shareOf(word) <= COMMON_SHARE);
  const stands = ({ base, parts, others }: WordForms) =>
    [base, ...parts, ...others].some((form) => documentFrequency(form) > 0);
  const kept = told.some(stands) ? told : words;
  const known = kept.filter(stands).length / Math.max(1, kept.length);
  const foreign = language !== null ? 1 - language.share : samples.length > 1 ? 1 : 0;
  return { words: kept, known, foreign, shareOf };
}

/** The language whose passages are likeliest to hold the words; null where none holds any. */
function likeliest(words: readonly WordForms[], samples: readonly PassageSample[]): PassageSample | null {
  const known = words.filter(({ base }) => samples.some((sample) => sample.documentFrequency(base) > 0));
  let best: PassageSample | null = null;
  let highest = -Infinity;
  for (const sample of known.length === 0 ? [] : samples) {
    const likelihood = known.reduce(
      (sum, { base }) => sum + Math.log((sample.documentFrequency(base) + 0.5) / (sample.passages + 1)),
      0,
    );
    if (likelihood <= highest) continue;
    best = sample;
    highest = likelihood;
  }
  return best;
}

/**
 * @param passages words of each
 * @param share of the index's documents
 */
export function sampleOf(passages: readonly Iterable<string>[], share: number): PassageSample {
  const frequencies = new Map<string, number>();
  for (const words of passages)
    for (const word of new Set(words)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  return { passages: passages.length, share, documentFrequency: (word) => frequencies.get(word) ?? 0 };
}
