import type { TokenVectors } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { type DocumentWords, wordsOfDocument } from '../../preparing/document-words.js';
import type {
  DocumentEntry,
  DocumentInput,
  DocumentNotes,
  FileStamp,
  FormatReading,
  IndexedRoot,
  PassageInput,
  PassagePlace,
  SkippedInput,
  StoredDocument,
  StoredFile,
} from '../../types.js';
import { Checksums, storesChecksums } from '../file/checksums.js';
import { Sittings } from '../file/sittings.js';
import { storesChangeTimes, storesWordForms } from '../file/stored-parts.js';
import { WordLists } from '../lexical/word-lists.js';
import type { PassagePartitions } from '../partitions/passage-partitions.js';
import { DocumentTexts, passageTextToStore, type StoredPassageText } from '../texts/document-texts.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import { PlaceStore } from './place-store.js';
import type { PreparedRows } from './prepared-rows.js';
import { ReadingStore } from './reading-store.js';
import { RootStore } from './root-store.js';

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

/** In place of the time when a file's inode changed: of a document that is no file. */
const NO_FILE = -1;

/** Entries of the `removal` table that stay: a reader further behind reads all vectors anew. */
const REMOVALS_KEPT = 10_000;

/** Documents and what was skipped, in and out of the tables. Each change is one transaction, or part of one of `together`. */
export class DocumentStore {
  readonly #db: Database;
  readonly #vectors: PassageVectors;
  readonly #partitions: PassagePartitions | null;
  readonly #places: PlaceStore;
  readonly #readings: ReadingStore;
  readonly #roots: RootStore;
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
    this.#roots = new RootStore(db);
    this.#texts = new DocumentTexts(db);
    this.#words = storesWordForms(db) ? new WordLists(db) : null;
    this.#checksums = storesChecksums(db) ? new Checksums(db) : null;
    this.#statements = prepare(db, partitions !== null, storesChangeTimes(db));
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
    const { insertDocument, insertPassage, insertSkipped, setFirstPassage } = this.#statements;
    return this.#change(() => {
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
      if (document.shortfall) {
        insertSkipped.run(skippedRow({ ...document, ...document.shortfall }));
        this.#checksums?.writeSkipped(document.path);
      }
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

