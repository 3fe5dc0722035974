import { setImmediate } from 'node:timers/promises';
import { isGlotError, throwIfAborted } from '@glot/errors';
import type { IndexProblem, RepairReport } from '../types.js';
import type { DocumentStore } from './document-store.js';
import type { GenerationStore } from './generation-store.js';
import type { IndexFile } from './index-file.js';
import type { PassageVectors } from './passage-vectors.js';

export interface CheckParts {
  readonly file: IndexFile;
  readonly store: GenerationStore | null;
  readonly vectors: PassageVectors;
  readonly documents: DocumentStore;
}

/** Passages whose vectors are read between two looks at the signal. */
const BATCH = 500;

/** Reads everything; each kind of damage by its own name. */
export async function verifyIndex({ file, store, vectors }: CheckParts, signal?: AbortSignal): Promise<IndexProblem[]> {
  const { db } = file;
  const problems: IndexProblem[] = [];
  const report = (kind: IndexProblem['kind'], place: string, repairable: boolean, path: string | null = null) =>
    problems.push({ kind, place, path, repairable });
  throwIfAborted(signal);
  for (const line of db.pragma('quick_check(20)', { simple: false }) as { quick_check: string }[]) {
    if (line.quick_check !== 'ok') report('database', line.quick_check, false);
  }
  if (problems.length > 0) return problems;
  await setImmediate();
  throwIfAborted(signal);

  const pathOf = db
    .prepare('SELECT path FROM document JOIN passage ON document.id = passage.document_id WHERE passage.id = ?')
    .pluck();
  const broken = db
    .prepare(`
      SELECT path FROM document WHERE passages <> (
        SELECT count(*) FROM passage WHERE passage.document_id = document.id
        AND passage.id BETWEEN first_passage AND first_passage + passages - 1)
      UNION SELECT path FROM document WHERE id NOT IN (SELECT document_id FROM document_text)
      UNION SELECT path FROM document WHERE NOT json_valid(meta)`)
    .pluck()
    .all() as string[];
  for (const path of broken) report('document', `the parts of ${path}`, false, path);
  const orphans = db
    .prepare('SELECT id FROM passage WHERE document_id NOT IN (SELECT id FROM document) LIMIT 20')
    .pluck()
    .all() as number[];
  for (const id of orphans) report('passage', `passage ${id} of no document`, true);

  // One by one, so that a damaged passage does not hide the others.
  const ids = db.prepare('SELECT id FROM passage WHERE id > ? ORDER BY id LIMIT ?').pluck();
  for (let after = 0; ; ) {
    const batch = ids.all(after, BATCH) as number[];
    if (batch.length === 0) break;
    for (const id of batch) {
      const place = `the vectors of passage ${id}`;
      try {
        if (!vectors.get(id)) report('vectors', `${place} are missing`, false, pathOf.get(id) as string);
      } catch (error) {
        if (!isGlotError(error)) throw error;
        report('vectors', place, false, pathOf.get(id) as string);
      }
    }
    after = batch.at(-1)!;
    await setImmediate();
    throwIfAborted(signal);
  }
  const strays = db
    .prepare('SELECT passage_id FROM passage_vectors WHERE passage_id NOT IN (SELECT id FROM passage) LIMIT 20')
    .pluck()
    .all() as number[];
  for (const id of strays) report('vectors', `vectors of passage ${id}, which is not there`, true);

  const words = db
    .prepare('SELECT (SELECT count(*) FROM passage_words), (SELECT count(*) FROM passage)')
    .raw()
    .get() as [number, number];
  if (words[0] !== words[1]) report('words', `${words[0]} passages with words, ${words[1]} passages`, true);
  else if (file.writable && !wordsAreWhole(file)) report('words', 'the word lists', true);

  if (store) {
    const attempt = (kind: 'cells' | 'codebook', action: () => void, repairable: boolean) => {
      try {
        action();
      } catch (error) {
        if (!isGlotError(error)) throw error;
        report(kind, String(error.details?.place ?? error.message), repairable);
      }
    };
    attempt('codebook', () => store.codebook(), false);
    attempt(
      'cells',
      () => {
        const generation = store.active();
        if (!generation) return;
        store.load(generation);
        store.cellsAfter(generation, 0);
      },
      true,
    );
    const generation = store.active();
    if (generation) {
      const lost = db
        .prepare(`
          SELECT count(*) FROM passage_vectors WHERE passage_id > ? AND row_count > 0 AND passage_id NOT IN (
            SELECT passage_id FROM passage_cells WHERE generation = ?)`)
        .pluck()
        .get(generation.throughPassage, generation.id) as number;
      if (lost > 0) report('cells', `${lost} passages are in no cell`, true);
    }
  }
  return problems;
}

// Compares the word lists with the stored words.
function wordsAreWhole({ db }: IndexFile): boolean {
  try {
    db.exec("INSERT INTO passage_words(passage_words) VALUES ('integrity-check')");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('SQLITE_CORRUPT')) return false;
    throw error;
  }
}

/**
 * The documents are the truth: lists of cells and words are made again from them. A document whose own parts are damaged
 * is taken out, to be read again.
 */
export async function repairIndex(parts: CheckParts, signal?: AbortSignal): Promise<RepairReport> {
  const { file, store, documents } = parts;
  const { db } = file;
  const problems = await verifyIndex(parts, signal);
  const removed = [...new Set(problems.flatMap(({ path }) => (path === null ? [] : [path])))];
  const has = (kind: IndexProblem['kind']) => problems.some((problem) => problem.kind === kind);
  if (has('database')) return { problems, removed: [], cellsDropped: false, whole: false };
  const cellsDropped = has('cells');
  if (cellsDropped) store?.dropAll();
  db.transaction(() => {
    for (const path of removed) documents.delete(path);
    db.exec(`
      DELETE FROM passage WHERE document_id NOT IN (SELECT id FROM document);
      DELETE FROM passage_vectors WHERE passage_id NOT IN (SELECT id FROM passage);`);
    if (has('words')) db.exec("INSERT INTO passage_words(passage_words) VALUES ('rebuild')");
    db.exec('DELETE FROM passage_words WHERE rowid NOT IN (SELECT id FROM passage)');
    const missing = db
      .prepare('SELECT id FROM passage WHERE id NOT IN (SELECT rowid FROM passage_words)')
      .pluck()
      .all() as number[];
    documents.restoreWords(missing);
  }).immediate();
  const left = await verifyIndex(parts, signal);
  return { problems, removed, cellsDropped, whole: left.length === 0 };
}
