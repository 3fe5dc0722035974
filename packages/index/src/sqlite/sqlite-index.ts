import { setImmediate } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import { createMaxSim, type MaxSim, type TokenVectors } from '@glot/kernels';
import type { DocumentWords } from '../preparing/document-words.js';
import { Preparation, type PreparationOptions } from '../preparing/preparation.js';
import { alone, depthFor, FUSION_DEPTH, fuse, type ScoredPassage, type TieOrder } from '../ranking/fusion.js';
import { matchRows } from '../ranking/row-matches.js';
import { weighted } from '../ranking/row-weights.js';
import { planSearch, rowsAsked, type SearchPlan } from '../ranking/search-request.js';
import type {
  DocumentEntry,
  DocumentInput,
  DocumentNotes,
  DocumentVectors,
  EncoderIdentity,
  FileLedger,
  FormatReading,
  Hit,
  IndexChange,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  OptimizeOptions,
  OptimizeReport,
  PassageId,
  PassagePlace,
  PreparedVectors,
  RepairReport,
  RowMatch,
  SearchFilter,
  SearchRequest,
  StoredDocument,
} from '../types.js';
import { checkEncoder, checkPrepared, checkVectors, isPrepared } from '../vector-checks.js';
import { phrasesOf } from '../words/phrases.js';
import { documentOrder } from './documents/document-order.js';
import { DocumentStore } from './documents/document-store.js';
import { HitReader } from './documents/hits.js';
import { type PreparedRows, preparedRows } from './documents/prepared-rows.js';
import { Checksums } from './file/checksums.js';
import { storageError, withStorageErrors } from './file/storage-error.js';
import { Transactions } from './file/transactions.js';
import { type EligiblePassages, eligiblePassages } from './filter/search-filter.js';
import { LedgerStore } from './ledger/ledger-store.js';
import { LexicalSearch } from './lexical/lexical-search.js';
import { PhraseSearch } from './lexical/phrase-search.js';
import type { IndexFile } from './opening/index-file.js';
import { IvfSearch } from './partitions/ivf-search.js';
import { PartitionStore } from './partitions/partition-store.js';
import { PassagePartitions } from './partitions/passage-partitions.js';
import { repairIndex, verifyIndex } from './upkeep/index-check.js';
import { readStats } from './upkeep/index-stats.js';
import { EXHAUSTIVE_PASSAGES, optimizeIndex } from './upkeep/optimize.js';
import { rankByMaxSim } from './vectors/passage-search.js';
import { INT8_CODEC, PassageVectors, RESIDUAL_CODEC, TABLE_CODEC } from './vectors/passage-vectors.js';
import { rankPassages, rescoreCandidates } from './vectors/rescoring.js';
import { ResidentVectors } from './vectors/resident-vectors.js';
import { VectorCache } from './vectors/vector-cache.js';

/** Of the memory for vectors, the part for those that exact ranking read; all of it is for exhaustive search. */
const CACHE_SHARE = 0.5;

/** Hits that are looked for until they can hardly be others, where not more than `FUSION_DEPTH` are asked for. */
const SETTLED = 10;

export interface SqliteIndexOptions {
  readonly threads?: number | undefined;
  readonly memoryBytes: number;
  readonly exhaustivePassages?: number | undefined;
  readonly preparation?: PreparationOptions | undefined;
}

