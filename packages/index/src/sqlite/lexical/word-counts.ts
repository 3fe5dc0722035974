import type { Database } from 'better-sqlite3';
import type { WordRow } from '../../preparing/document-words.js';

/**
 * How many words FTS5 thinks that a passage has, column by column, by which BM25 weighs them. Its own check does not compare
 * them with the lists.
 */
export class WordCounts {
  readonly #ofPassage: (passageId: number) => Uint8Array | undefined;

  /** The file has words in these columns. */
  constructor(db: Database) {
    const ofPassage = db.prepare('SELECT sz FROM passage_words_docsize WHERE id = ?').pluck();
    this.#ofPassage = (passageId) => ofPassage.get(passageId) as Buffer | undefined;
  }

  /** Whether they are those of the words that are kept of the passage. */
  isRight(passageId: number, row: WordRow): boolean {
    const counts = row.map((words) => (words === '' ? 0 : words.split(' ').length));
    return isSame(this.#ofPassage(passageId), counts);
  }
}

/** @param stored numbers of seven bits a byte, the highest first, as SQLite writes them */
function isSame(stored: Uint8Array | undefined, expected: readonly number[]): boolean {
  if (!stored) return false;
  const numbers: number[] = [];
  let number = 0;
  for (const byte of stored) {
    number = number * 128 + (byte & 127);
    if (byte >= 128) continue;
    numbers.push(number);
    number = 0;
  }
  return numbers.length === expected.length && numbers.every((value, at) => value === expected[at]);
}
