import type { Database } from 'better-sqlite3';
import type { BlockKind, BlockSpan, DocumentInput, DocumentNotes, FormatReading, Note } from '../../types.js';
import { storesReadings } from '../file/stored-parts.js';

type Reading = Pick<DocumentInput, 'formatVersion' | 'notes' | 'blocks'>;

/** How documents were read, in and out of its table, a row a part. A file of an older format has none. */
export class ReadingStore {
  readonly #statements: ReturnType<typeof prepare> | null;

  constructor(db: Database) {
    this.#statements = storesReadings(db) ? prepare(db) : null;
  }

  /** Within a transaction of the caller. */
  insert(documentId: number, { formatVersion, notes = [], blocks = [] }: Reading): void {
    const insert = (part: string, value: string) => this.#statements?.insert.run(documentId, part, value);
    if (formatVersion !== undefined) insert('version', String(formatVersion));
    if (notes.length > 0) insert('notes', JSON.stringify(notes));
    if (blocks.length > 0) {
      insert('blocks', JSON.stringify(blocks.flatMap(({ kind, start, end }) => [kind, start, end])));
    }
  }

  /** Within a transaction of the caller. */
  delete(documentId: number): void {
    this.#statements?.delete.run(documentId);
  }

  of(documentId: number): Reading {
    const rows = (this.#statements?.all.all(documentId) ?? []) as { part: string; value: string }[];
    const parts = new Map(rows.map(({ part, value }) => [part, value]));
    const [version, notes, blocks] = ['version', 'notes', 'blocks'].map((part) => parts.get(part));
    return {
      ...(version !== undefined && { formatVersion: Number(version) }),
      ...(notes !== undefined && { notes: JSON.parse(notes) as Note[] }),
      ...(blocks !== undefined && { blocks: blocksOf(JSON.parse(blocks)) }),
    };
  }

  noted(): DocumentNotes[] {
    const rows = (this.#statements?.noted.all() ?? []) as { path: string; notes: string }[];
    return rows.map(({ path, notes }) => ({ path, notes: JSON.parse(notes) as Note[] }));
  }

  /** @param db of this store: also of an older format */
  formats(db: Database): FormatReading[] {
    const version = this.#statements === null ? 'NULL' : 'cast(value AS INTEGER)';
    const join =
      this.#statements === null
        ? ''
        : "LEFT JOIN reading ON reading.document_id = document.id AND reading.part = 'version'";
    return db
      .prepare(
        `SELECT format, ${version} AS version, count(*) AS documents FROM document ${join} GROUP BY 1, 2 ORDER BY 1, 2`,
      )
      .all() as FormatReading[];
  }
}

/** Kind, start and end of each block, one after the other. */
function blocksOf(flat: readonly (string | number)[]): BlockSpan[] {
  const blocks: BlockSpan[] = [];
  for (let at = 0; at < flat.length; at += 3) {
    blocks.push({ kind: flat[at] as BlockKind, start: flat[at + 1] as number, end: flat[at + 2] as number });
  }
  return blocks;
}

function prepare(db: Database) {
  return {
    insert: db.prepare('INSERT INTO reading (document_id, part, value) VALUES (?, ?, ?)'),
    delete: db.prepare('DELETE FROM reading WHERE document_id = ?'),
    all: db.prepare('SELECT part, value FROM reading WHERE document_id = ?'),
    noted: db.prepare(`
      SELECT path, value AS notes FROM reading JOIN document ON document.id = document_id WHERE part = 'notes' ORDER BY path`),
  };
}
