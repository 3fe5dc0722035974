import { GlotError, isGlotError } from '@glot/errors';
import Database from 'better-sqlite3';

/** Says in our words what SQLite reports about `file`. Other errors come back as they are. */
export function storageError(cause: unknown, file: string): unknown {
  if ((cause as NodeJS.ErrnoException | null)?.code === 'ERR_DLOPEN_FAILED') {
    return new GlotError(
      'index.native',
      `better-sqlite3 was built for another Node than this one (${process.version}); install the dependencies anew with it (in a checkout: \`npm run setup\`)`,
      { cause },
    );
  }
  if (isGlotError(cause) || !(cause instanceof Database.SqliteError)) return cause;
  const [code, message] = explain(cause.code, cause.message, file);
  return new GlotError(code, message, { cause, details: { file, sqlite: cause.code } });
}

/** Runs `action`; what SQLite throws leaves as a GlotError. */
export function withStorageErrors<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storageError(error, file);
  }
}

function explain(code: string, message: string, file: string): [code: string, message: string] {
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || /no such (table|column)/.test(message)) {
    return ['index.corrupt', corruptMessage(file, message)];
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return ['index.busy', `the index ${file} is being changed by another process; wait until it is done and try again`];
  }
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return [
      'index.disk-full',
      `no space is left for the index ${file}; what was stored before is safe: free some space and run the same command again`,
    ];
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return ['index.read-only', readOnlyMessage(file)];
  }
  if (code.startsWith('SQLITE_CANTOPEN')) return ['index.cannot-open', `cannot open the index ${file}: ${message}`];
  return ['index.storage', `the index ${file} failed: ${message}`];
}

export function corruptMessage(file: string, found: string): string {
  return `the index ${file} is damaged or not a glot index (${found}); nothing was changed: restore it from a copy, or move it away and index again`;
}

export function readOnlyMessage(file: string): string {
  return `the index ${file} or its folder cannot be written; allow writing, or choose another file with --index`;
}
