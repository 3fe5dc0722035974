import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import Database from 'better-sqlite3';

/** Free pages that stay: as many come and go with a few documents. */
const KEPT_PAGES = 256;
const KEPT_SHARE = 0.02;

/** Pages given back by one transaction, and by one call: half a gigabyte. */
const PAGES_AT_ONCE = 1024;
const MOST_PAGES = 262_144;

const NONE = 0;
const INCREMENTAL = 2;

/** Before the first table is made: pages that become free can be given back a few at a time. */
export function keepAbleToShrink(db: Database.Database): void {
  db.pragma(`auto_vacuum = ${INCREMENTAL}`);
}

/**
 * Gives free pages back to the file system, so that the file shrinks once its log is merged. A file that an older glot
 * made cannot shrink bit by bit: it is written anew, once more than half of it is free.
 */
export async function giveFreeSpaceBack(db: Database.Database, signal: AbortSignal | undefined): Promise<void> {
  const count = (pragma: string) => db.pragma(pragma, { simple: true }) as number;
  const free = () => count('freelist_count');
  const kept = Math.max(KEPT_PAGES, count('page_count') * KEPT_SHARE);
  if (count('auto_vacuum') === NONE) {
    if (free() > KEPT_PAGES && free() * 2 > count('page_count')) writeAnew(db);
    return;
  }
  for (let given = 0; given < MOST_PAGES && free() > kept; given += PAGES_AT_ONCE) {
    throwIfAborted(signal);
    // Not `pragma`: it takes the first of many steps, a page.
    db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    await setImmediate();
  }
}

// Needs as much room again as is left, and no reader's permission. It can as well stay as it is.
function writeAnew(db: Database.Database): void {
  try {
    keepAbleToShrink(db);
    db.exec('VACUUM');
  } catch (error) {
    if (!(error instanceof Database.SqliteError && /^SQLITE_(FULL|BUSY|LOCKED|IOERR)/.test(error.code))) throw error;
  }
}
