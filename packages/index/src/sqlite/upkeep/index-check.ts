import { setImmediate } from 'node:timers/promises';
import { isGlotError, throwIfAborted } from '@glot/errors';
import type { Database } from 'better-sqlite3';
import type { IndexProblem, RepairReport } from '../../types.js';
import type { DocumentStore } from '../documents/document-store.js';
import { Checksums, checksumsOf, type DocumentPart } from '../file/checksums.js';
import { Sittings } from '../file/sittings.js';
import { storesWordForms } from '../file/stored-parts.js';
import { SkipStore } from '../ledger/skip-store.js';
import { WordCounts } from '../lexical/word-counts.js';
import { expectedSum, listedSums, WordLists } from '../lexical/word-lists.js';
import type { IndexFile } from '../opening/index-file.js';
import type { PartitionStore } from '../partitions/partition-store.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';

export interface CheckParts {
  readonly file: IndexFile;
  readonly store: PartitionStore | null;
  readonly vectors: PassageVectors;
  readonly documents: DocumentStore;
}

/** Passages whose vectors are read between two looks at the signal. */
const BATCH = 200;

/** Lines of SQLite's own check that are told. */
const LINES = 20;

const PART_NAMES: Readonly<Record<DocumentPart, string>> = {
  document: 'the record of',
  text: 'the text of',
  passages: 'the passages of',
  words: 'the words of',
};

type Report = (kind: IndexProblem['kind'], place: string, repairable: boolean, path?: string | null) => void;

/** Reads everything; each kind of damage by its own name. */
export async function verifyIndex(parts: CheckParts, signal?: AbortSignal): Promise<IndexProblem[]> {
  const problems: IndexProblem[] = [];
  const report: Report = (kind, place, repairable, path = null) => {
    problems.push({ kind, place, path, repairable });
  };
  const pause = async () => {
    await setImmediate();
    throwIfAborted(signal);
  };
  const { db } = parts.file;
  await pause();
  checkPages(db, report);
  if (problems.some(({ kind }) => kind === 'database')) return problems;
  await pause();
  const checksums = checksumsOf(db);
  if (checksums) checkSmallTables(checksums, parts, report);
  await checkDocuments(parts, checksums, report, pause);
  await checkVectors(parts, report, pause);
  await checkWords(db, problems, report, pause);
  if (parts.store) checkPartitions(parts.store, parts.vectors, db, report);
  return problems;
}

// SQLite's pages and indexes; FTS5 compares its word lists with the words that it keeps.
function checkPages(db: Database, report: Report): void {
  for (const line of db.pragma(`integrity_check(${LINES})`, { simple: false }) as { integrity_check: string }[]) {
    const { integrity_check: found } = line;
    if (found === 'ok') continue;
    if (/FTS5 table|passage_words$/.test(found)) report('words', 'the word lists', true);
    else report('database', found, false);
  }
}

function checkSmallTables(checksums: Checksums, { store }: CheckParts, report: Report): void {
  if (!checksums.settingsAreWhole()) report('setting', 'the settings of the index', false);
  for (const path of checksums.damagedSkips()) report('document', `what is noted of ${path}, which was left out`, true);
  if (!checksums.removalsAreWhole()) report('partitions', 'the record of removals', true);
  if (!checksums.partitionsAreWhole(store?.active()?.id ?? null))
    report('partitions', 'the settings of the partitions', true);
}

async function checkDocuments(
  { file: { db } }: CheckParts,
  checksums: Checksums | null,
  report: Report,
  pause: () => Promise<void>,
): Promise<void> {
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
  const some = db.prepare('SELECT id, path FROM document WHERE id > ? ORDER BY id LIMIT ?');
  for (let after = -1; checksums; ) {
    const documents = some.all(after, BATCH) as { id: number; path: string }[];
    for (const { id, path } of documents) {
      if (broken.includes(path)) continue;
      // Words are made again from passages.
      const parts = checksums.damagedParts(id) ?? [];
      for (const part of parts)
        report(part === 'words' ? 'words' : 'document', `${PART_NAMES[part]} ${path}`, part === 'words', path);
    }
    if (documents.length < BATCH) break;
    after = documents.at(-1)!.id;
    await pause();
  }
  const strays = {
    'passage %, of no document': 'SELECT id FROM passage WHERE document_id NOT IN (SELECT id FROM document)',
    'the text of document %, which is not there':
      'SELECT document_id FROM document_text WHERE document_id NOT IN (SELECT id FROM document)',
  };
  for (const [place, sql] of Object.entries(strays)) {
    for (const id of db.prepare(`${sql} LIMIT 20`).pluck().all() as number[]) {
      report('passage', place.replace('%', String(id)), true);
    }
  }
}

async function checkVectors({ file, vectors }: CheckParts, report: Report, pause: () => Promise<void>): Promise<void> {
  const { db } = file;
  const pathOf = db
    .prepare('SELECT path FROM document JOIN passage ON document.id = passage.document_id WHERE passage.id = ?')
    .pluck();
  // One by one, so that a damaged passage does not hide the others.
  const ids = db.prepare('SELECT id FROM passage WHERE id > ? ORDER BY id LIMIT ?').pluck();
  for (let after = -1; ; ) {
    const batch = ids.all(after, BATCH) as number[];
    for (const id of batch) {
      const place = `the vectors of passage ${id}`;
      const path = () => (pathOf.get(id) as string | undefined) ?? null;
      try {
        if (!vectors.get(id)) report('vectors', `${place} are missing`, false, path());
      } catch (error) {
        if (!isGlotError(error)) throw error;
        report('vectors', place, false, path());
      }
    }
    if (batch.length < BATCH) break;
    after = batch.at(-1)!;
    await pause();
  }
  const strays = db
    .prepare('SELECT passage_id FROM passage_vectors WHERE passage_id NOT IN (SELECT id FROM passage) LIMIT 20')
    .pluck()
    .all() as number[];
  for (const id of strays) report('vectors', `vectors of passage ${id}, which is not there`, true);
}

