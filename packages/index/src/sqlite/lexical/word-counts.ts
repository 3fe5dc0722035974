import type { Database } from 'better-sqlite3';
import type { WordRow } from '../../preparing/document-words.js';
import { WORD_COLUMNS } from '../../words/passage-words.js';

/**
 * How many words FTS5 thinks there are, by which BM25 weighs them: of each passage and in all, column by column. Its own
 * check compares neither with the lists.
 */
export class WordCounts {
  readonly #ofPassage: (passageId: number) => Uint8Array | undefined;
  readonly #inAll: () => Uint8Array | undefined;
  readonly #sums = new Float64Array(WORD_COLUMNS.length);
  #passages = 0;

  /** The file has words in these columns. */
  constructor(db: Database) {
    const ofPassage = db.prepare('SELECT sz FROM passage_words_docsize WHERE id = ?').pluck();
    const inAll = db.prepare('SELECT block FROM passage_words_data WHERE id = 1').pluck();
    this.#inAll = () => inAll.get() as Buffer | undefined;
    this.#ofPassage = (passageId) => ofPassage.get(passageId) as Buffer | undefined;
  }

  /** Whether they are those of the words that are kept of the passage, which is counted. */
  isRight(passageId: number, row: WordRow): boolean {
    const counts = row.map((words) => (words === '' ? 0 : words.split(' ').length));
    for (const [column, count] of counts.entries()) this.#sums[column]! += count;
    this.#passages += 1;
    return isSame(this.#ofPassage(passageId), counts);
  }

  /** Whether they are those of the passages that were counted. Where no passage was ever stored, nothing is counted yet. */
  sumsAreRight(): boolean {
    const stored = this.#inAll();
    return (this.#passages === 0 && stored?.length === 0) || isSame(stored, [this.#passages, ...this.#sums]);
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
