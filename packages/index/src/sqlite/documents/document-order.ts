import type { Database } from 'better-sqlite3';
import type { TieOrder } from '../../ranking/fusion.js';

/**
 * Passages by the path of their document, then by their place in it. Those that were removed meanwhile come last. Only
 * ties are sorted by it: their number is that of passages with the very same text, mostly.
 */
export function documentOrder(db: Database): TieOrder {
  // The passages of a document have ascending ids.
  const sort = db
    .prepare(`
      SELECT passage.id FROM json_each(?) JOIN passage ON passage.id = json_each.value
      JOIN document ON document.id = passage.document_id ORDER BY document.path, passage.id`)
    .pluck();
  return (passages) => {
    const sorted = sort.all(JSON.stringify(passages)) as number[];
    if (sorted.length === passages.length) return sorted;
    const there = new Set(sorted);
    return [...sorted, ...passages.filter((id) => !there.has(id)).sort((a, b) => a - b)];
  };
}
