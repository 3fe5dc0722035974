import { deflateRawSync } from 'node:zlib';
import {
  type PassageWords,
  WORD_COLUMNS,
  type WordedDocument,
  type WordedPassage,
  wordsOfPassage,
} from '../words/passage-words.js';

/** Columns of one passage as they are listed, words with blanks between them, in the order of `WORD_COLUMNS`. */
export type WordRow = readonly string[];

/** The words of a document. */
export interface DocumentWords {
  /** A row a passage. */
  readonly rows: readonly WordRow[];
  /** All of them, as they are kept. */
  readonly packed: Uint8Array;
}

export interface WordedText {
  readonly document: WordedDocument;
  readonly passages: readonly WordedPassage[];
}

export function wordsOfDocument({ document, passages }: WordedText): DocumentWords {
  return packWords(passages.map((passage) => wordRow(wordsOfPassage(document, passage))));
}

export function packWords(rows: readonly WordRow[]): DocumentWords {
  return { rows, packed: deflateRawSync(JSON.stringify(rows), { level: 4 }) };
}

function wordRow(words: PassageWords): WordRow {
  return WORD_COLUMNS.map((column) => words[column].join(' '));
}
