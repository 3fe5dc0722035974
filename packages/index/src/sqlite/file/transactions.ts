import type { Database } from 'better-sqlite3';
import { Sittings } from './sittings.js';

/** Makes changes of a file: each is one transaction, or part of one of `together`. */
export class Transactions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All of them or, where it throws, none. */
  together<T>(changes: () => T): T {
    try {
      return this.#db.transaction(changes).immediate();
    } catch (error) {
      Sittings.of(this.#db).rolledBack();
      throw error;
    }
  }

  /** A change that readers of the file are to see. */
  change<T>(action: () => T): T {
    return this.together(() => {
      const result = action();
      Sittings.of(this.#db).noteChange(this.#db.name);
      return result;
    });
  }
}
