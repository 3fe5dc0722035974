import type { Database } from 'better-sqlite3';
import { type Checksums, checksumsOf } from '../file/checksums.js';
import { storesPartitions } from '../file/stored-parts.js';

/** Entries that stay: a reader further behind reads all vectors anew. */
const KEPT = 10_000;

/**
 * The table `removal`: which passages went, in order, for what holds vectors in memory. Changes go into a transaction of
 * the caller.
 */
export class RemovalLog {
  readonly #db: Database;
  readonly #checksums: Checksums | null;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#db = db;
    this.#checksums = checksumsOf(db);
    this.#statements = prepare(db, storesPartitions(db));
  }

  add(firstPassage: number, lastPassage: number): void {
    const seq = Number(this.#statements.insert.run(firstPassage, lastPassage).lastInsertRowid);
    this.#checksums?.writeRemoval(seq);
    if (this.#statements.forget.run(seq - KEPT).changes > 0) this.#checksums?.forgetRemovals();
  }

  /** Since `seq`, oldest first. */
  after(seq: number): [seq: number, firstPassage: number, lastPassage: number][] {
    return this.#statements.after.all(seq) as [number, number, number][];
  }

  /** Numbers of the oldest and the newest that are still on record; zeros when there is none. */
  extent(): [oldest: number, newest: number] {
    return this.#statements.extent.get() as [number, number];
  }

  /** Where the record is damaged. */
  clear(): void {
    this.#db.exec("DELETE FROM removal; DELETE FROM checksum WHERE part = 'removal'");
  }
}

function prepare(db: Database, hasPartitions: boolean) {
  return {
    insert: db.prepare('INSERT INTO removal (first_passage, last_passage) VALUES (?, ?)'),
    // Those that the lists of the partitions do not know of must stay.
    forget: db.prepare(
      hasPartitions
        ? 'DELETE FROM removal WHERE seq <= min(?, coalesce((SELECT min(removal_seq) FROM generation), 9e15))'
        : 'DELETE FROM removal WHERE seq <= ?',
    ),
    after: db.prepare('SELECT seq, first_passage, last_passage FROM removal WHERE seq > ? ORDER BY seq').raw(),
    extent: db.prepare('SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM removal').raw(),
  };
}
