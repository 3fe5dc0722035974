import type { Database } from 'better-sqlite3';
import { globOf } from '../../filter/document-filter.js';
import type { SearchFilter } from '../../types.js';

/** Passages that may be found, as ranges of ids. */
export class EligiblePassages {
  /** Ranges, ascending: first and last passage. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly size: number;
  readonly #base: number;
  readonly #member: Uint8Array;

  constructor(ranges: readonly (readonly [number, number])[]) {
    this.ranges = ranges;
    this.size = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    this.#base = ranges[0]?.[0] ?? 0;
    this.#member = new Uint8Array(ranges.length === 0 ? 0 : ranges.at(-1)![1] - this.#base + 1);
    for (const [first, last] of ranges) this.#member.fill(1, first - this.#base, last - this.#base + 1);
  }

  /** Those of them that are wanted. */
  static of(eligible: EligiblePassages, isWanted: (passageId: number) => boolean): EligiblePassages {
    const ranges: [first: number, last: number][] = [];
    for (const id of eligible.ids()) {
      if (!isWanted(id)) continue;
      const range = ranges.at(-1);
      if (range && range[1] === id - 1) range[1] = id;
      else ranges.push([id, id]);
    }
    return new EligiblePassages(ranges);
  }

  has(passageId: number): boolean {
    return this.#member[passageId - this.#base] === 1;
  }

  *ids(): Generator<number> {
    for (const [first, last] of this.ranges) for (let id = first; id <= last; id += 1) yield id;
  }
}

/** Resolves the filter in SQL, before anything is ranked. */
export function eligiblePassages(db: Database, filter: SearchFilter): EligiblePassages {
  const conditions = ['passages > 0'];
  const values: (string | number)[] = [];
  const among = (column: string, names: readonly string[]) => {
    conditions.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(names));
  };
  if (filter.languages) among("coalesce(lang, 'und')", filter.languages);
  if (filter.formats) among('format', filter.formats);
  if (filter.modifiedFromMs !== undefined) {
    conditions.push('modified_ms >= ?');
    values.push(filter.modifiedFromMs);
  }
  if (filter.modifiedBeforeMs !== undefined) {
    conditions.push('modified_ms < ?');
    values.push(filter.modifiedBeforeMs);
  }
  for (const [key, value] of Object.entries(filter.meta ?? {})) {
    conditions.push('EXISTS (SELECT 1 FROM json_each(meta) WHERE key = ? AND value = ?)');
    values.push(key, value);
  }
  if (filter.path !== undefined) {
    // Made anew for each search: the pattern is compiled once.
    const matches = globOf(filter.path);
    db.function('path_matches', { deterministic: true }, (path: unknown) => (matches(String(path)) ? 1 : 0));
    conditions.push('path_matches(path)');
  }
  const rows = db
    .prepare(
      `SELECT first_passage, first_passage + passages - 1 FROM document WHERE ${conditions.join(' AND ')} ORDER BY first_passage`,
    )
    .raw()
    .all(...values) as [number, number][];
  return new EligiblePassages(rows);
}
