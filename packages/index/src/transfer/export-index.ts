import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import { DocumentStore } from '../sqlite/documents/document-store.js';
import { storageError } from '../sqlite/file/storage-error.js';
import { openForReading } from '../sqlite/opening/index-file.js';
import { PartitionStore } from '../sqlite/partitions/partition-store.js';
import { PassageVectors } from '../sqlite/vectors/passage-vectors.js';
import { ExportFolder } from './export-folder.js';
import { npyHeader } from './npy.js';
import { rowsJson } from './rows-file.js';

/** The files of an exported index. */
export const ENCODER_FILE = 'encoder.json';
export const DOCUMENTS_FILE = 'documents.jsonl';
export const VECTORS_FILE = 'vectors.npy';
export const ROWS_FILE = 'rows.json';

const DOCUMENTS_A_TURN = 16;

export interface ExportOptions {
  /** The index. */
  readonly file: string;
  /** Made where it is missing; files of an earlier export are replaced, once the new ones are whole. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((documents: number, total: number) => void) | undefined;
}

export interface TransferReport {
  readonly documents: number;
  readonly passages: number;
  readonly tokens: number;
}

/**
 * Writes all documents with their vectors: `encoder.json` (name, fingerprint, dim, poolFactor), `documents.jsonl` (a document a line
 * with its passages, each with `rows`, its number of token vectors) and `vectors.npy` (float32 [tokens x dim], in the
 * order of the passages); beside them `rows.json`, by which an index made of them stores the same bits. Vectors come out as
 * precisely as they are stored.
 * @throws GlotError `index.not-found`, `index.corrupt`, `index.version`, `index.export`, `AbortError`
 */
export async function exportIndex(options: ExportOptions): Promise<TransferReport> {
  const path = resolve(options.file);
  const opened = openForReading(path);
  try {
    const { db, encoder, format } = opened;
    const store = format === 1 ? null : new PartitionStore(db, path, encoder.dim);
    const vectors = new PassageVectors(db, path, encoder.dim, format, () => store?.codebook() ?? null);
    const documents = new DocumentStore(db, vectors, null);
    const folder = new ExportFolder(resolve(options.folder), [DOCUMENTS_FILE, VECTORS_FILE, ROWS_FILE, ENCODER_FILE]);
    let report = { documents: 0, passages: 0, tokens: 0 };
    try {
      folder.write(DOCUMENTS_FILE, '');
      folder.write(VECTORS_FILE, npyHeader(0, encoder.dim));
      // One moment's state, whatever a writer does meanwhile.
      db.exec('BEGIN');
      const rows = db.prepare('SELECT path, first_passage FROM document ORDER BY id').all() as {
        path: string;
        first_passage: number;
      }[];
      for (const { path: key, first_passage: first } of rows) {
        throwIfAborted(options.signal);
        // When an inode changed means nothing elsewhere.
        const { id: _, changedMs: __, ...document } = documents.get(key)!;
        const passages = document.passages.map(({ id: _, ...passage }, at) => {
          const stored = vectors.get(first + at);
          if (stored && stored.rows > 0) {
            folder.write(VECTORS_FILE, new Uint8Array(vectors.turnedBack(vectors.decoded(stored)).buffer));
          }
          return { ...passage, rows: stored?.rows ?? 0 };
        });
        report = {
          documents: report.documents + 1,
          passages: report.passages + passages.length,
          tokens: report.tokens + passages.reduce((sum, { rows: count }) => sum + count, 0),
        };
        folder.write(DOCUMENTS_FILE, `${JSON.stringify({ ...document, passages })}\n`);
        options.onProgress?.(report.documents, rows.length);
        // An abort, and whatever else waits, gets its turn.
        if (report.documents % DOCUMENTS_A_TURN === 0) await setImmediate();
      }
      folder.write(VECTORS_FILE, npyHeader(report.tokens, encoder.dim), 0);
      const table = vectors.byTable ? vectors.table() : null;
      folder.write(ROWS_FILE, rowsJson({ profile: opened.profile, table }));
      folder.write(ENCODER_FILE, `${JSON.stringify(encoder, null, 2)}\n`);
      folder.finish();
    } catch (error) {
      folder.discard();
      throw error;
    }
    return report;
  } catch (error) {
    throw storageError(error, path);
  } finally {
    opened.close();
  }
}
