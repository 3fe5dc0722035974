import type { TokenVectors } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { type DocumentWords, wordsOfDocument } from '../../preparing/document-words.js';
import type {
  DocumentEntry,
  DocumentInput,
  DocumentNotes,
  FileStamp,
  FormatReading,
  PassageInput,
  PassagePlace,
  StoredDocument,
} from '../../types.js';
import { type Checksums, checksumsOf } from '../file/checksums.js';
import { storesChangeTimes, storesWordForms } from '../file/stored-parts.js';
import { Transactions } from '../file/transactions.js';
import { NO_FILE } from '../ledger/ledger-store.js';
import { SkipStore } from '../ledger/skip-store.js';
import { WordLists } from '../lexical/word-lists.js';
import type { PassagePartitions } from '../partitions/passage-partitions.js';
import { DocumentTexts, passageTextToStore, type StoredPassageText } from '../texts/document-texts.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import { PlaceStore } from './place-store.js';
import type { PreparedRows } from './prepared-rows.js';
import { ReadingStore } from './reading-store.js';

interface DocumentRow {
  readonly id: number;
  readonly path: string;
  readonly content_hash: string;
  readonly size_bytes: number;
  readonly modified_ms: number;
  /** Absent before format 3. */
  readonly changed_ms?: number;
  readonly format: string;
  readonly title: string | null;
  readonly lang: string | null;
  readonly meta: string;
  readonly first_passage: number;
  readonly passages: number;
}

export interface PassageRow extends StoredPassageText {
  readonly page: number | null;
  readonly first_line: number | null;
  readonly last_line: number | null;
  readonly lang: string | null;
  readonly headings: string;
}

/** Documents in and out of the tables. Each change is one transaction, or part of one of `Transactions.together`. */
export class DocumentStore {
  readonly #db: Database;
  readonly #vectors: PassageVectors;
  readonly #partitions: PassagePartitions | null;
  readonly #places: PlaceStore;
  readonly #readings: ReadingStore;
  readonly #skips: SkipStore;
  readonly #transactions: Transactions;
  readonly #texts: DocumentTexts;
  /** Null for a file of an older format, which is only read. */
  readonly #words: WordLists | null;
  /** Null for a file of an older format, which is only read. */
  readonly #checksums: Checksums | null;
  readonly #statements: ReturnType<typeof prepare>;

  /** @param partitions null for a file of the first format, which is only read */
  constructor(db: Database, vectors: PassageVectors, partitions: PassagePartitions | null) {
    this.#db = db;
    this.#vectors = vectors;
    this.#partitions = partitions;
    this.#places = new PlaceStore(db);
    this.#readings = new ReadingStore(db);
    this.#skips = new SkipStore(db);
    this.#transactions = new Transactions(db);
    this.#texts = new DocumentTexts(db);
    this.#words = storesWordForms(db) ? new WordLists(db) : null;
    this.#checksums = checksumsOf(db);
    this.#statements = prepare(db, storesChangeTimes(db));
  }

