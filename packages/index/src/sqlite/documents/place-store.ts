import type { Database } from 'better-sqlite3';
import type { Place } from '../../types.js';
import { storesPlaces } from '../file/stored-parts.js';

/** Places of documents, in and out of their table. A file of an older format has none. */
export class PlaceStore {
  readonly #statements: ReturnType<typeof prepare> | null;

  constructor(db: Database) {
    this.#statements = storesPlaces(db) ? prepare(db) : null;
  }

  /** Within a transaction of the caller. */
  insert(documentId: number, places: readonly Place[]): void {
    for (const [seq, { kind, label, start }] of places.entries()) {
      this.#statements?.insert.run(documentId, start, seq, kind, label);
    }
  }

  /** Within a transaction of the caller. */
  delete(documentId: number): void {
    this.#statements?.delete.run(documentId);
  }

  all(documentId: number): Place[] {
    return (this.#statements?.all.all(documentId) ?? []) as Place[];
  }

  /** The place that a span of the document begins in, and those that begin within it. */
  within(documentId: number, start: number, end: number): Place[] {
    return (this.#statements?.within.all({ documentId, start, end }) ?? []) as Place[];
  }
}

function prepare(db: Database) {
  return {
    insert: db.prepare('INSERT INTO place (document_id, start_offset, seq, kind, label) VALUES (?, ?, ?, ?, ?)'),
    delete: db.prepare('DELETE FROM place WHERE document_id = ?'),
    all: db.prepare(
      'SELECT kind, label, start_offset AS start FROM place WHERE document_id = ? ORDER BY start_offset, seq',
    ),
    within: db.prepare(`
      SELECT * FROM (
        SELECT kind, label, start_offset AS start FROM place
        WHERE document_id = :documentId AND start_offset <= :start ORDER BY start_offset DESC, seq DESC LIMIT 1)
      UNION ALL
      SELECT * FROM (
        SELECT kind, label, start_offset FROM place
        WHERE document_id = :documentId AND start_offset > :start AND start_offset < :end ORDER BY start_offset, seq)`),
  };
}
