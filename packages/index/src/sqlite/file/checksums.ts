import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { storesReadings, storesTextBlocks, storesWordForms } from './stored-parts.js';

/**
 * Checksums of what cannot be made again from anything else that is stored: CRC-32 over the values of rows, as they are
 * read back. What was stored before there were checksums (format 4) has none until `seal` is asked.
 * Vectors, partitions and the blocks of versions carry theirs beside them.
 */
export type DocumentPart = 'document' | 'text' | 'passages' | 'words';

export const DOCUMENT_PARTS: readonly DocumentPart[] = ['document', 'text', 'passages', 'words'];

/** Documents that got their checksums in one transaction. */
const SEALED_AT_ONCE = 64;

export class Checksums {
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepare>;

  /** The file has the table. */
  constructor(db: Database) {
    this.#db = db;
    this.#statements = prepare(db);
  }

  /** Within the transaction that stores the document. */
  writeDocument(id: number): void {
    for (const part of DOCUMENT_PARTS) this.#write(part, id, this.#ofDocument(part, id));
  }

  /** Within the transaction that changes nothing of the document but its own row. */
  writeRecord(id: number): void {
    this.#writePart('document', id);
  }

  /** Within the transaction that makes the words of a document again. */
  writeWords(id: number): void {
    this.#writePart('words', id);
  }

  deleteDocument(id: number): void {
    this.#statements.deleteDocument.run(id);
  }

