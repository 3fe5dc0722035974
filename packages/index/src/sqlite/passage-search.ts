import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import type { Database, Statement } from 'better-sqlite3';
import type { Ranked } from '../fusion.js';
import { TopRanked } from '../top-ranked.js';
import { wordsOf } from '../words.js';
import type { ResidentVectors } from './resident-vectors.js';

/** Words of a query beyond this many different ones are ignored. */
const QUERY_WORDS = 512;

/**
 * Exact MaxSim over all passages, as a mean over the query's rows. Yields to other work between tiles.
 * @throws GlotError `aborted`, `index.corrupt`
 */
export async function rankByMaxSim(
  query: TokenVectors,
  depth: number,
  vectors: ResidentVectors,
  maxSim: MaxSim,
  signal: AbortSignal | undefined,
): Promise<Ranked[]> {
  const queryRows = query.data.length / query.dim;
  if (queryRows === 0) return [];
  const top = new TopRanked(depth);
  for await (const { tile, texts, rows } of vectors.views(signal)) {
    throwIfAborted(signal);
    const codes = tile.codes.subarray(0, rows * tile.dim);
    const documents = { codes, scales: tile.scales.subarray(0, rows), dim: tile.dim };
    const scores = await maxSim.score(query.data, queryRows, documents, tile.offsets.subarray(0, texts + 1));
    for (let index = 0; index < texts; index += 1) {
      if (!tile.removed[index]) top.add(tile.ids[index]!, scores[index]! / queryRows);
    }
  }
  return top.sorted();
}

/** BM25 of FTS5 (k1 1.2, b 0.75) over the words of passages and of their titles and headings, with equal weights. */
export class LexicalSearch {
  readonly #match: Statement;

  constructor(db: Database) {
    this.#match = db.prepare(`
      SELECT rowid AS passageId, -rank AS score FROM passage_words
      WHERE passage_words MATCH ? ORDER BY rank, rowid LIMIT ?`);
  }

  /** Passages that hold any of the words. */
  rank(text: string, depth: number): Ranked[] {
    const words = [...new Set(wordsOf(text))].slice(0, QUERY_WORDS);
    if (words.length === 0) return [];
    // Quoted, a word is a word: no operator, column or prefix of FTS5's query language.
    const query = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR ');
    return this.#match.all(query, depth) as Ranked[];
  }
}