/** The index over one SQLite file: exhaustive, exact search while that is quick; beyond, exact scores for what the partitions propose. */
export class SqliteIndex implements MultivectorIndex {
  readonly #file: IndexFile;
  readonly #threads: number | undefined;
  readonly #documents: DocumentStore;
  readonly #ledger: LedgerStore;
  readonly #transactions: Transactions;
  readonly #vectors: ResidentVectors;
  readonly #lexical: LexicalSearch;
  readonly #phrases: PhraseSearch;
  readonly #hits: HitReader;
  readonly #order: TieOrder;
  readonly #store: PartitionStore | null;
  readonly #ivf: IvfSearch | null;
  readonly #passagePartitions: PassagePartitions | null;
  readonly #preparation: Preparation;
  readonly #passageVectors: PassageVectors;
  readonly #cache: VectorCache;
  readonly #exhaustive: number;
  #hasCodebook = false;
  readonly #searches = new Set<Promise<unknown>>();
  #maxSim: Promise<MaxSim> | null = null;
  /** Changes that wait for their words, and such as came after them. */
  #changes = 0;
  #lastChange: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /** Takes the file over: `close` closes it. */
  constructor(file: IndexFile, options: SqliteIndexOptions) {
    this.#file = file;
    this.#threads = options.threads;
    this.#exhaustive = options.exhaustivePassages ?? EXHAUSTIVE_PASSAGES;
    const { db, path, encoder, format } = file;
    const store = format === 1 ? null : new PartitionStore(db, path, encoder.dim);
    const vectors = new PassageVectors(db, path, encoder.dim, format, () => store?.codebook() ?? null);
    this.#store = store;
    this.#passageVectors = vectors;
    this.#ivf = store && new IvfSearch(db, store, vectors, options.threads);
    this.#passagePartitions = store && new PassagePartitions(store);
    this.#preparation = new Preparation(() => vectors.table(), options.preparation);
    this.#transactions = new Transactions(db);
    this.#ledger = new LedgerStore(db);
    this.#documents = new DocumentStore(db, vectors, this.#passagePartitions);
    this.#vectors = new ResidentVectors(vectors, options.memoryBytes);
    this.#cache = new VectorCache(
      vectors,
      options.memoryBytes * CACHE_SHARE,
      vectors.byTable ? TABLE_CODEC : file.profile === 'compact' ? RESIDUAL_CODEC : INT8_CODEC,
    );
    this.#lexical = new LexicalSearch(file.db);
    this.#phrases = new PhraseSearch(file.db);
    this.#hits = new HitReader(file.db);
    this.#order = documentOrder(file.db);
  }

  get encoder(): EncoderIdentity {
    return this.#file.encoder;
  }

  requireEncoder(encoder: EncoderIdentity): void {
    checkEncoder(this.#file.path, this.#file.encoder, encoder);
  }

  readonly ledger: FileLedger = {
    files: async () => this.#read(() => this.#ledger.files()),
    filesAt: async (paths) => this.#read(() => this.#ledger.filesAt(paths)),
    skippedFiles: async () => this.#read(() => this.#ledger.skippedFiles()),
    roots: async () => this.#read(() => this.#ledger.roots()),
    write: (changes) => this.write(changes),
  };

  async upsert(document: DocumentInput, vectors: DocumentVectors): Promise<number> {
    return this.#inOrder(() => this.#upsert(document, vectors));
  }

  async prepare(vectors: TokenVectors): Promise<PreparedVectors[]> {
    this.#write(() => checkVectors(vectors, vectors.offsets.length - 1, this.#file.encoder, 'these texts'));
    return this.#tracked(() => this.#prepare(vectors));
  }

  async write(changes: readonly IndexChange[]): Promise<void> {
    const documents = changes.flatMap((change) => (change.kind === 'upsert' ? [change.document] : []));
    const making = this.#preparation.words(documents.map((document) => ({ document, passages: document.passages })));
    await this.#inOrder((words) => {
      const wordsOf = new Map(documents.map((document, at) => [document, words?.[at]]));
      this.#transactions.together(() => {
        for (const change of changes) this.#make(change, wordsOf);
      });
    }, making);
  }

  async move(from: string, to: string): Promise<boolean> {
    return this.#inOrder(() => this.#documents.move(from, to));
  }

  async delete(path: string): Promise<boolean> {
    return this.#inOrder(() => this.#documents.delete(path));
  }

  async get(path: string): Promise<StoredDocument | null> {
    return this.#read(() => this.#documents.get(path));
  }

  async getMany(paths: Iterable<string>): Promise<Map<string, StoredDocument>> {
    return this.#read(() => {
      const found = [...paths].flatMap((path) => this.#documents.get(path) ?? []);
      return new Map(found.map((document) => [document.path, document]));
    });
  }

  async locate(passageId: PassageId): Promise<PassagePlace | null> {
    return this.#read(() => this.#documents.locate(Number(passageId)));
  }

  async list(): Promise<DocumentEntry[]> {
    return this.#read(() => this.#documents.list());
  }

  async notedDocuments(): Promise<DocumentNotes[]> {
    return this.#read(() => this.#documents.notedDocuments());
  }

  async formatReadings(): Promise<FormatReading[]> {
    return this.#read(() => this.#documents.formatReadings());
  }

  async stats(): Promise<IndexStats> {
    return this.#read(() => readStats(this.#file, this.#store?.active() ?? null));
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    this.#requireOpen();
    const plan = planSearch(request, this.#file.encoder);
    return this.#tracked(async () => this.#search(plan));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #make(change: IndexChange, wordsOf: ReadonlyMap<DocumentInput, DocumentWords | undefined>): void {
    switch (change.kind) {
      case 'upsert':
        this.#upsert(change.document, change.vectors, wordsOf.get(change.document));
        break;
      case 'delete':
        this.#documents.delete(change.path);
        break;
      case 'move':
        this.#documents.move(change.from, change.to);
        break;
      case 'stamp':
        this.#documents.stamp(change.stamp);
        this.#ledger.stamp(change.stamp);
        break;
      case 'skip':
        this.#transactions.change(() => this.#ledger.skip(change.file));
        break;
      case 'unskip':
        this.#transactions.change(() => this.#ledger.unskip(change.path));
        break;
      case 'roots':
        this.#transactions.change(() => this.#ledger.setRoots(change.roots));
    }
  }

  #upsert(document: DocumentInput, vectors: DocumentVectors, words?: DocumentWords): number {
    if (!isPrepared(vectors)) {
      checkVectors(vectors, document.passages.length, this.#file.encoder, document.path);
      return this.#documents.upsert(document, this.#documents.prepare(vectors, this.#codec()), words);
    }
    checkPrepared(vectors.length, document.passages.length, document.path);
    return this.#documents.upsert(document, vectors as readonly PreparedRows[], words);
  }

  async #prepare(vectors: TokenVectors): Promise<PreparedRows[]> {
    const codec = this.#codec();
    if (codec !== TABLE_CODEC) return this.#documents.prepare(vectors, codec);
    const active = this.#passagePartitions?.active() ?? null;
    const rows = await this.#preparation.rows(vectors, active?.tree ?? null);
    return rows.map((passage) => preparedRows(passage, active?.version ?? null));
  }

  // In the order in which they were asked for, though one may wait for its words; none is lost by closing.
  #inOrder<T>(
    change: (words: DocumentWords[] | null) => T,
    making: Promise<DocumentWords[]> | null = null,
  ): T | Promise<T> {
    this.#requireWritable();
    const make = (words: DocumentWords[] | null) => {
      this.#file.requireInPlace();
      return withStorageErrors(this.#file.path, () => change(words));
    };
    if (making === null && this.#changes === 0) return make(null);
    this.#changes += 1;
    const made = Promise.all([making, this.#lastChange]).then(([words]) => make(words));
    const ended = () => {
      this.#changes -= 1;
    };
    this.#lastChange = made.then(ended, ended);
    return this.#tracked(() => made);
  }

  // The lexical side stands still in SQLite while it works, so it goes last: nothing can change before the hits are
  // read. Only where its passages are candidates of the semantic side too, it goes first.
  async #search({ limit, text, vectors, rows, unread, filter, signal }: SearchPlan): Promise<Hit[]> {
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
    const facts = { passages, maxBm25: words?.maxBm25() ?? 0, words: words?.words ?? Infinity, unread };
    const found =
      semantic && lexical
        ? fuse(semantic, lexical, facts, this.#order)
        : semantic
          ? alone(semantic, 'semantic', facts)
          : alone(lexical ?? [], 'lexical', facts);
    return this.#hits.read(found, limit, corrections);
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
    const kernel = await this.#kernel();
    if (eligible && eligible.size <= this.#exhaustive) {
      throwIfAborted(signal);
      const ranking = {
        query: vectors,
        vectors: this.#passageVectors,
        maxSim: kernel,
        depth,
        order: this.#order,
        signal,
      };
      // Without partitions the memory is for all vectors.
      const cached = this.#searchesPartitions(null) ? { ...ranking, cache: this.#cache } : ranking;
      return rankPassages([...eligible.ids()], cached);
    }
    return rankByMaxSim(vectors, depth, this.#vectors, kernel, eligible, this.#order, signal);
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
    const place = { vectors: this.#passageVectors, cache: this.#cache, maxSim: await this.#kernel() };
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
    return { ...vectors, data: this.#passageVectors.turned(vectors.data) };
  }

  // A codebook never goes again once it is there.
  #codec(): number {
    if (this.#passageVectors.byTable) return TABLE_CODEC;
    if (this.#file.profile !== 'compact') return INT8_CODEC;
    this.#hasCodebook ||= this.#store?.codebook() != null;
    return this.#hasCodebook ? RESIDUAL_CODEC : INT8_CODEC;
  }

  async explain(
    passageId: PassageId,
    query: TokenVectors,
    asked?: Pick<SearchRequest, 'text' | 'reading'>,
  ): Promise<RowMatch[] | null> {
    return this.#read(() => {
      checkVectors(query, 1, this.#file.encoder, 'the query');
      const rows = rowsAsked(query, asked);
      const weights = rows && this.#lexical.query(rows.text).rowWeights(rows);
      const stored = this.#passageVectors.get(Number(passageId));
      if (!stored || stored.rows === 0) return null;
      return matchRows(this.#turned(query), this.#passageVectors.decoded(stored), weights);
    });
  }

  optimize(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    return this.#change(async () => {
      await this.#preparation.rest();
      const { db, profile } = this.#file;
      await new Checksums(db).seal(this.#store!.active()?.id ?? null, async () => {
        await setImmediate();
        throwIfAborted(options.signal);
      });
      const parts = { db, store: this.#store!, vectors: this.#passageVectors, search: this.#ivf! };
      return optimizeIndex(
        {
          ...parts,
          maxSim: () => this.#kernel(),
          compact: profile === 'compact' && !this.#passageVectors.byTable,
          exhaustive: this.#exhaustive,
        },
        options,
      );
    });
  }

  async check(signal?: AbortSignal): Promise<IndexProblem[]> {
    this.#requireOpen();
    return this.#tracked(() => verifyIndex(this.#checkParts(), signal));
  }

  repair(signal?: AbortSignal): Promise<RepairReport> {
    return this.#change(() => repairIndex(this.#checkParts(), signal));
  }

  #checkParts() {
    return { file: this.#file, store: this.#store, vectors: this.#passageVectors, documents: this.#documents };
  }

  async #change<T>(action: () => Promise<T>): Promise<T> {
    this.#requireWritable();
    this.#file.requireInPlace();
    return this.#tracked(action);
  }

  // `close` waits for what runs.
  async #tracked<T>(action: () => Promise<T>): Promise<T> {
    const work = action();
    this.#searches.add(work);
    try {
      return await work;
    } catch (error) {
      throw storageError(error, this.#file.path);
    } finally {
      this.#searches.delete(work);
    }
  }

  // Made at the first semantic search: indexing and lexical search need no native library.
  #kernel(): Promise<MaxSim> {
    this.#maxSim ??= createMaxSim({
      dim: this.#file.encoder.dim,
      threads: this.#threads,
    });
    return this.#maxSim;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#searches);
    await this.#preparation.rest();
    try {
      await Promise.all([this.#maxSim?.then((kernel) => kernel.dispose()), this.#ivf?.dispose()]);
    } finally {
      withStorageErrors(this.#file.path, () => this.#file.close());
    }
  }

  #read<T>(action: () => T): T {
    this.#requireOpen();
    return withStorageErrors(this.#file.path, action);
  }

  #write<T>(action: () => T): T {
    this.#requireWritable();
    this.#file.requireInPlace();
    return withStorageErrors(this.#file.path, action);
  }

  #requireWritable(): void {
    this.#requireOpen();
    if (!this.#file.writable) {
      throw new GlotError(
        'index.read-only',
        `the index ${this.#file.path} was opened for reading; open it for writing`,
        { details: { file: this.#file.path } },
      );
    }
  }

  #requireOpen(): void {
    if (this.#closing) throw new GlotError('index.closed', `the index ${this.#file.path} was closed; open it again`);
  }
}