  together<T>(changes: () => T): T {
    try {
      return this.#db.transaction(changes).immediate();
    } catch (error) {
      Sittings.of(this.#db).rolledBack();
      throw error;
    }
  }

  touch(stamps: readonly FileStamp[]): void {
    this.#change(() => {
      for (const { path, sizeBytes, modifiedMs, changedMs } of stamps) {
        const stamp = { path, sizeBytes, modifiedMs, changedMs };
        this.#statements.touchDocument.run(stamp);
        this.#statements.touchSkipped.run(stamp);
        this.#sealRecord(path);
      }
    });
  }

  move(from: string, to: string): boolean {
    return this.#change(() => {
      if (from === to || this.#statements.selectExtent.get(from) === undefined) return false;
      this.#remove(to);
      if (this.#statements.moveSkipped.run(to, from).changes > 0) this.#checksums?.deleteSkipped(from);
      const moved = this.#statements.moveDocument.run(to, from).changes > 0;
      this.#renameWords(to);
      this.#sealRecord(to);
      return moved;
    });
  }

  skip(file: SkippedInput): void {
    this.#change(() => {
      this.#statements.deleteSkipped.run(file.path);
      this.#statements.insertSkipped.run(skippedRow(file));
      this.#checksums?.writeSkipped(file.path);
    });
  }

  unskip(path: string): void {
    this.#change(() => this.forgetSkipped(path));
  }

  delete(path: string): boolean {
    return this.#change(() => this.#remove(path));
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

  files(): StoredFile[] {
    return storedFiles(this.#statements.selectFiles.all() as FileRow[]);
  }

  /** Of these paths. */
  filesAt(paths: readonly string[]): StoredFile[] {
    return storedFiles(this.#statements.selectFilesAt.all({ paths: JSON.stringify(paths) }) as FileRow[]);
  }

  roots(): IndexedRoot[] {
    return this.#roots.all();
  }

  setRoots(roots: readonly IndexedRoot[]): void {
    this.#change(() => this.#roots.set(roots));
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

  skippedFiles(): SkippedInput[] {
    return this.#statements.selectSkipped.all() as SkippedInput[];
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
      this.#checksums?.writeRemoval(Number(statements.insertRemoval.run(id, id).lastInsertRowid));
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
    this.#statements.deleteStrays.passages.run();
    this.#statements.deleteStrays.vectors.run();
    this.#statements.deleteStrays.texts.run();
  }

  /** The file is tried again by the next sync. Within a transaction of the caller. */
  forgetSkipped(path: string): void {
    this.#statements.deleteSkipped.run(path);
    this.#checksums?.deleteSkipped(path);
  }

  /** Where the record of removals is damaged; within a transaction of the caller. */
  forgetAllRemovals(): void {
    this.#db.exec("DELETE FROM removal; DELETE FROM checksum WHERE part = 'removal'");
  }

  #change<T>(action: () => T): T {
    return this.together(() => {
      const result = action();
      Sittings.of(this.#db).noteChange(this.#db.name);
      return result;
    });
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
    if (this.#statements.hasSkipped.get(path)) this.#checksums?.writeSkipped(path);
  }

  #remove(path: string): boolean {
    const statements = this.#statements;
    const skipped = statements.deleteSkipped.run(path).changes > 0;
    if (skipped) this.#checksums?.deleteSkipped(path);
    const row = statements.selectExtent.get(path) as Pick<DocumentRow, 'id' | 'first_passage' | 'passages'> | undefined;
    if (!row) return skipped;
    const first = row.first_passage;
    const last = lastPassage(row);
    this.#words?.delete(row.id, first);
    statements.deleteVectors.run(first, last);
    statements.deletePassages.run(first, last);
    this.#texts.delete(row.id);
    this.#places.delete(row.id);
    this.#readings.delete(row.id);
    statements.deleteDocument.run(row.id);
    this.#checksums?.deleteDocument(row.id);
    if (row.passages > 0) {
      const { lastInsertRowid } = statements.insertRemoval.run(first, last);
      this.#checksums?.writeRemoval(Number(lastInsertRowid));
      const forgotten = statements.forgetRemovals.run(Number(lastInsertRowid) - REMOVALS_KEPT).changes;
      if (forgotten > 0) this.#checksums?.forgetRemovals();
      this.#partitions?.delete(first, last);
    }
    return true;
  }
}

type FileRow = Omit<StoredFile, 'indexed'> & { readonly indexed: 0 | 1 };

const storedFiles = (rows: readonly FileRow[]): StoredFile[] =>
  rows.map((row) => ({ ...row, indexed: row.indexed === 1 }));

function skippedRow(file: SkippedInput) {
  const { path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs = 0 } = file;
  return { path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs };
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

function prepare(db: Database, partitions: boolean, changeTimes: boolean) {
  // A file of an older format is only read: what would change it is prepared all the same.
  const [changedColumn, changedValue] = changeTimes ? [', changed_ms', ', :changedMs'] : ['', ''];
  const setChanged = changeTimes ? ', changed_ms = :changedMs' : '';
  const changedOf = (table: string) => `${changeTimes ? `${table}.changed_ms` : '0'} AS changedMs`;
  const selectFiles = (where: string) => `
    SELECT document.path, document.content_hash AS contentHash, document.size_bytes AS sizeBytes,
      document.modified_ms AS modifiedMs, ${changedOf('document')}, 1 AS indexed, skipped.reason AS skipReason
    FROM document LEFT JOIN skipped ON skipped.path = document.path
    WHERE ${changeTimes ? `document.changed_ms <> ${NO_FILE}` : 'TRUE'} AND ${where.replace('path', 'document.path')}
    UNION ALL
    SELECT path, content_hash, size_bytes, modified_ms, ${changedOf('skipped')}, 0, reason FROM skipped
    WHERE path NOT IN (SELECT path FROM document) AND ${where}
    ORDER BY path`;
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
    insertSkipped: db.prepare(`
      INSERT INTO skipped (path, reason, detail, content_hash, size_bytes, modified_ms${changedColumn})
      VALUES (:path, :reason, :detail, :contentHash, :sizeBytes, :modifiedMs${changedValue})`),
    insertRemoval: db.prepare('INSERT INTO removal (first_passage, last_passage) VALUES (?, ?)'),
    // Those that the lists of the partitions do not know of must stay.
    forgetRemovals: db.prepare(
      partitions
        ? 'DELETE FROM removal WHERE seq <= min(?, coalesce((SELECT min(removal_seq) FROM generation), 9e15))'
        : 'DELETE FROM removal WHERE seq <= ?',
    ),
    touchDocument: db.prepare(
      `UPDATE document SET size_bytes = :sizeBytes, modified_ms = :modifiedMs${setChanged} WHERE path = :path`,
    ),
    touchSkipped: db.prepare(
      `UPDATE skipped SET size_bytes = :sizeBytes, modified_ms = :modifiedMs${setChanged} WHERE path = :path`,
    ),
    moveDocument: db.prepare('UPDATE document SET path = ? WHERE path = ?'),
    moveSkipped: db.prepare('UPDATE skipped SET path = ? WHERE path = ?'),
    hasSkipped: db.prepare('SELECT 1 FROM skipped WHERE path = ?'),
    deleteSkipped: db.prepare('DELETE FROM skipped WHERE path = ?'),
    deleteVectors: db.prepare('DELETE FROM passage_vectors WHERE passage_id BETWEEN ? AND ?'),
    deletePassages: db.prepare('DELETE FROM passage WHERE id BETWEEN ? AND ?'),
    deleteDocument: db.prepare('DELETE FROM document WHERE id = ?'),
    selectExtent: db.prepare('SELECT id, first_passage, passages FROM document WHERE path = ?'),
    selectDocument: db.prepare('SELECT * FROM document WHERE path = ?'),
    selectPassages: db.prepare('SELECT * FROM passage WHERE id BETWEEN ? AND ? ORDER BY id'),
    selectIds: db.prepare('SELECT id FROM document ORDER BY id'),
    selectPassageIds: db.prepare('SELECT id FROM passage WHERE document_id = ?'),
    deletePassagesOf: db.prepare('DELETE FROM passage WHERE document_id = ?'),
    deleteStrays: {
      passages: db.prepare('DELETE FROM passage WHERE document_id NOT IN (SELECT id FROM document)'),
      vectors: db.prepare('DELETE FROM passage_vectors WHERE passage_id NOT IN (SELECT id FROM passage)'),
      texts: db.prepare('DELETE FROM document_text WHERE document_id NOT IN (SELECT id FROM document)'),
    },
    selectFiles: db.prepare(selectFiles('TRUE')),
    selectFilesAt: db.prepare(selectFiles('path IN (SELECT value FROM json_each(:paths))')),
    locate: db.prepare(`
      SELECT document.path, passage.id - document.first_passage AS passage
      FROM passage JOIN document ON document.id = passage.document_id WHERE passage.id = ?`),
    selectEntries: db.prepare(`
      SELECT id, path, content_hash AS contentHash, size_bytes AS sizeBytes, modified_ms AS modifiedMs, format, title, lang,
        passages
      FROM document ORDER BY path`),
    selectSkipped: db.prepare(`
      SELECT path, reason, detail, content_hash AS contentHash, size_bytes AS sizeBytes, modified_ms AS modifiedMs,
        ${changedOf('skipped')}
      FROM skipped ORDER BY path`),
  };
}
