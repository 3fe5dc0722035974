import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { GlotError, type GlotErrorCode, isGlotError } from '@glot/errors';
import Database from 'better-sqlite3';
import { bytesOf } from './file-size.js';

/** Says in our words what SQLite reports about `file`, and what fails for want of memory. Other errors come back as they are. */
export function storageError(cause: unknown, file: string): unknown {
  if ((cause as NodeJS.ErrnoException | null)?.code === 'ERR_DLOPEN_FAILED') {
    return new GlotError(
      'index.native',
      `better-sqlite3 was built for another Node than this one (${process.version}); install the dependencies anew with it (in a checkout: \`npm run setup\`)`,
      { cause },
    );
  }
  if (cause instanceof Error && cause.message.startsWith('Could not locate the bindings file')) {
    return new GlotError(
      'index.native',
      `the native part of better-sqlite3 is missing: its install script has not run. Let it run: \`npm rebuild better-sqlite3\`; with pnpm \`pnpm approve-builds\`, then \`pnpm rebuild better-sqlite3\``,
      { cause },
    );
  }
  if (isGlotError(cause)) return cause;
  if (cause instanceof RangeError && /allocation failed|array length/i.test(cause.message)) {
    return new GlotError('index.memory', memoryMessage(file), { cause, details: { file } });
  }
  if (cause instanceof SyntaxError) {
    const place = `a value that is no JSON: ${cause.message}`;
    return new GlotError('index.corrupt', corruptMessage(file, place), { cause, details: { file } });
  }
  if (!(cause instanceof Database.SqliteError)) return cause;
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

type StorageCode =
  `index.${'busy' | 'cannot-open' | 'corrupt' | 'disk-full' | 'file-limit' | 'memory' | 'read-only' | 'storage'}` &
    GlotErrorCode;

function explain(code: string, message: string, file: string): [code: StorageCode, message: string] {
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || /no such (table|column)/.test(message)) {
    return ['index.corrupt', corruptMessage(file, message)];
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return ['index.busy', `the index ${file} is being changed by another process`];
  }
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return ['index.disk-full', `no space is left for the index ${file}; what was stored before is safe`];
  }
  if (code === 'SQLITE_NOMEM' || code === 'SQLITE_IOERR_NOMEM') return ['index.memory', memoryMessage(file)];
  if ((code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_TRUNCATE') && meetsSizeLimit(file)) {
    return [
      'index.file-limit',
      `the index ${file} may not grow: files here have a size limit (that of the shell, or of the file system); what was stored before is safe`,
    ];
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return ['index.read-only', readOnlyMessage(file)];
  }
  if (code.startsWith('SQLITE_CANTOPEN')) return ['index.cannot-open', `cannot open the index ${file}: ${message}`];
  if (code.startsWith('SQLITE_IOERR')) {
    return [
      'index.storage',
      `the disk failed under the index ${file} (${code}); what was stored before is safe unless a check finds it damaged`,
    ];
  }
  return ['index.storage', `the index ${file} failed: ${message}`];
}

/** How far beyond the largest of our files a probe reaches: more than one transaction writes at once. */
const PROBE_BYTES = 2 ** 26;

// SQLite does not say why a write failed. A probe without content, which takes no space, meets the same limit.
function meetsSizeLimit(file: string): boolean {
  const probe = `${file}.probe-${process.pid}`;
  try {
    writeFileSync(probe, '');
    truncateSync(probe, Math.max(bytesOf(file), bytesOf(`${file}-wal`)) + PROBE_BYTES);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EFBIG';
  } finally {
    rmSync(probe, { force: true });
  }
}

function memoryMessage(file: string): string {
  return `there is not enough memory for the index ${file}; what was stored before is safe`;
}

export function corruptMessage(file: string, found: string): string {
  return `the index ${file} is damaged or not a glot index (${found}); nothing was changed`;
}

export function readOnlyMessage(file: string): string {
  return `the index ${file} or its folder cannot be written`;
}
