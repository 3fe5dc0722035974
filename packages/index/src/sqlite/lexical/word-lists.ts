import { crc32, inflateRawSync } from 'node:zlib';
import { GlotError } from '@glot/errors';
import type { Database } from 'better-sqlite3';
import { type DocumentWords, packWords, type WordRow, wordsOfDocument } from '../../preparing/document-words.js';
import { WORD_COLUMNS, type WordedDocument, wordsOfPassage } from '../../words/passage-words.js';
import { corruptMessage } from '../file/storage-error.js';
import { DocumentTexts, type StoredPassageText } from '../texts/document-texts.js';

interface DocumentRow {
  readonly id: number;
  readonly path: string;
  readonly title: string | null;
  readonly lang: string | null;
  readonly meta: string;
  readonly first_passage: number;
  readonly passages: number;
}

interface PassageRow extends StoredPassageText {
  readonly headings: string;
  readonly lang: string | null;
}

/** Documents whose words are made anew between two looks at the database. */
const PAGE = 200;

/**
 * The word lists, by FTS5 without content of its own. FTS5 forgets a passage only where it is told the very words again,
 * which another release of the segmenter would not give: they are kept, a compressed row a document.
 */
export class WordLists {
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#db = db;
    this.#statements = prepare(db);
  }

  /** @param firstPassage its passages have consecutive ids. Within a transaction of the caller. */
  insert(documentId: number, firstPassage: number, { rows, packed }: DocumentWords): void {
    for (const [index, row] of rows.entries()) this.#statements.insert.run(firstPassage + index, ...row);
    this.#statements.insertRows.run(documentId, packed);
  }

  /** Within a transaction of the caller. */
  delete(documentId: number, firstPassage: number): void {
    this.#deleteRows(documentId, firstPassage, this.rows(documentId));
  }

  /** The words of the file's name are those of another one. Within a transaction of the caller. */
  rename(document: WordedDocument & { readonly id: number }, firstPassage: number): void {
    const rows = this.rows(document.id);
    const { name } = wordsOfPassage(document, { headings: [], text: '', lang: null });
    this.#deleteRows(document.id, firstPassage, rows);
    const renamed = rows.map((row) => [name.join(' '), ...row.slice(1)]);
    this.insert(document.id, firstPassage, packWords(renamed));
  }

  /** As they were stored. @throws GlotError `index.corrupt` */
  rows(documentId: number): WordRow[] {
    const stored = this.#statements.selectRows.get(documentId) as Buffer | undefined;
    if (!stored) return [];
    try {
      return JSON.parse(inflateRawSync(stored).toString()) as WordRow[];
    } catch (cause) {
      const place = `the words of document ${documentId}`;
      const details = { file: this.#db.name, place };
      throw new GlotError('index.corrupt', corruptMessage(this.#db.name, place), { cause, details });
    }
  }

  /** Makes all of them again from what is stored of the documents. Within a transaction of the caller. */
  remake(): void {
    this.#statements.clear.run();
    this.#statements.deleteAllRows.run();
    const texts = new DocumentTexts(this.#db);
    for (let after = -1; ; ) {
      const documents = this.#statements.documents.all(after, PAGE) as DocumentRow[];
      for (const document of documents) {
        const described = { ...document, meta: JSON.parse(document.meta) as Record<string, string> };
        const passages = this.#statements.passages.all(
          document.first_passage,
          document.first_passage + document.passages - 1,
        ) as PassageRow[];
        const worded = passages.map((passage) => ({
          headings: JSON.parse(passage.headings) as string[],
          text: texts.ofPassage(passage),
          lang: passage.lang,
        }));
        this.insert(document.id, document.first_passage, wordsOfDocument({ document: described, passages: worded }));
      }
      if (documents.length < PAGE) return;
      after = documents.at(-1)!.id;
    }
  }

  // The very rows that were inserted.
  #deleteRows(documentId: number, firstPassage: number, rows: readonly WordRow[]): void {
    for (const [index, row] of rows.entries()) this.#statements.forget.run(firstPassage + index, ...row);
    this.#statements.deleteRows.run(documentId);
  }
}

/**
 * A sum over the words of each passage in the lists, as `expectedSums` makes it of the words that are kept: each word's
 * checksum times its place. Passages without words have none.
 */
export function* listedSums(db: Database, sums: Map<number, number>): Generator<void> {
  db.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_instance USING fts5vocab('main', 'passage_words', 'instance')");
  makeVocabulary(db);
  const next = db.prepare('SELECT term FROM temp.passage_vocabulary WHERE term > ? LIMIT 1 OFFSET 1000').pluck();
  const between = db
    .prepare('SELECT term, doc, col, "offset" FROM temp.word_instance WHERE term > ? AND term <= ?')
    .raw();
  const after = db.prepare('SELECT term, doc, col, "offset" FROM temp.word_instance WHERE term > ?').raw();
  for (let last = ''; ; ) {
    const until = next.get(last) as string | undefined;
    const found = (until === undefined ? after.all(last) : between.all(last, until)) as [
      string,
      number,
      string,
      number,
    ][];
    for (const [term, passageId, column, offset] of found) {
      const place = WORD_COLUMNS.indexOf(column as (typeof WORD_COLUMNS)[number]);
      sums.set(passageId, ((sums.get(passageId) ?? 0) + signature(term, place, offset)) % MODULUS);
    }
    if (until === undefined) return;
    last = until;
    yield;
  }
}

/** @param row of one passage */
export function expectedSum(row: readonly string[]): number {
  let sum = 0;
  for (const [column, words] of row.entries()) {
    if (words === '') continue;
    for (const [offset, word] of words.split(' ').entries()) sum = (sum + signature(word, column, offset)) % MODULUS;
  }
  return sum;
}

const MODULUS = 2 ** 48;

function signature(word: string, column: number, offset: number): number {
  return (crc32(word) + 1) * ((offset % 8192) * WORD_COLUMNS.length + column + 1);
}

function prepare(db: Database) {
  const columns = WORD_COLUMNS.join(', ');
  const values = WORD_COLUMNS.map(() => '?').join(', ');
  return {
    insert: db.prepare(`INSERT INTO passage_words (rowid, ${columns}) VALUES (?, ${values})`),
    forget: db.prepare(`INSERT INTO passage_words (passage_words, rowid, ${columns}) VALUES ('delete', ?, ${values})`),
    clear: db.prepare("INSERT INTO passage_words (passage_words) VALUES ('delete-all')"),
    insertRows: db.prepare('INSERT INTO document_words (document_id, words) VALUES (?, ?)'),
    selectRows: db.prepare('SELECT words FROM document_words WHERE document_id = ?').pluck(),
    deleteRows: db.prepare('DELETE FROM document_words WHERE document_id = ?'),
    deleteAllRows: db.prepare('DELETE FROM document_words'),
    documents: db.prepare(
      'SELECT id, path, title, lang, meta, first_passage, passages FROM document WHERE id > ? ORDER BY id LIMIT ?',
    ),
    passages: db.prepare(
      'SELECT document_id, start_offset, end_offset, headings, lang, text FROM passage WHERE id BETWEEN ? AND ? ORDER BY id',
    ),
  };
}

/** `temp.passage_vocabulary`: a row a word of the lists, in the order of their bytes. */
export function makeVocabulary(db: Database): void {
  db.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.passage_vocabulary USING fts5vocab('main', 'passage_words', 'row')");
}
