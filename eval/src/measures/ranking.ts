/**
 * trec_eval's order: score descending, then id descending by its UTF-8 bytes. The order in which hits came is ignored.
 * @module
 */

/** Ids of a query's results in that order, all or the first `depth`. */
export function rankedIds(scores: ReadonlyMap<string, number>, depth = Number.POSITIVE_INFINITY): string[] {
  const ids = [...scores.keys()].sort((a, b) => scores.get(b)! - scores.get(a)! || compareBytes(b, a));
  return depth < ids.length ? ids.slice(0, depth) : ids;
}

/** UTF-16 order differs from byte order beyond the basic plane. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
