import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import { wordsOf } from '@glot/text';
import type { Database, Statement } from 'better-sqlite3';
import { attainableScore, type Ranked, settleTies, type TieOrder } from '../fusion.js';
import { TopRanked } from '../top-ranked.js';
import type { ResidentVectors } from './resident-vectors.js';
import type { EligiblePassages } from './search-filter.js';

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
  eligible: EligiblePassages | null,
  order: TieOrder,
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
      const id = tile.ids[index]!;
      if (!tile.removed[index] && (!eligible || eligible.has(id))) top.add(id, scores[index]! / queryRows);
    }
  }
  return top.sorted(order);
}

/** Matches to score at most, beyond the rarest word: more takes longer than anybody waits. */
const MATCHES = 60_000;

/** More matches than any index holds. */
const EVERY = 2 ** 31 - 1;

/** Matches read behind those that are wanted, since some may share the last score. */
const TIES = 32;

/** BM25 of FTS5 (k1 1.2, b 0.75) over the words of passages and of their titles and headings, with equal weights. */
export class LexicalSearch {
  readonly #db: Database;
  readonly #match: Statement;
  readonly #averages: Statement;
  #holders: Statement | null = null;

  constructor(db: Database) {
    this.#db = db;
    this.#averages = db.prepare('SELECT block FROM passage_words_data WHERE id = 1').pluck();
    this.#match = db.prepare(`
      SELECT rowid AS passageId, -rank AS score FROM passage_words
      WHERE passage_words MATCH ? ORDER BY rank, rowid LIMIT ?`);
  }

  /** A query's words, to be used at once: what is counted of them is counted once. */
  query(text: string): LexicalQuery {
    return new LexicalQuery([...new Set(wordsOf(text))].slice(0, QUERY_WORDS), this);
  }

  /** At most `limit` passages that hold any of the words, best first. */
  matches(words: readonly string[], limit: number): Ranked[] {
    if (words.length === 0) return [];
    // Quoted, a word is a word: no operator, column or prefix of FTS5's query language.
    return this.#match.all(words.map(quoted).join(' OR '), limit) as Ranked[];
  }

  /**
   * Passages that stand now, as FTS5 itself counts them for BM25: counting a million rows takes longer than the search.
   * Its averages record begins with their number, as SQLite writes variable-length integers.
   */
  passages(): number {
    const record = this.#averages.get() as Buffer | undefined;
    return record ? firstVarint(record) : 0;
  }

  /** Passages that hold the word. */
  holdersOf(word: string): number {
    if (!this.#holders) {
      this.#db.exec(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.passage_vocabulary USING fts5vocab('main', 'passage_words', 'row')",
      );
      this.#holders = this.#db.prepare('SELECT doc FROM temp.passage_vocabulary WHERE term = ?').pluck();
    }
    return (this.#holders.get(word) as number | undefined) ?? 0;
  }
}

/** The words of one query against the index as it is now. */
export class LexicalQuery {
  readonly #words: readonly string[];
  readonly #search: LexicalSearch;
  #counted: { readonly word: string; readonly holders: number }[] | null = null;

  constructor(words: readonly string[], search: LexicalSearch) {
    this.#words = words;
    this.#search = search;
  }

  /**
   * Passages that hold any of the words. Where a query's words stand in very many passages, its commonest words, whose
   * weight is least, do not find passages.
   */
  rank(depth: number, eligible: EligiblePassages | null, order: TieOrder): Ranked[] {
    const words = this.#affordable();
    // Which of those with the last score are among them is settled by their order, so all of these are asked for.
    for (let limit = eligible ? EVERY : depth + TIES; ; limit *= 4) {
      const matches = this.#search.matches(words, limit);
      const ranked = eligible ? matches.filter(({ passageId }) => eligible.has(passageId)) : matches;
      const last = ranked[depth - 1];
      if (matches.length < limit || !last || ranked.at(-1)!.score < last.score) {
        return settleTies(ranked, order).slice(0, depth);
      }
    }
  }

  /** The highest score that any passage can reach. */
  attainable(): number {
    const holders = this.#counts().map((counted) => counted.holders);
    return attainableScore(holders, this.#search.passages());
  }

  #affordable(): readonly string[] {
    if (this.#search.passages() * this.#words.length <= MATCHES) return this.#words;
    const counted = this.#counts().filter(({ holders }) => holders > 0);
    counted.sort((a, b) => a.holders - b.holders);
    let matches = 0;
    return counted
      .filter(({ holders }, at) => {
        matches += holders;
        return at === 0 || matches <= MATCHES;
      })
      .map(({ word }) => word);
  }

  #counts(): { readonly word: string; readonly holders: number }[] {
    this.#counted ??= this.#words.map((word) => ({ word, holders: this.#search.holdersOf(word) }));
    return this.#counted;
  }
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

// Seven bits a byte, the highest first; the high bit says that another follows.
function firstVarint(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 127);
    if (byte < 128) break;
  }
  return value;
}
