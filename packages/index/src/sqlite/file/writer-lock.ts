import { statSync, truncateSync, utimesSync } from 'node:fs';
import { GlotError } from '@glot/errors';
import Database from 'better-sqlite3';
import { connect } from './connection.js';

/**
 * One writer at a time, told at once instead of by colliding transactions. The lock is the operating system's lock on a
 * file beside the index (held through an exclusive SQLite transaction), so a killed writer never leaves it behind.
 *
 * The file is never removed: whoever had opened it by its name would hold a lock that nobody else sees. It is empty,
 * and nothing is ever read from it but its stamp: opening it through node:fs would, at the close, drop the lock of a
 * holder in the same process.
 */
export interface WriterLock {
  /** Safe to call twice. */
  release(): void;
}

/** Where the lock of an index is. */
export function lockPath(file: string): string {
  return `${file}.writer`;
}

/** Times the lock file is emptied before we give up on whoever goes on writing over it. */
const EMPTYINGS = 20;

/** @throws GlotError `index.busy`; SqliteError where the folder cannot be written */
export function lockForWriting(file: string): WriterLock {
  const path = lockPath(file);
  for (let emptied = 0; ; emptied += 1) {
    try {
      const lock = lockedExclusively(path);
      tellHolder(path);
      return { release: () => lock.close() };
    } catch (error) {
      if (error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) {
        throw busy(file, holderOf(path), error);
      }
      if (emptied === EMPTYINGS || !emptyDamaged(path, error)) throw error;
    }
  }
}

// Exclusive, since others are then turned away before they read anything: whatever stands in the file says nothing
// about who holds it.
function lockedExclusively(path: string): Database.Database {
  const lock = connect(path, { timeout: 0 });
  try {
    // No journal file: nothing is ever committed.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

// Damaged content means that nobody held the lock a moment ago, or we would not have come to read it. Someone who got it
// since keeps it: no lock depends on the content.
function emptyDamaged(path: string, error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (!/^SQLITE_(NOTADB|CORRUPT|READONLY|IOERR_SHORT_READ|ERROR)/.test(code)) return false;
  try {
    truncateSync(path);
    return true;
  } catch {
    return false;
  }
}

function busy(file: string, holder: number | null, cause: unknown): GlotError {
  return new GlotError(
    'index.busy',
    `another process${holder === null ? '' : ` (${holder})`} is changing the index ${file}`,
    { cause, details: { file, pid: holder } },
  );
}

/** Process ids are below this everywhere. As a time it is in February 1970, which no file bears by chance. */
const PID_LIMIT = 2 ** 22;

// The holder's process id is the file's modification time in seconds: the only thing that can be told without opening.
function tellHolder(path: string): void {
  try {
    utimesSync(path, process.pid, process.pid);
  } catch {
    // Then the message names nobody.
  }
}

function holderOf(path: string): number | null {
  const seconds = (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000;
  return seconds > 0 && seconds <= PID_LIMIT && Number.isInteger(seconds) ? seconds : null;
}
