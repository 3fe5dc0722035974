import type { Database } from 'better-sqlite3';
import type { IndexedRoot } from '../../types.js';
import { checksumsOf } from '../file/checksums.js';

const NAME = 'roots';

/** The roots that an index is kept in step with: one setting, which older versions of glot pass over. */
export class RootStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  all(): IndexedRoot[] {
    const stored = this.#db.prepare('SELECT value FROM setting WHERE name = ?').pluck().get(NAME);
    return stored === undefined ? [] : (JSON.parse(String(stored)) as IndexedRoot[]);
  }

  /** Within a transaction of the caller. */
  set(roots: readonly IndexedRoot[]): void {
    const checksums = checksumsOf(this.#db);
    // Damage must not be sealed as whole.
    const isWhole = checksums?.settingsAreWhole() ?? false;
    this.#db.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)').run(NAME, JSON.stringify(roots));
    if (isWhole) checksums?.writeSettings();
  }
}
