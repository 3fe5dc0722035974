import { accessSync, constants, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { GlotError, isGlotError } from '@glot/errors';
import type { RowTable } from '@glot/kernels';
import Database from 'better-sqlite3';
import { newTable, type StorageProfile } from '../../storage-profile.js';
import type { EncoderIdentity } from '../../types.js';
import { connect } from '../file/connection.js';
import { bytesOf } from '../file/file-size.js';
import { keepAbleToShrink } from '../file/free-space.js';
import { replaced } from '../file/sittings.js';
import { readOnlyMessage, storageError } from '../file/storage-error.js';
import { formatOf } from '../file/stored-parts.js';
import { lockForWriting, type WriterLock } from '../file/writer-lock.js';
import { createTables, readEncoder, readProfile, recognize, upgrade } from './schema.js';

/** An open database file that is an index of ours. */
export interface IndexFile {
  readonly db: Database.Database;
  /** Absolute. */
  readonly path: string;
  readonly writable: boolean;
  readonly encoder: EncoderIdentity;
  /** Format version of the file; this one's, where it is written to. */
  readonly format: number;
  readonly profile: StorageProfile;
  /** @throws GlotError `index.replaced` where its name leads to another file now, or to none */
  requireInPlace(): void;
  close(): void;
}

/** How long a statement waits for another process. */
const BUSY_TIMEOUT_MS = 5000;

/** Must be set before the first table. The vectors of a passage fill several, so that small ones leave little empty. */
const PAGE_BYTES = 2048;

/** A write-ahead log that grew above this is cut at the next checkpoint. */
const LOG_LIMIT_BYTES = 64 * 2 ** 20;

// The file is never opened through node:fs: closing any descriptor of it would drop SQLite's POSIX locks on it.

/** @throws GlotError `index.not-found`, `index.corrupt`, `index.version`, `index.read-only`, `index.cannot-open` */
export function openForReading(path: string): IndexFile {
  if (!exists(path)) throw notFound(path);
  try {
    return openedForReading(path);
  } catch (error) {
    if (!recoverJournal(error, path)) throw readFailure(error, path);
  }
  try {
    return openedForReading(path);
  } catch (error) {
    throw readFailure(error, path);
  }
}

function openedForReading(path: string): IndexFile {
  const db = connect(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (recognize(db, path) === 'empty') throw notFound(path);
    return {
      db,
      path,
      writable: false,
      encoder: readEncoder(db, path),
      format: formatOf(db),
      profile: readProfile(db),
      requireInPlace() {},
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * A writer that was killed between two kinds of journal leaves one that has to be rolled back, which a connection for
 * reading cannot do. SQLite does it at the first look of one that may write.
 * @param error what reading said
 * @returns whether to read again
 */
export function recoverJournal(error: unknown, path: string): boolean {
  if (!(error instanceof Database.SqliteError && /^SQLITE_READONLY_/.test(error.code))) return false;
  let db: Database.Database | undefined;
  try {
    db = connect(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return true;
  } catch {
    return false;
  } finally {
    db?.close();
  }
}

/**
 * Makes the file and its folder where they are missing, for which it needs the encoder.
 * @throws GlotError `index.not-found` (no file and no encoder), `index.busy`, `index.read-only`, `index.disk-full`, `index.corrupt`, `index.version`, `index.cannot-open`
 */
export function openForWriting(
  path: string,
  encoder: EncoderIdentity | undefined,
  profile: StorageProfile = 'standard',
  table?: RowTable,
): IndexFile {
  if (!exists(path) && !encoder) throw notFound(path);
  let lock: WriterLock | undefined;
  let db: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    lock = lockForWriting(path);
    accessSync(exists(path) ? path : dirname(path), constants.W_OK);
    const open = connect(path, { timeout: BUSY_TIMEOUT_MS });
    db = open;
    prepareForWriting(open, path, encoder, profile, table);
    const held = lock;
    const place = placeOf(path);
    const isInPlace = () => placeOf(path) === place;
    const log = placeOf(`${path}-wal`);
    const close = () => {
      const inPlace = isInPlace();
      if (open.open && inPlace) mergeLog(open);
      open.close();
      // The log of the file that stood there before must not be taken for the log of the one that stands there now.
      if (!inPlace && log !== '' && placeOf(`${path}-wal`) === log) {
        for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
      }
      held.release();
    };
    const requireInPlace = () => {
      if (!isInPlace()) throw replaced(path);
    };
    const [stored, format, settled] = [readEncoder(open, path), formatOf(open), readProfile(open)];
    return { db: open, path, writable: true, encoder: stored, format, profile: settled, requireInPlace, close };
  } catch (error) {
    db?.close();
    lock?.release();
    throw writeFailure(error, path);
  }
}

function prepareForWriting(
  db: Database.Database,
  path: string,
  encoder: EncoderIdentity | undefined,
  profile: StorageProfile,
  table: RowTable | undefined,
): void {
  const empty = recognize(db, path) === 'empty';
  if (empty && !encoder) throw notFound(path);
  if (empty) {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    keepAbleToShrink(db);
  }
  db.pragma('journal_mode = WAL');
  // An acknowledged document survives a power failure too; one flush is nothing beside encoding a document.
  db.pragma('synchronous = FULL');
  db.pragma(`journal_size_limit = ${LOG_LIMIT_BYTES}`);
  if (empty && encoder) {
    createTables(db, encoder, profile, table ?? newTable(encoder.dim, encoder.rowStatistics, profile));
  } else upgrade(db);
}

// At rest the one file holds everything and needs no log beside it: it can be copied, and read where nothing can be
// written. Readers may stand in the way; then the log stays, as after a crash.
function mergeLog(db: Database.Database): void {
  db.pragma('busy_timeout = 0');
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!(error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code))) throw error;
  }
}

// Which file the name leads to.
function placeOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino}` : '';
}

const leftOpen = (path: string): boolean => bytesOf(`${path}-wal`) > 0 || bytesOf(`${path}-journal`) > 0;

// A log that was left behind can only be read where the folder can be written.
function readFailure(error: unknown, path: string): unknown {
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (/^SQLITE_(CANTOPEN|READONLY)/.test(code) && !mayWrite(dirname(path)) && leftOpen(path)) {
    return new GlotError(
      'index.read-only',
      `the index ${path} was not closed by its last writer, and its folder cannot be written, which reading it then needs`,
      { cause: error, details: { file: path } },
    );
  }
  return storageError(error, path);
}

function writeFailure(error: unknown, path: string): unknown {
  const code = isGlotError(error) ? '' : ((error as NodeJS.ErrnoException).code ?? '');
  const denied = ['EACCES', 'EPERM', 'EROFS'].includes(code);
  if (denied || (code.startsWith('SQLITE_CANTOPEN') && !mayWrite(dirname(path)))) {
    return new GlotError('index.read-only', readOnlyMessage(path), {
      cause: error,
      details: { file: path, isForWriting: true },
    });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new GlotError('index.disk-full', `no space is left for the index ${path}`, {
      cause: error,
      details: { file: path },
    });
  }
  if (/^E[A-Z0-9]+$/.test(code) && error instanceof Error) {
    return new GlotError('index.cannot-open', `cannot make the index ${path}: ${error.message}`, {
      cause: error,
      details: { file: path },
    });
  }
  return storageError(error, path);
}

function notFound(path: string): GlotError {
  return new GlotError('index.not-found', `there is no index at ${path}`, { details: { file: path } });
}

/** @throws GlotError `index.cannot-open` when something other than a file stands there */
function exists(path: string): boolean {
  let found: string;
  try {
    if (statSync(path).isFile()) return true;
    found = 'it is not a file';
  } catch (error) {
    // Not by `throwIfNoEntry`: from Node 22 on it takes a path below a file for one that is missing.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    found = (error as Error).message;
  }
  throw new GlotError('index.cannot-open', `cannot open ${path}: ${found}`, {
    details: { file: path },
  });
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