  /** @param vectors finite @param codec in which they are to be stored */
  prepare(vectors: TokenVectors, codec: number): PreparedRows[] {
    const { data, offsets, dim } = vectors;
    return Array.from({ length: offsets.length - 1 }, (_, text) => {
      const rows = data.subarray(offsets[text]! * dim, offsets[text + 1]! * dim);
      const coded = this.#vectors.encode(rows, codec);
      return { ...coded, partitions: this.#partitions?.of(() => this.#vectors.decoded(coded)) ?? null };
    });
  }

  /**
   * @param vectors one for each passage, as `prepare` made them
   * @param words of the document, where they are known
   */
  upsert(document: DocumentInput, vectors: readonly PreparedRows[], words?: DocumentWords): number {
    const { insertDocument, insertPassage, setFirstPassage } = this.#statements;
    return this.#transactions.change(() => {
      this.#remove(document.path);
      const id = Number(
        insertDocument.run({
          path: document.path,
          contentHash: document.contentHash,
          sizeBytes: document.sizeBytes,
          modifiedMs: document.modifiedMs,
          changedMs: document.source === 'text' ? NO_FILE : (document.changedMs ?? 0),
          format: document.format,
          title: document.title,
          lang: document.lang,
          meta: JSON.stringify(document.meta),
          passages: document.passages.length,
          tokens: vectors.reduce((sum, { rows }) => sum + rows, 0),
        }).lastInsertRowid,
      );
      this.#texts.insert(id, document.text);
      this.#places.insert(id, document.places ?? []);
      this.#readings.insert(id, document);
      if (document.shortfall) this.#skips.set({ ...document, ...document.shortfall });
      let firstPassage = 0;
      document.passages.forEach((passage, index) => {
        const passageId = Number(
          insertPassage.run({
            documentId: id,
            start: passage.start,
            end: passage.end,
            page: passage.page,
            firstLine: passage.lines?.first ?? null,
            lastLine: passage.lines?.last ?? null,
            lang: passage.lang,
            headings: JSON.stringify(passage.headings),
            text: passageTextToStore(document.text, passage),
          }).lastInsertRowid,
        );
        if (index === 0) {
          setFirstPassage.run(passageId, id);
          firstPassage = passageId;
        }
        const rows = vectors[index]!;
        this.#vectors.insert(passageId, rows);
        this.#partitions?.insert(passageId, rows.partitions, () => this.#vectors.decoded(rows));
      });
      const { passages } = document;
      this.#words?.insert(id, firstPassage, words ?? wordsOfDocument({ document, passages }));
      this.#checksums?.writeDocument(id);
      return id;
    });
  }

  /** The file is as it was, but for its time. Unknown paths are ignored. */
  stamp({ path, sizeBytes, modifiedMs, changedMs }: FileStamp): void {
    this.#transactions.change(() => {
      this.#statements.stampDocument.run({ path, sizeBytes, modifiedMs, changedMs });
      this.#sealRecord(path);
    });
  }

  move(from: string, to: string): boolean {
    return this.#transactions.change(() => {
      if (from === to || this.#statements.selectExtent.get(from) === undefined) return false;
      this.#remove(to);
      this.#skips.move(from, to);
      const moved = this.#statements.moveDocument.run(to, from).changes > 0;
      this.#renameWords(to);
      this.#sealRecord(to);
      return moved;
    });
  }

  delete(path: string): boolean {
    return this.#transactions.change(() => this.#remove(path));
  }

  get(path: string): (StoredDocument & { readonly id: number }) | null {
    const row = this.#statements.selectDocument.get(path) as DocumentRow | undefined;
    if (!row) return null;
    const passages = this.#statements.selectPassages.all(row.first_passage, lastPassage(row)) as PassageRow[];
    const places = this.#places.all(row.id);
    return {
      id: row.id,
      path: row.path,
      contentHash: row.content_hash,
      sizeBytes: row.size_bytes,
      modifiedMs: row.modified_ms,
      ...(row.changed_ms === NO_FILE ? { changedMs: 0, source: 'text' as const } : { changedMs: row.changed_ms ?? 0 }),
      format: row.format,
      title: row.title,
      lang: row.lang,
      meta: JSON.parse(row.meta) as Record<string, string>,
      text: this.#texts.whole(row.id),
      ...(places.length > 0 && { places }),
      ...this.#readings.of(row.id),
      passages: passages.map((passage, at) => ({ id: row.first_passage + at, ...passageOf(passage, this.#texts) })),
    };
  }

  list(): DocumentEntry[] {
    return this.#statements.selectEntries.all() as DocumentEntry[];
  }

  locate(passageId: number): PassagePlace | null {
    return (this.#statements.locate.get(passageId) as PassagePlace | undefined) ?? null;
  }

  notedDocuments(): DocumentNotes[] {
    return this.#readings.noted();
  }

  formatReadings(): FormatReading[] {
    return this.#readings.formats(this.#db);
  }

  /** Makes the word lists again from the passages; within a transaction of the caller. */
  remakeWords(): void {
    this.#words?.remake();
    for (const id of this.#statements.selectIds.pluck().all() as number[]) this.#checksums?.writeWords(id);
  }

  /**
   * Takes out a document whose record may be wrong: by the passages that call it theirs. Its words and vectors are left
   * to those below. Within a transaction of the caller.
   */
  deleteDamaged(path: string): void {
    const statements = this.#statements;
    const row = statements.selectExtent.get(path) as Pick<DocumentRow, 'id'> | undefined;
    if (!row) return;
    for (const id of statements.selectPassageIds.pluck().all(row.id) as number[]) {
      this.#vectors.removals.add(id, id);
      this.#partitions?.delete(id, id);
    }
    statements.deletePassagesOf.run(row.id);
    this.#texts.delete(row.id);
    this.#places.delete(row.id);
    this.#readings.delete(row.id);
    statements.deleteDocument.run(row.id);
    this.#checksums?.deleteDocument(row.id);
  }

  /** Takes out what belongs to nothing; within a transaction of the caller. */
  deleteStrays(): void {
    this.#statements.deleteStrayPassages.run();
    this.#vectors.deleteStrays();
    this.#texts.deleteStrays();
  }

  // A file's name finds it too.
  #renameWords(path: string): void {
    const row = this.#statements.selectDocument.get(path) as DocumentRow | undefined;
    if (!row || row.passages === 0) return;
    this.#words?.rename({ ...row, meta: JSON.parse(row.meta) as Record<string, string> }, row.first_passage);
    this.#checksums?.writeWords(row.id);
  }

  // What stands at the path has another row now.
  #sealRecord(path: string): void {
    const row = this.#statements.selectExtent.get(path) as Pick<DocumentRow, 'id'> | undefined;
    if (row) this.#checksums?.writeRecord(row.id);
  }

  #remove(path: string): boolean {
    const statements = this.#statements;
    const skipped = this.#skips.delete(path);
    const row = statements.selectExtent.get(path) as Pick<DocumentRow, 'id' | 'first_passage' | 'passages'> | undefined;
    if (!row) return skipped;
    const first = row.first_passage;
    const last = lastPassage(row);
    this.#words?.delete(row.id, first);
    this.#vectors.delete(first, last);
    statements.deletePassages.run(first, last);
    this.#texts.delete(row.id);
    this.#places.delete(row.id);
    this.#readings.delete(row.id);
    statements.deleteDocument.run(row.id);
    this.#checksums?.deleteDocument(row.id);
    if (row.passages > 0) {
      this.#vectors.removals.add(first, last);
      this.#partitions?.delete(first, last);
    }
    return true;
  }
}

function lastPassage(row: Pick<DocumentRow, 'first_passage' | 'passages'>): number {
  return row.first_passage + row.passages - 1;
}

export function passageOf(row: PassageRow, texts: DocumentTexts): PassageInput {
  const { first_line, last_line } = row;
  return {
    text: texts.ofPassage(row),
    start: row.start_offset,
    end: row.end_offset,
    headings: JSON.parse(row.headings) as string[],
    page: row.page,
    lines: first_line === null || last_line === null ? null : { first: first_line, last: last_line },
    lang: row.lang,
  };
}

function prepare(db: Database, changeTimes: boolean) {
  // A file of an older format is only read: what would change it is prepared all the same.
  const [changedColumn, changedValue] = changeTimes ? [', changed_ms', ', :changedMs'] : ['', ''];
  const setChanged = changeTimes ? ', changed_ms = :changedMs' : '';
  return {
    insertDocument: db.prepare(`
      INSERT INTO document
        (path, content_hash, size_bytes, modified_ms${changedColumn}, format, title, lang, meta, first_passage, passages, tokens)
      VALUES
        (:path, :contentHash, :sizeBytes, :modifiedMs${changedValue}, :format, :title, :lang, :meta, 0, :passages, :tokens)`),
    setFirstPassage: db.prepare('UPDATE document SET first_passage = ? WHERE id = ?'),
    insertPassage: db.prepare(`
      INSERT INTO passage (document_id, start_offset, end_offset, page, first_line, last_line, lang, headings, text)
      VALUES (:documentId, :start, :end, :page, :firstLine, :lastLine, :lang, :headings, :text)`),
    stampDocument: db.prepare(
      `UPDATE document SET size_bytes = :sizeBytes, modified_ms = :modifiedMs${setChanged} WHERE path = :path`,
    ),
    moveDocument: db.prepare('UPDATE document SET path = ? WHERE path = ?'),
    deletePassages: db.prepare('DELETE FROM passage WHERE id BETWEEN ? AND ?'),
    deleteDocument: db.prepare('DELETE FROM document WHERE id = ?'),
    selectExtent: db.prepare('SELECT id, first_passage, passages FROM document WHERE path = ?'),
    selectDocument: db.prepare('SELECT * FROM document WHERE path = ?'),
    selectPassages: db.prepare('SELECT * FROM passage WHERE id BETWEEN ? AND ? ORDER BY id'),
    selectIds: db.prepare('SELECT id FROM document ORDER BY id'),
    selectPassageIds: db.prepare('SELECT id FROM passage WHERE document_id = ?'),
    deletePassagesOf: db.prepare('DELETE FROM passage WHERE document_id = ?'),
    deleteStrayPassages: db.prepare('DELETE FROM passage WHERE document_id NOT IN (SELECT id FROM document)'),
    locate: db.prepare(`
      SELECT document.path, passage.id - document.first_passage AS passage
      FROM passage JOIN document ON document.id = passage.document_id WHERE passage.id = ?`),
    selectEntries: db.prepare(`
      SELECT id, path, content_hash AS contentHash, size_bytes AS sizeBytes, modified_ms AS modifiedMs, format, title, lang,
        passages
      FROM document ORDER BY path`),
  };
}
