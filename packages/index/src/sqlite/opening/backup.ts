import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { GlotError, isAbortError, isGlotError, throwIfAborted } from '@glot/errors';
import type Database from 'better-sqlite3';
import { connect } from '../file/connection.js';
import { bytesOf } from '../file/file-size.js';
import { storageError } from '../file/storage-error.js';
import { lockForWriting, lockPath } from '../file/writer-lock.js';
import { openForReading } from './index-file.js';
import { recognize } from './schema.js';

export interface BackupOptions {
  /** The index: others may write to it meanwhile. */
  readonly file: string;
  /** The file to make. */
  readonly target: string;
  /** Whether a file that stands there is replaced, once the copy is whole. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Pages of the database. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface BackupReport {
  readonly documents: number;
  readonly passages: number;
  readonly bytes: number;
}

/** Pages copied between two looks at the signal: some 8 MiB. */
const PAGES_AT_ONCE = 4096;

/**
 * One consistent copy of an index in one file, while others write to it. It comes to stand under its name when it is
 * whole; whatever happens before leaves what was there.
 * @throws GlotError `index.not-found`, `index.corrupt`, `index.exists`, `index.cannot-open`, `index.read-only`, `index.busy`, `index.disk-full`, `index.file-limit`, `AbortError`
 * @example
 * await backupIndex({ file: '.glot/index.db', target: '/media/backup/documents.db' });
 */
export async function backupIndex(options: BackupOptions): Promise<BackupReport> {
  const { force = false, signal } = options;
  throwIfAborted(signal);
  const file = resolve(options.file);
  const target = resolve(options.target);
  requireTarget(file, target, force);
  const source = openForReading(file);
  const partial = `${target}.partial-${process.pid}`;
  try {
    await copyPages(source.db, partial, options);
    throwIfAborted(signal);
    const counts = settle(partial);
    putInPlace(partial, target, force);
    return { ...counts, bytes: bytesOf(target) };
  } catch (error) {
    throw failure(error, file, target);
  } finally {
    source.close();
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${partial}${end}`, { force: true });
  }
}

function requireTarget(file: string, target: string, force: boolean): void {
  const refuse = (code: 'index.cannot-open' | 'index.exists', found: string) => {
    throw new GlotError(code, `cannot back the index up to ${target}: ${found}`, { details: { file, target } });
  };
  if (target !== target.trim()) refuse('index.cannot-open', 'the name of an index file cannot end with a blank');
  const folder = statSync(dirname(target), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) refuse('index.cannot-open', `there is no folder ${dirname(target)}; make it first`);
  const there = statSync(target, { throwIfNoEntry: false });
  if (!there) return;
  if (there.isDirectory())
    refuse('index.cannot-open', `it is a folder; name a file in it, as ${target}/${basename(file)}`);
  if (!there.isFile()) refuse('index.cannot-open', 'it is not a file; name another');
  const own = statSync(file, { throwIfNoEntry: false });
  if (own && own.ino === there.ino && own.dev === there.dev) refuse('index.cannot-open', 'it is the index itself');
  if (!force) refuse('index.exists', 'a file stands there');
}

// With a log, one snapshot serves from the first page to the last, however much others write. Without one nobody writes;
// where somebody begins to, SQLite begins anew, and there is a log then.
async function copyPages(db: Database.Database, partial: string, { signal, onProgress }: BackupOptions): Promise<void> {
  const hold = () => {
    if (db.inTransaction || db.pragma('journal_mode', { simple: true }) !== 'wal') return;
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM setting').get();
  };
  hold();
  let left = Number.POSITIVE_INFINITY;
  await db.backup(partial, {
    progress({ totalPages, remainingPages }) {
      throwIfAborted(signal);
      if (remainingPages > left) hold();
      left = remainingPages;
      onProgress?.(totalPages - remainingPages, totalPages);
      return PAGES_AT_ONCE;
    },
  });
  if (db.inTransaction) db.exec('COMMIT');
}

// The copy has the kind of journal of its source: at rest it is one file that needs no other. The switch flushes it.
function settle(partial: string): Omit<BackupReport, 'bytes'> {
  const db = connect(partial, { fileMustExist: true });
  try {
    db.pragma('synchronous = FULL');
    db.pragma('journal_mode = DELETE');
    recognize(db, partial);
    return db
      .prepare('SELECT count(*) AS documents, coalesce(sum(passages), 0) AS passages FROM document')
      .get() as Omit<BackupReport, 'bytes'>;
  } finally {
    db.close();
  }
}

function putInPlace(partial: string, target: string, force: boolean): void {
  if (!force) {
    linkInPlace(partial, target);
    return;
  }
  const lock = existsSync(lockPath(target)) ? lockForWriting(target) : null;
  try {
    // A log that the one before was left with would be taken for that of the copy.
    for (const end of ['-wal', '-shm', '-journal']) rmSync(`${target}${end}`, { force: true });
    renameSync(partial, target);
  } finally {
    lock?.release();
  }
}

// Unlike a rename, a link never replaces what came there meanwhile.
function linkInPlace(partial: string, target: string): void {
  try {
    linkSync(partial, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || existsSync(target)) throw error;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error;
    renameSync(partial, target);
  }
}

function failure(error: unknown, file: string, target: string): unknown {
  if (isGlotError(error) || isAbortError(error)) return error;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const details = { file, target };
  if (code === 'EEXIST') {
    const message = `cannot back the index up to ${target}: a file came there meanwhile`;
    return new GlotError('index.exists', message, { cause: error, details });
  }
  if (['EACCES', 'EPERM', 'EROFS', 'SQLITE_CANTOPEN'].includes(code)) {
    const message = `cannot back the index up to ${target}: its folder cannot be written; name another`;
    return new GlotError('index.read-only', message, { cause: error, details });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') {
    const message = `no space is left for the backup ${target}; the index is as it was, and no part of a copy stays`;
    return new GlotError('index.disk-full', message, { cause: error, details });
  }
  return storageError(error, code.startsWith('SQLITE_IOERR') ? target : file);
}
