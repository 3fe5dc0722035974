/**
 * What was meant by a word that stands nowhere: the word of a vocabulary from which it is one typing mistake away, or
 * two where it is long.
 * @module
 */
import { typingCost } from './typing-cost.js';
import { lettersOf, type Writing, wordOf, writingOf } from './writings.js';

export interface Vocabulary {
  /** In how many texts the word stands; 0 where in none. */
  holdersOf(word: string): number;
  /** Words that begin so. */
  startingWith(prefix: string): Iterable<readonly [word: string, holders: number]>;
  /** Whether texts have the word itself, not only something made of it. */
  isWord(word: string): boolean;
}

/** Two mistakes are looked for behind so many letters. */
const KEPT = 4;

/** The first letter is seldom mistyped. */
const FIRST_LETTER = 0.5;

interface Candidate {
  readonly word: string;
  readonly cost: number;
  readonly holders: number;
}

/**
 * The nearest; of several the one that stands in most texts.
 * @param word folded, and not in the vocabulary
 */
export function nearestWord(word: string, vocabulary: Vocabulary): string | null {
  const writing = writingOf(word);
  if (!writing) return null;
  const letters = lettersOf(word);
  const [one, two] = writing.least;
  if (letters.length < one) return null;
  if (letters.length < two)
    return best(within(1, letters, misspelt(letters, letters.length, writing, vocabulary)), vocabulary);
  const prefix = letters.slice(0, KEPT).join('');
  const alike = within(2, letters, vocabulary.startingWith(prefix));
  const near = alike.filter(({ cost }) => cost <= 1);
  if (near.length > 0) return best(near, vocabulary);
  return best([...within(1, letters, misspelt(letters, KEPT, writing, vocabulary)), ...alike], vocabulary);
}

function within(most: number, typed: readonly string[], words: Iterable<readonly [string, number]>): Candidate[] {
  const found: Candidate[] = [];
  for (const [word, holders] of words) {
    const meant = lettersOf(word);
    const cost = typingCost(typed, meant, most);
    if (cost !== Infinity) found.push({ word, cost: cost + (typed[0] === meant[0] ? 0 : FIRST_LETTER), holders });
  }
  return found;
}

function best(candidates: readonly Candidate[], vocabulary: Vocabulary): string | null {
  const sorted = candidates.toSorted((a, b) => a.cost - b.cost || b.holders - a.holders || (a.word < b.word ? -1 : 1));
  return sorted.find(({ word }) => vocabulary.isWord(word))?.word ?? null;
}

/** Words of which one mistake among the first letters makes this one. */
function* misspelt(
  letters: readonly string[],
  first: number,
  writing: Writing,
  vocabulary: Vocabulary,
): Generator<readonly [string, number]> {
  const seen = new Set<string>();
  for (const edited of edits(letters, first, writing.letters)) {
    const word = wordOf(edited);
    if (word === null || seen.has(word)) continue;
    seen.add(word);
    const holders = vocabulary.holdersOf(word);
    if (holders > 0) yield [word, holders];
  }
}

function* edits(letters: readonly string[], first: number, alphabet: readonly string[]): Generator<string[]> {
  const { length } = letters;
  for (let at = 0; at < first; at += 1) {
    yield letters.toSpliced(at, 1);
    if (at + 1 < length) yield letters.toSpliced(at, 2, letters[at + 1]!, letters[at]!);
  }
  for (const letter of alphabet) {
    for (let at = 0; at < first; at += 1) {
      yield letters.toSpliced(at, 1, letter);
      yield letters.toSpliced(at, 0, letter);
    }
    if (first === length) yield [...letters, letter];
  }
}
