import { rmSync } from 'node:fs';
import { GlotError } from '@glot/errors';
import Database from 'better-sqlite3';

/**
 * One writer at a time, told at once instead of by colliding transactions. The lock is the operating system's lock on a
 * small file beside the index (held through an open SQLite transaction), so a killed writer never leaves it behind.
 * The file itself may stay after a crash; it means nothing without a process.
 */
export interface WriterLock {
  /** Safe to call twice. */
  release(): void;
}

/** @throws GlotError `index.busy`; SqliteError where the folder cannot be written */
export function lockForWriting(file: string): WriterLock {
  const path = `${file}.writer`;
  const lock = new Database(path, { timeout: 0 });
  try {
    // No journal file, no waiting for the disk: nothing here is worth keeping.
    lock.pragma('journal_mode = MEMORY');
    lock.pragma('synchronous = OFF');
    lock.exec('BEGIN IMMEDIATE');
    // It is ours; someone who just asks for the holder may stand in the way of the commit for a moment.
    lock.pragma('busy_timeout = 1000');
    lock.pragma(`user_version = ${process.pid}`);
    lock.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    const holder = busy ? holderOf(lock) : null;
    lock.close();
    if (!busy) throw error;
    throw new GlotError(
      'index.busy',
      `another process${holder === null ? '' : ` (${holder})`} is changing the index ${file}; wait until it is done and try again (searching meanwhile is fine)`,
      { cause: error, details: { file, pid: holder } },
    );
  }
  return {
    release() {
      if (!lock.open) return;
      rmSync(path, { force: true });
      lock.close();
    },
  };
}

function holderOf(lock: Database.Database): number | null {
  try {
    const pid = lock.pragma('user_version', { simple: true }) as number;
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