  /** Parts of a document that are not as they were stored; null where they were never sealed. */
  damagedParts(id: number): DocumentPart[] | null {
    const stored = new Map(this.#statements.ofDocument.all(id) as [string, number][]);
    const known = DOCUMENT_PARTS.filter((part) => stored.has(part));
    if (known.length === 0 && !this.complete()) return null;
    return DOCUMENT_PARTS.filter((part) => stored.get(part) !== this.#ofDocument(part, id));
  }

  /** Within the transaction that stores it. */
  writeSkipped(path: string): void {
    this.#write(skippedPart(path), 0, this.#ofSkipped(path));
  }

  deleteSkipped(path: string): void {
    this.#statements.delete.run(skippedPart(path), 0);
  }

  skippedPaths(): string[] {
    return this.#statements.skippedPaths.all() as string[];
  }

  /** Paths in `skipped` whose row is not as it was stored. */
  damagedSkips(): string[] {
    const paths = this.skippedPaths();
    const complete = this.complete();
    return paths.filter((path) => this.#differs(skippedPart(path), 0, this.#ofSkipped(path), complete));
  }

  writeRemoval(seq: number): void {
    this.#write('removal', seq, this.#ofRow('removal', seq));
  }

  /** Of removals that are no longer on record. */
  forgetRemovals(): void {
    this.#statements.forgetRemovals.run();
  }

  /** Whether the record of removals is as it was written. */
  removalsAreWhole(): boolean {
    const complete = this.complete();
    const seqs = this.#statements.removals.all() as number[];
    return seqs.every((seq) => !this.#differs('removal', seq, this.#ofRow('removal', seq), complete));
  }

  /** After a version became the active one; there is none where `id` is null. */
  writePartitions(id: number | null): void {
    this.#statements.deletePart.run('generation');
    if (id !== null) this.#write('generation', id, this.#ofRow('generation', id));
  }

  /** Whether the active version is the one that was made active, with its settings. */
  partitionsAreWhole(active: number | null): boolean {
    const sealed = this.#statements.idsOf.all('generation') as number[];
    if (active === null) return sealed.length === 0;
    if (sealed.length === 0) return !this.complete();
    return sealed.length === 1 && !this.#differs('generation', active, this.#ofRow('generation', active), true);
  }

  /** After a change of settings or tables. */
  writeSettings(): void {
    this.#write('settings', 0, this.#ofSettings());
  }

  settingsAreWhole(): boolean {
    return !this.#differs('settings', 0, this.#ofSettings(), true);
  }

  /** Whether everything has its checksum. */
  complete(): boolean {
    return this.#statements.complete.get() !== undefined;
  }

  /** Documents without checksums: what doctor can't check. */
  unsealed(): number {
    return this.complete() ? 0 : (this.#statements.countUnsealed.get() as number);
  }

  /**
   * Gives checksums to what has none, taking it for whole, a few documents at a time.
   * @param version the active one
   * @param pause awaited between transactions; what it throws ends the work, which goes on from there the next time
   */
  async seal(version: number | null, pause: () => Promise<void>): Promise<void> {
    if (this.complete()) return;
    for (let sealed = SEALED_AT_ONCE; sealed === SEALED_AT_ONCE; ) {
      sealed = this.#db
        .transaction(() => {
          const ids = this.#statements.someUnsealed.all(SEALED_AT_ONCE) as number[];
          for (const id of ids) this.writeDocument(id);
          return ids.length;
        })
        .immediate();
      await pause();
    }
    this.#db
      .transaction(() => {
        for (const path of this.skippedPaths()) this.writeSkipped(path);
        for (const seq of this.#statements.removals.all() as number[]) this.writeRemoval(seq);
        this.writePartitions(version);
        this.markComplete();
      })
      .immediate();
  }

  /** Within the transaction that makes the tables, or that gives the last of them its checksum. */
  markComplete(): void {
    this.#statements.markComplete.run();
    this.writeSettings();
  }

  // A document without checksums gets all of them at once, or none.
  #writePart(part: DocumentPart, id: number): void {
    if (this.#statements.read.get('text', id) !== undefined) this.#write(part, id, this.#ofDocument(part, id));
  }

  #write(part: string, id: number, value: number): void {
    this.#statements.write.run(part, id, value);
  }

  #differs(part: string, id: number, value: number, needed: boolean): boolean {
    const stored = this.#statements.read.get(part, id) as number | undefined;
    return stored === undefined ? needed : stored !== value;
  }

  #ofDocument(part: DocumentPart, id: number): number {
    let sum = 0;
    for (const rows of this.#statements.documentRows[part]) {
      for (const row of rows.all(id)) sum = crc32(JSON.stringify(row), sum);
    }
    return sum;
  }

  #ofSkipped(path: string): number {
    return crc32(JSON.stringify(this.#statements.skipped.get(path) ?? null));
  }

  #ofRow(part: 'removal' | 'generation', id: number): number {
    return crc32(JSON.stringify(this.#statements[part].get(id) ?? null));
  }

  #ofSettings(): number {
    const header = [this.#db.pragma('user_version'), this.#db.pragma('application_id')];
    return crc32(JSON.stringify([header, this.#statements.settings.all(), this.#statements.tables.all()]));
  }
}

function skippedPart(path: string): string {
  return `skipped ${path}`;
}

// Columns by name: one that a later format adds must not change the checksums of an earlier one.
function prepare(db: Database) {
  const rows = (sql: string) => db.prepare(sql).raw();
  // Files of earlier formats keep the checksums that they have.
  const changed = storesWordForms(db) ? ', changed_ms' : '';
  const record = rows(`
    SELECT id, path, content_hash, size_bytes, modified_ms${changed}, format, title, lang, meta, first_passage, passages, tokens
    FROM document WHERE id = ?`);
  const places = rows(
    'SELECT start_offset, seq, kind, label FROM place WHERE document_id = ? ORDER BY start_offset, seq',
  );
  const range = 'BETWEEN document.first_passage AND document.first_passage + document.passages - 1';
  // What has no rows adds nothing: checksums of earlier formats stay.
  const readings = storesReadings(db)
    ? [rows('SELECT part, value FROM reading WHERE document_id = ? ORDER BY part')]
    : [];
  const passages = rows(`
    SELECT passage.id, document_id, start_offset, end_offset, page, first_line, last_line, passage.lang, headings, text
    FROM document JOIN passage ON passage.id ${range} WHERE document.id = ? ORDER BY passage.id`);
  const words = storesWordForms(db)
    ? rows('SELECT hex(words) FROM document_words WHERE document_id = ?')
    : rows(`
    SELECT passage.id, heading, body FROM document JOIN passage ON passage.id ${range}
    JOIN passage_words ON passage_words.rowid = passage.id WHERE document.id = ? ORDER BY passage.id`);
  const documentParts = DOCUMENT_PARTS.map((part) => `'${part}'`).join(', ');
  const unsealed = "FROM document WHERE id NOT IN (SELECT id FROM checksum WHERE part = 'text')";
  return {
    documentRows: {
      document: [record, places, ...readings],
      text: [
        rows(
          storesTextBlocks(db)
            ? 'SELECT start_offset, text FROM document_text WHERE document_id = ? ORDER BY start_offset'
            : 'SELECT text FROM document_text WHERE document_id = ?',
        ),
      ],
      passages: [passages],
      words: [words],
    },
    skipped: rows(
      `SELECT path, reason, detail, content_hash, size_bytes, modified_ms${changed} FROM skipped WHERE path = ?`,
    ),
    removal: rows('SELECT seq, first_passage, last_passage FROM removal WHERE seq = ?'),
    generation: rows(`
      SELECT id, active, cells, passages, trained_passages, through_passage, removal_seq, probe_cells, depth, tuning
      FROM generation WHERE id = ?`),
    settings: rows('SELECT name, value FROM setting ORDER BY name'),
    // SQLite moves root pages about, and makes tables of its own.
    tables: rows(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type, name",
    ),
    complete: db.prepare("SELECT 1 FROM setting WHERE name = 'checksums' AND value = 'complete'"),
    markComplete: db.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES ('checksums', 'complete')"),
    read: db.prepare('SELECT value FROM checksum WHERE part = ? AND id = ?').pluck(),
    ofDocument: rows(`SELECT part, value FROM checksum WHERE part IN (${documentParts}) AND id = ?`),
    idsOf: db.prepare('SELECT id FROM checksum WHERE part = ?').pluck(),
    write: db.prepare('INSERT OR REPLACE INTO checksum (part, id, value) VALUES (?, ?, ?)'),
    delete: db.prepare('DELETE FROM checksum WHERE part = ? AND id = ?'),
    deletePart: db.prepare('DELETE FROM checksum WHERE part = ?'),
    deleteDocument: db.prepare(`DELETE FROM checksum WHERE part IN (${documentParts}) AND id = ?`),
    forgetRemovals: db.prepare("DELETE FROM checksum WHERE part = 'removal' AND id < (SELECT min(seq) FROM removal)"),
    skippedPaths: db.prepare('SELECT path FROM skipped').pluck(),
    removals: db.prepare('SELECT seq FROM removal').pluck(),
    someUnsealed: db.prepare(`SELECT id ${unsealed} LIMIT ?`).pluck(),
    countUnsealed: db.prepare(`SELECT count(*) ${unsealed}`).pluck(),
  };
}

const ofConnections = new WeakMap<Database, Checksums>();

/** One for a connection whose file is open, prepared once; null for a file of a format that has none, which is only read. */
export function checksumsOf(db: Database): Checksums | null {
  let checksums = ofConnections.get(db);
  if (!checksums && storesChecksums(db)) {
    checksums = new Checksums(db);
    ofConnections.set(db, checksums);
  }
  return checksums ?? null;
}

export function storesChecksums(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'checksum'").get() !== undefined;
}
