import type { Database } from 'better-sqlite3';
import type { FileStamp, SkippedInput } from '../../types.js';
import { type Checksums, checksumsOf } from '../file/checksums.js';
import { storesChangeTimes } from '../file/stored-parts.js';

/** The table `skipped`: files that were left out, whole or in part, and why. Changes go into a transaction of the caller. */
export class SkipStore {
  /** Null for a file of an older format, which is only read. */
  readonly #checksums: Checksums | null;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#checksums = checksumsOf(db);
    this.#statements = prepare(db, storesChangeTimes(db));
  }

  all(): SkippedInput[] {
    return this.#statements.selectAll.all() as SkippedInput[];
  }

  count(): number {
    return this.#statements.count.pluck().get() as number;
  }

  /** In place of what is noted of the file. */
  set({ path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs = 0 }: SkippedInput): void {
    this.#statements.delete.run(path);
    this.#statements.insert.run({ path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs });
    this.#checksums?.writeSkipped(path);
  }

  /** @returns whether something was noted of the file */
  delete(path: string): boolean {
    const isGone = this.#statements.delete.run(path).changes > 0;
    this.#checksums?.deleteSkipped(path);
    return isGone;
  }

  stamp({ path, sizeBytes, modifiedMs, changedMs }: FileStamp): void {
    if (this.#statements.stamp.run({ path, sizeBytes, modifiedMs, changedMs }).changes > 0) {
      this.#checksums?.writeSkipped(path);
    }
  }

  /** Nothing is noted of `to`. */
  move(from: string, to: string): void {
    if (this.#statements.move.run(to, from).changes === 0) return;
    this.#checksums?.deleteSkipped(from);
    this.#checksums?.writeSkipped(to);
  }
}

function prepare(db: Database, changeTimes: boolean) {
  // A file of an older format is only read: what would change it is prepared all the same.
  const [column, value] = changeTimes ? [', changed_ms', ', :changedMs'] : ['', ''];
  const setChanged = changeTimes ? ', changed_ms = :changedMs' : '';
  return {
    selectAll: db.prepare(`
      SELECT path, reason, detail, content_hash AS contentHash, size_bytes AS sizeBytes, modified_ms AS modifiedMs,
        ${changeTimes ? 'changed_ms' : '0'} AS changedMs
      FROM skipped ORDER BY path`),
    count: db.prepare('SELECT count(*) FROM skipped'),
    insert: db.prepare(`
      INSERT INTO skipped (path, reason, detail, content_hash, size_bytes, modified_ms${column})
      VALUES (:path, :reason, :detail, :contentHash, :sizeBytes, :modifiedMs${value})`),
    delete: db.prepare('DELETE FROM skipped WHERE path = ?'),
    stamp: db.prepare(
      `UPDATE skipped SET size_bytes = :sizeBytes, modified_ms = :modifiedMs${setChanged} WHERE path = :path`,
    ),
    move: db.prepare('UPDATE skipped SET path = ? WHERE path = ?'),
  };
}
