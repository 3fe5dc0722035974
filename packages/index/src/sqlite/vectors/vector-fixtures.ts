import Database from 'better-sqlite3';
import { document, ENCODER, vectorsOf } from '../../fixtures.js';
import { DocumentStore } from '../documents/document-store.js';
import { createTables, FORMAT_VERSION } from '../opening/schema.js';
import { INT8_CODEC, PassageVectors } from './passage-vectors.js';

/** For tests: tables in memory with the vectors of documents that are made up. */
export class VectorFixtures {
  readonly db: Database.Database = new Database(':memory:');
  readonly source: PassageVectors;
  readonly store: DocumentStore;
  readonly #dim: number;

  constructor(dim: number) {
    this.#dim = dim;
    createTables(this.db, { ...ENCODER, dim }, 'standard', null);
    this.source = new PassageVectors(this.db, 'memory', dim, FORMAT_VERSION, () => null);
    this.store = new DocumentStore(this.db, this.source, null);
  }

  /**
   * A document whose passages have these numbers of rows; row r of a passage with n rows is [n, r, 0, ...].
   * @returns the first passage's id
   */
  add(path: string, ...lengths: number[]): number {
    const dim = this.#dim;
    const rows = lengths.map((length) =>
      Float32Array.from({ length: length * dim }, (_, at) => (at % dim === 0 ? length : at % dim === 1 ? at / dim : 0)),
    );
    this.store.upsert(document(path, lengths.map(String)), this.store.prepare(vectorsOf(rows, dim), INT8_CODEC));
    return this.db.prepare('SELECT first_passage FROM document WHERE path = ?').pluck().get(path) as number;
  }
}
