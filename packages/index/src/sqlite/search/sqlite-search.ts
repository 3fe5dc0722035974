import { throwIfAborted } from '@glot/errors';
import { createMaxSim, type MaxSim, type TokenVectors } from '@glot/kernels';
import { NO_WORDS } from '../../ranking/evidence.js';
import { alone, depthFor, FUSION_DEPTH, fuse, type ScoredPassage, type TieOrder } from '../../ranking/fusion.js';
import { matchRows } from '../../ranking/row-matches.js';
import { weighted } from '../../ranking/row-weights.js';
import { rowsAsked, type SearchPlan } from '../../ranking/search-request.js';
import type { Hit, PassageId, RowMatch, SearchFilter, SearchRequest } from '../../types.js';
import { checkVectors } from '../../vector-checks.js';
import { phrasesOf } from '../../words/phrases.js';
import { documentOrder } from '../documents/document-order.js';
import { HitReader } from '../documents/hits.js';
import { type EligiblePassages, eligiblePassages } from '../filter/search-filter.js';
import { LexicalSearch } from '../lexical/lexical-search.js';
import { PhraseSearch } from '../lexical/phrase-search.js';
import type { IndexFile } from '../opening/index-file.js';
import type { IvfSearch } from '../partitions/ivf-search.js';
import { rankExhaustively } from '../vectors/exhaustive-ranking.js';
import { INT8_CODEC, type PassageVectors, RESIDUAL_CODEC, TABLE_CODEC } from '../vectors/passage-vectors.js';
import { rankPassages, rescoreCandidates } from '../vectors/rescoring.js';
import { ResidentVectors } from '../vectors/resident-vectors.js';
import { VectorCache } from '../vectors/vector-cache.js';

/** Of the memory for vectors, the part for those that rescoring read; all of it is for exhaustive search. */
const CACHE_SHARE = 0.5;

/** Hits that are looked for until they can hardly be others, where not more than `FUSION_DEPTH` are asked for. */
const SETTLED = 10;

export interface SqliteSearchOptions {
  readonly threads?: number | undefined;
  readonly memoryBytes: number;
  /** Passages up to which every search is exhaustive. */
  readonly exhaustive: number;
}

/** Searches one file: exhaustively while that is quick; beyond, exact scores for what the partitions propose. */
export class SqliteSearch {
  readonly #file: IndexFile;
  readonly #threads: number | undefined;
  readonly #exhaustive: number;
  readonly #vectors: PassageVectors;
  readonly #resident: ResidentVectors;
  readonly #cache: VectorCache;
  readonly #ivf: IvfSearch | null;
  readonly #lexical: LexicalSearch;
  readonly #phrases: PhraseSearch;
  readonly #hits: HitReader;
  readonly #order: TieOrder;
  #maxSim: Promise<MaxSim> | null = null;

