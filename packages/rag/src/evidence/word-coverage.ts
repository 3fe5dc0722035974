/** How much of a question's words a text holds. */
import { segmenter } from '@glot/text';

const words = segmenter('word');

/**
 * Share of the question's words that stand in a text, each weighed by how rare it is among the texts: a word of all of
 * them says little, a word of none speaks against them all.
 *
 * @returns 0 to 1 for any text
 */
export function wordCoverage(question: string, texts: readonly string[]): (text: string) => number {
  const sets = texts.map(wordSet);
  const weights = new Map<string, number>();
  let all = 0;
  for (const word of wordSet(question)) {
    const holding = sets.reduce((count, set) => count + (set.has(word) ? 1 : 0), 0);
    const weight = Math.log(1 + (sets.length + 1) / (holding + 0.5));
    weights.set(word, weight);
    all += weight;
  }
  return (text) => {
    if (all === 0) return 0;
    let covered = 0;
    for (const word of wordSet(text)) covered += weights.get(word) ?? 0;
    return covered / all;
  };
}

function wordSet(text: string): Set<string> {
  const found = new Set<string>();
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) found.add(segment);
  }
  return found;
}