async function checkWords(
  db: Database,
  problems: readonly IndexProblem[],
  report: Report,
  pause: () => Promise<void>,
): Promise<void> {
  if (problems.some(({ kind }) => kind === 'words')) return;
  const [words, passages] = db
    .prepare('SELECT (SELECT count(*) FROM passage_words), (SELECT count(*) FROM passage)')
    .raw()
    .get() as [number, number];
  if (words !== passages) report('words', `${words} passages with words, ${passages} passages`, true);
  else if (storesWordForms(db)) await checkWordLists(db, report, pause);
}

// The lists of words hold what is kept of each document, no more and no less.
async function checkWordLists(db: Database, report: Report, pause: () => Promise<void>): Promise<void> {
  const sums = new Map<number, number>();
  for (const _ of listedSums(db, sums)) await pause();
  const lists = new WordLists(db);
  const counts = new WordCounts(db);
  const some = db.prepare('SELECT id, path, first_passage FROM document WHERE id > ? ORDER BY id LIMIT ?');
  let allSame = true;
  for (let after = -1; ; ) {
    const page = some.all(after, BATCH) as { id: number; path: string; first_passage: number }[];
    for (const { id, path, first_passage } of page) {
      let isSame = true;
      for (const [index, row] of lists.rows(id).entries()) {
        isSame &&= (sums.get(first_passage + index) ?? 0) === expectedSum(row);
        if (!counts.isRight(first_passage + index, row)) isSame = false;
        sums.delete(first_passage + index);
      }
      if (!isSame) report('words', `the word lists of ${path}`, true, path);
      allSame &&= isSame;
    }
    if (page.length < BATCH) break;
    after = page.at(-1)!.id;
    await pause();
  }
  for (const passageId of [...sums.keys()].slice(0, LINES)) {
    report('words', `the words of passage ${passageId}, which is not there`, true);
  }
  if (allSame && sums.size === 0 && !counts.sumsAreRight()) report('words', 'the number of all words', true);
}

function checkPartitions(store: PartitionStore, vectors: PassageVectors, db: Database, report: Report): void {
  const attempt = (kind: 'partitions' | 'vectors', action: () => void, repairable: boolean) => {
    try {
      action();
    } catch (error) {
      if (!isGlotError(error)) throw error;
      report(kind, (isGlotError(error, 'index.corrupt') && error.details.place) || error.message, repairable);
    }
  };
  attempt('vectors', () => store.codebook(), false);
  attempt('vectors', () => vectors.byTable && vectors.table(), false);
  attempt(
    'partitions',
    () => {
      const version = store.active();
      if (!version) return;
      store.load(version);
      store.partitionsAfter(version, 0);
    },
    true,
  );
  const version = store.active();
  if (!version) return;
  const lost = db
    .prepare(`
      SELECT count(*) FROM passage_vectors WHERE passage_id > ? AND row_count > 0 AND passage_id NOT IN (
        SELECT passage_id FROM passage_cells WHERE generation = ?)`)
    .pluck()
    .get(version.throughPassage, version.id) as number;
  if (lost > 0) report('partitions', `${lost} passages are in no partition`, true);
}

/**
 * The documents are the truth: lists of partitions and words are made again from them. A document whose own parts are damaged
 * is taken out, to be read again. What was stored before there were checksums gets them.
 */
export async function repairIndex(parts: CheckParts, signal?: AbortSignal): Promise<RepairReport> {
  const { file, store, documents, vectors } = parts;
  const { db } = file;
  const problems = await verifyIndex(parts, signal);
  const lost = problems.filter(({ path, repairable }) => path !== null && !repairable);
  const removed = [...new Set(lost.map(({ path }) => path!))];
  const has = (kind: IndexProblem['kind']) => problems.some((problem) => problem.kind === kind);
  if (has('database')) return { problems, removed: [], partitionsDropped: false, whole: false };
  const partitionsDropped = has('partitions');
  if (partitionsDropped) store?.dropAll();
  const checksums = new Checksums(db);
  const skips = new SkipStore(db);
  db.transaction(() => {
    for (const path of removed) documents.deleteDamaged(path);
    documents.deleteStrays();
    for (const path of checksums.damagedSkips()) skips.delete(path);
    if (!checksums.removalsAreWhole()) vectors.removals.clear();
    // Of a document that is taken out, the words may be damaged too.
    if (has('words') || removed.length > 0) documents.remakeWords();
    Sittings.of(db).noteChange(file.path);
  }).immediate();
  await checksums.seal(store?.active()?.id ?? null, async () => {
    await setImmediate();
    throwIfAborted(signal);
  });
  const left = await verifyIndex(parts, signal);
  return { problems, removed, partitionsDropped, whole: left.length === 0 };
}
