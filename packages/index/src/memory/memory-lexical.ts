import { wordsOf } from '@glot/text';
import { attainableScore, BM25_K1, type Ranked } from '../fusion.js';

const B = 0.75;

/** FTS5 never lets a word count for nothing or less, however common it is. */
const LEAST_IDF = 1e-6;

/** BM25 of every text from counts, with FTS5's constants, in any order; texts without any of the words are left out. */
export function rankByWords(
  query: string,
  texts: readonly { readonly id: number; readonly parts: readonly string[] }[],
): Ranked[] {
  const counted = texts.map(({ id, parts }) => {
    const words = parts.flatMap(wordsOf);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return { id, length: words.length, counts };
  });
  const averageLength = counted.reduce((sum, { length }) => sum + length, 0) / counted.length;
  const scores = new Map<number, number>();
  for (const word of new Set(wordsOf(query))) {
    const holders = counted.filter(({ counts }) => counts.has(word));
    const idf = Math.log((counted.length - holders.length + 0.5) / (holders.length + 0.5));
    for (const { id, length, counts } of holders) {
      const count = counts.get(word)!;
      const saturation = (count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - B + (B * length) / averageLength));
      scores.set(id, (scores.get(id) ?? 0) + Math.max(idf, LEAST_IDF) * saturation);
    }
  }
  return [...scores].map(([passageId, score]) => ({ passageId, score }));
}

/** The highest score that any text can reach for the query. */
export function attainableByWords(query: string, texts: readonly { readonly parts: readonly string[] }[]): number {
  const held = texts.map(({ parts }) => new Set(parts.flatMap(wordsOf)));
  const holders = [...new Set(wordsOf(query))].map((word) => held.filter((words) => words.has(word)).length);
  return attainableScore(holders, texts.length);
}
