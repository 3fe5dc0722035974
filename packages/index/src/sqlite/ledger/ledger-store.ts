import type { Database } from 'better-sqlite3';
import type { FileStamp, IndexedRoot, SkippedInput, StoredFile } from '../../types.js';
import { storesChangeTimes } from '../file/stored-parts.js';
import { RootStore } from './root-store.js';
import { SkipStore } from './skip-store.js';

/** In place of the time when a file's inode changed: of a document that is no file. */
export const NO_FILE = -1;

/**
 * The ledger of files beside the documents: what was skipped, and the roots. Stamps of files that became documents stand in
 * the table of documents, which it reads. Changes go into a transaction of the caller.
 */
export class LedgerStore {
  readonly #skips: SkipStore;
  readonly #roots: RootStore;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#skips = new SkipStore(db);
    this.#roots = new RootStore(db);
    this.#statements = prepare(db, storesChangeTimes(db));
  }

  files(): StoredFile[] {
    return storedFiles(this.#statements.all.all() as FileRow[]);
  }

  filesAt(paths: readonly string[]): StoredFile[] {
    return storedFiles(this.#statements.at.all({ paths: JSON.stringify(paths) }) as FileRow[]);
  }

  skippedFiles(): SkippedInput[] {
    return this.#skips.all();
  }

  roots(): IndexedRoot[] {
    return this.#roots.all();
  }

  skip(file: SkippedInput): void {
    this.#skips.set(file);
  }

  /** The file is tried again by the next sync. */
  unskip(path: string): void {
    this.#skips.delete(path);
  }

  /** Of a skipped file. */
  stamp(stamp: FileStamp): void {
    this.#skips.stamp(stamp);
  }

  setRoots(roots: readonly IndexedRoot[]): void {
    this.#roots.set(roots);
  }
}

type FileRow = Omit<StoredFile, 'indexed'> & { readonly indexed: 0 | 1 };

const storedFiles = (rows: readonly FileRow[]): StoredFile[] =>
  rows.map((row) => ({ ...row, indexed: row.indexed === 1 }));

function prepare(db: Database, changeTimes: boolean) {
  const changedOf = (table: string) => `${changeTimes ? `${table}.changed_ms` : '0'} AS changedMs`;
  const select = (where: string) => `
    SELECT document.path, document.content_hash AS contentHash, document.size_bytes AS sizeBytes,
      document.modified_ms AS modifiedMs, ${changedOf('document')}, 1 AS indexed, skipped.reason AS skipReason
    FROM document LEFT JOIN skipped ON skipped.path = document.path
    WHERE ${changeTimes ? `document.changed_ms <> ${NO_FILE}` : 'TRUE'} AND ${where.replace('path', 'document.path')}
    UNION ALL
    SELECT path, content_hash, size_bytes, modified_ms, ${changedOf('skipped')}, 0, reason FROM skipped
    WHERE path NOT IN (SELECT path FROM document) AND ${where}
    ORDER BY path`;
  return {
    all: db.prepare(select('TRUE')),
    at: db.prepare(select('path IN (SELECT value FROM json_each(:paths))')),
  };
}