  /** @param ivf null for a file of the first format */
  constructor(file: IndexFile, vectors: PassageVectors, ivf: IvfSearch | null, options: SqliteSearchOptions) {
    const { db, profile } = file;
    this.#file = file;
    this.#threads = options.threads;
    this.#exhaustive = options.exhaustive;
    this.#vectors = vectors;
    this.#resident = new ResidentVectors(vectors, options.memoryBytes);
    this.#cache = new VectorCache(
      vectors,
      options.memoryBytes * CACHE_SHARE,
      vectors.byTable ? TABLE_CODEC : profile === 'compact' ? RESIDUAL_CODEC : INT8_CODEC,
    );
    this.#ivf = ivf;
    this.#lexical = new LexicalSearch(db);
    this.#phrases = new PhraseSearch(db);
    this.#hits = new HitReader(db);
    this.#order = documentOrder(db);
  }

  // The lexical side stands still in SQLite while it works, so it goes last: nothing can change before the hits are
  // read. Only where its passages are candidates of the semantic side too, it goes first.
  async search({ limit, text, vectors, rows, unread, filter, signal }: SearchPlan): Promise<Hit[]> {
    const depth = depthFor(limit);
    const eligible = filter && this.#eligible(filter);
    const words = text === null ? null : this.#lexical.query(text);
    const corrections = words?.corrections ?? [];
    const rankWords = () => (words === null ? null : words.rank(depth, eligible, this.#order));
    const weights = rows && (words ?? this.#lexical.query(rows.text)).rowWeights(rows);
    const query = vectors && this.#turned(weights ? weighted(vectors, weights) : vectors);
    let semantic: ScoredPassage[] | null = null;
    let lexical: ScoredPassage[] | null = null;
    if (query && this.#searchesPartitions(eligible)) {
      lexical = rankWords();
      semantic = await this.#rankByPartitions({ vectors: query, depth, eligible, lexical, signal });
    } else {
      semantic = query && (await this.#rankAll(query, depth, eligible, signal));
      lexical = rankWords();
    }
    const passages = eligible?.size ?? this.#lexical.passages();
    // Words that are known may all stand where the filter does not let in.
    const facts = { passages, unread, ...(words?.facts() ?? NO_WORDS), ...(eligible && { known: 0 }) };
    const found =
      semantic && lexical
        ? fuse(semantic, lexical, facts, this.#order)
        : semantic
          ? alone(semantic, 'semantic', facts)
          : alone(lexical ?? [], 'lexical', facts);
    return this.#hits.read(found, limit, corrections);
  }

  explain(
    passageId: PassageId,
    query: TokenVectors,
    asked?: Pick<SearchRequest, 'text' | 'reading'>,
  ): RowMatch[] | null {
    checkVectors(query, 1, this.#file.encoder, 'the query');
    const rows = rowsAsked(query, asked);
    const weights = rows && this.#lexical.query(rows.text).rowWeights(rows);
    const stored = this.#vectors.get(Number(passageId));
    if (!stored || stored.rows === 0) return null;
    return matchRows(this.#turned(query), this.#vectors.decoded(stored), weights);
  }

  // Made at the first semantic search: indexing and lexical search need no native library.
  maxSim(): Promise<MaxSim> {
    this.#maxSim ??= createMaxSim({
      dim: this.#file.encoder.dim,
      threads: this.#threads,
    });
    return this.#maxSim;
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#maxSim?.then((kernel) => kernel.dispose()), this.#ivf?.dispose()]);
  }

  #eligible(filter: SearchFilter): EligiblePassages {
    const eligible = eligiblePassages(this.#file.db, filter);
    const phrases = phrasesOf(filter);
    return phrases === null ? eligible : this.#phrases.narrowed(eligible, phrases);
  }

  #searchesPartitions(eligible: EligiblePassages | null): boolean {
    if (eligible && eligible.size <= this.#exhaustive) return false;
    const now = this.#ivf?.current();
    return now !== undefined && now !== null && now.index.live > this.#exhaustive;
  }

  async #rankAll(
    vectors: TokenVectors,
    depth: number,
    eligible: EligiblePassages | null,
    signal: AbortSignal | undefined,
  ): Promise<ScoredPassage[]> {
    const kernel = await this.maxSim();
    if (eligible && eligible.size <= this.#exhaustive) {
      throwIfAborted(signal);
      const ranking = {
        query: vectors,
        vectors: this.#vectors,
        maxSim: kernel,
        depth,
        order: this.#order,
        signal,
      };
      // Without partitions the memory is for all vectors.
      const cached = this.#searchesPartitions(null) ? { ...ranking, cache: this.#cache } : ranking;
      return rankPassages([...eligible.ids()], cached);
    }
    const ranking = {
      query: vectors,
      vectors: this.#resident,
      maxSim: kernel,
      eligible,
      depth,
      order: this.#order,
      signal,
    };
    return rankExhaustively(ranking);
  }

  // In rounds of doubling depth: each goes behind the one before, so that the first hits do not depend on how many are
  // asked for.
  async #rankByPartitions(search: {
    readonly vectors: TokenVectors;
    readonly depth: number;
    readonly eligible: EligiblePassages | null;
    readonly lexical: readonly ScoredPassage[] | null;
    readonly signal: AbortSignal | undefined;
  }): Promise<ScoredPassage[]> {
    const { vectors: query, eligible, lexical, signal } = search;
    throwIfAborted(signal);
    if (query.data.length === 0) return [];
    const place = { vectors: this.#vectors, cache: this.#cache, maxSim: await this.maxSim() };
    const scores = new Map<number, number>();
    const ranked: ScoredPassage[] = [];
    const listed = new Set<number>();
    for (let depth = FUSION_DEPTH; depth <= search.depth; depth *= 2) {
      const found = await this.#ivf!.candidates({ query, limit: depth, eligible });
      if (!found) return this.#rankAll(query, search.depth, eligible, signal);
      const others = (lexical ?? []).slice(0, depth).map(({ passageId }) => passageId);
      const settled = depth === FUSION_DEPTH ? SETTLED : depth;
      const ranking = { query, ...place, depth, settled, scores, order: this.#order, signal };
      for (const one of await rescoreCandidates(found, others, ranking)) {
        if (ranked.length === depth) break;
        if (listed.has(one.passageId)) continue;
        ranked.push(one);
        listed.add(one.passageId);
      }
    }
    return ranked;
  }

  #turned(vectors: TokenVectors): TokenVectors {
    return { ...vectors, data: this.#vectors.turned(vectors.data) };
  }
}
