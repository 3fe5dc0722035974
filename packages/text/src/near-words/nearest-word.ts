/**
 * What was meant by a word that stands nowhere: the word of a vocabulary from which it is one typing mistake away, or
 * two where it is long.
 * @module
 */
import { typingCost } from './typing-cost.js';
import { lettersOf, type Writing, wordOf, writingOf } from './writings.js';

/** Words of texts, each with the number of texts that hold it. */
export interface Vocabulary {
  /** Of these words those that there are. */
  documentFrequencies(words: readonly string[]): Iterable<readonly [word: string, documentFrequency: number]>;
  startingWith(prefix: string): Iterable<readonly [word: string, documentFrequency: number]>;
  /** Whether texts have the word itself, not only something made of it. */
  isWord(word: string): boolean;
}

/** In words of so many letters, two mistakes are looked for behind the first few alone. */
const LONG = 6;
const KEPT = 4;

/** Two letters that changed places are looked for in words of so many. */
const SHORTEST = 4;

/** The first letter is seldom mistyped; in short words it says too much. */
const FIRST_LETTER = 0.5;

interface Candidate {
  readonly word: string;
  readonly cost: number;
  readonly documentFrequency: number;
}

/**
 * The nearest; of several the one that stands in most texts.
 * @param word folded, and not in the vocabulary
 */
export function nearestWord(word: string, vocabulary: Vocabulary): string | null {
  const writing = writingOf(word);
  if (!writing) return null;
  const letters = lettersOf(word);
  const { length } = letters;
  const [one, two] = writing.least;
  const known = (edited: Iterable<string[]>) => vocabulary.documentFrequencies(wordsOf(edited));
  if (length < one) {
    return length < SHORTEST ? null : best(within(1, letters, known(exchanges(letters))), vocabulary);
  }
  const from = length < two ? 1 : 0;
  const changed = (to: number) => known([...exchanges(letters), ...edits(letters, from, to, writing)]);
  if (length < LONG || !writing.hasPrefixes) return best(within(1, letters, changed(length)), vocabulary);
  const most = length < two ? 1 : 2;
  const alike = within(most, letters, vocabulary.startingWith(letters.slice(0, KEPT).join('')));
  const near = alike.filter(({ cost }) => cost <= 1);
  if (near.length > 0) return best(near, vocabulary);
  return best([...within(1, letters, changed(KEPT)), ...alike], vocabulary);
}

function within(most: number, typed: readonly string[], words: Iterable<readonly [string, number]>): Candidate[] {
  const found: Candidate[] = [];
  for (const [word, documentFrequency] of words) {
    const meant = lettersOf(word);
    const cost = typingCost(typed, meant, most);
    if (cost !== Infinity)
      found.push({ word, cost: cost + (typed[0] === meant[0] ? 0 : FIRST_LETTER), documentFrequency });
  }
  return found;
}

function best(candidates: readonly Candidate[], vocabulary: Vocabulary): string | null {
  const sorted = candidates.toSorted(
    (a, b) => a.cost - b.cost || b.documentFrequency - a.documentFrequency || (a.word < b.word ? -1 : 1),
  );
  return sorted.find(({ word }) => vocabulary.isWord(word))?.word ?? null;
}

function wordsOf(edited: Iterable<string[]>): string[] {
  return [...new Set(Array.from(edited, wordOf))].filter((word) => word !== null);
}

/** With two neighbors in each other's place. */
function* exchanges(letters: readonly string[]): Generator<string[]> {
  for (let at = 0; at + 1 < letters.length; at += 1) {
    yield letters.toSpliced(at, 2, letters[at + 1]!, letters[at]!);
  }
}

/** With one letter less, another one or one more, at these places. */
function* edits(letters: readonly string[], from: number, to: number, { like, addable }: Writing): Generator<string[]> {
  for (let at = from; at < to; at += 1) {
    yield letters.toSpliced(at, 1);
    for (const letter of like(letters[at]!)) yield letters.toSpliced(at, 1, letter);
    for (const letter of addable) yield letters.toSpliced(at, 0, letter);
  }
  if (to === letters.length) for (const letter of addable) yield [...letters, letter];
}
