import { randomUUID } from 'node:crypto';
import { GlotError } from '@glot/errors';
import type { Database } from 'better-sqlite3';

/** Gives a new file, or one that is brought up to this format, a token of its own. */
export function beginRecord(db: Database): void {
  db.prepare('INSERT INTO sitting (token, changes) VALUES (?, 0)').run(randomUUID());
}

/** A state of the index: so many changes into the sitting of one writer. */
export interface IndexState {
  readonly token: string;
  readonly changes: number;
}

/** Sittings that stay on record: a reader that missed more opens the file anew. */
const KEPT = 1000;

/**
 * The sittings of writers, each with a token of its own and the number of its changes. Ids of passages say nothing
 * about a file that was put in the place of another (a restored copy counts on from where it was made): a reader asks
 * here whether what stands in the file came of what it has in memory.
 */
export class Sittings {
  static readonly #ofDatabases = new WeakMap<Database, Sittings>();
  readonly #statements: ReturnType<typeof prepare> | null;
  #own: { readonly id: number; readonly token: string } | null = null;

  // A file of a format before 4 has no record, and is never written to.
  private constructor(db: Database) {
    this.#statements = storesSittings(db) ? prepare(db) : null;
  }

  /** One for a connection: all that changes the file through it does so in one sitting. */
  static of(db: Database): Sittings {
    const known = Sittings.#ofDatabases.get(db);
    if (known) return known;
    const made = new Sittings(db);
    Sittings.#ofDatabases.set(db, made);
    return made;
  }

  /** Null where there is no record. */
  state(): IndexState | null {
    return (this.#statements?.last.get() as IndexState | undefined) ?? null;
  }

  /** Whether the file came of this state. */
  cameOf(state: IndexState | null): boolean {
    if (!state) return false;
    const changes = this.#statements?.changesOf.get(state.token) as number | undefined;
    return changes !== undefined && changes >= state.changes;
  }

  /**
   * Within every transaction that changes what readers have in memory.
   * @throws GlotError `index.replaced` where the file is no longer the one that this sitting began in
   */
  noteChange(file: string): void {
    const statements = this.#statements!;
    if (!this.#own) {
      const token = randomUUID();
      const id = Number(statements.insert.run(token).lastInsertRowid);
      statements.forget.run(id - KEPT);
      this.#own = { id, token };
    } else if (statements.count.run(this.#own.id, this.#own.token).changes === 0) throw replaced(file);
  }

  /** After a transaction was rolled back, which may have held the beginning of the sitting. */
  rolledBack(): void {
    if (this.#own && !this.#statements!.changesOf.get(this.#own.token)) this.#own = null;
  }
}

export function replaced(file: string): GlotError {
  return new GlotError(
    'index.replaced',
    `another file was put in the place of the index ${file} while it was open; nothing was written to it`,
    { details: { file } },
  );
}

function storesSittings(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sitting'").get() !== undefined;
}

function prepare(db: Database) {
  return {
    last: db.prepare('SELECT token, changes FROM sitting ORDER BY id DESC LIMIT 1'),
    changesOf: db.prepare('SELECT changes FROM sitting WHERE token = ?').pluck(),
    insert: db.prepare('INSERT INTO sitting (token, changes) VALUES (?, 1)'),
    count: db.prepare('UPDATE sitting SET changes = changes + 1 WHERE id = ? AND token = ?'),
    forget: db.prepare('DELETE FROM sitting WHERE id <= ?'),
  };
}
