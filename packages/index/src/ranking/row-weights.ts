/**
 * What the rows of a query's vectors count for: a token of a rare word more than one that stands everywhere.
 * @module
 */
import type { TokenVectors } from '@glot/kernels';
import { segmenter, type TextSpan, type WordForms, wordFormsOf } from '@glot/text';
import { documentFrequencies } from '../words/passage-words.js';
import { COMMON_SHARE, type ToldWords } from './common-words.js';

/** A query with the places that its rows come from. */
export interface Rows {
  readonly text: string;
  readonly spans: readonly (TextSpan | null)[];
}

/** Of rows that stand for no piece of the text: markers. */
const MARKER = 0.5;

/** Of punctuation. */
const SIGN = 0.25;

const words = segmenter('word');

/**
 * How rare a query's words are, from nearly 0 for one that stands in every passage to 1 for one that stands in none, by
 * their folded forms. One that is common in the query's language is as common as if all passages were in it.
 */
export function rarities(
  words: readonly WordForms[],
  { shareOf }: ToldWords,
  documentFrequency: (word: string) => number,
  passages: number,
): Map<string, number> {
  const most = Math.log((passages + 1) / 0.5);
  const rarity = (frequency: number) => Math.sqrt(Math.max(0, Math.log((passages + 1) / (frequency + 0.5))) / most);
  return new Map(
    words.map((word) => {
      const common = shareOf(word) * passages;
      // Counting the passages of a common word takes longest.
      const frequency =
        shareOf(word) > COMMON_SHARE ? common : Math.max(common, ...documentFrequencies([word], documentFrequency));
      return [word.base, rarity(frequency)];
    }),
  );
}

/** @param weights of the folded words of the text: others count as words that stand nowhere */
export function rowWeights({ text, spans }: Rows, weights: ReadonlyMap<string, number>): number[] {
  const stretches: { readonly end: number; readonly weight: number }[] = [];
  for (const { segment, index, isWordLike } of words.segment(text)) {
    const base = isWordLike ? wordFormsOf(segment, [])[0]?.base : undefined;
    const weight = isWordLike ? (weights.get(base ?? '') ?? 1) : SIGN;
    stretches.push({ end: index + segment.length, weight });
  }
  return spans.map((span) =>
    span === null ? MARKER : (stretches.find(({ end }) => end > span.start)?.weight ?? SIGN),
  );
}

/** The rows made longer or shorter: their mean of best dot products is the weighted one. Unchanged where no row counts. */
export function weighted(vectors: TokenVectors, weights: readonly number[]): TokenVectors {
  const { data, dim } = vectors;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || weights.length * dim !== data.length) return vectors;
  const scaled = data.slice();
  for (const [row, weight] of weights.entries()) {
    const factor = (weight * weights.length) / total;
    for (let at = row * dim; at < (row + 1) * dim; at += 1) scaled[at]! *= factor;
  }
  return { ...vectors, data: scaled };
}
