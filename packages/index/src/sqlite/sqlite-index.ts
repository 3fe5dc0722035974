import { setImmediate } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import type { DocumentWords } from '../preparing/document-words.js';
import { Preparation, type PreparationOptions } from '../preparing/preparation.js';
import { planSearch } from '../ranking/search-request.js';
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
  SearchRequest,
  StoredDocument,
} from '../types.js';
import { checkEncoder, checkPrepared, checkVectors, isPrepared } from '../vector-checks.js';
import { DocumentStore } from './documents/document-store.js';
import { type PreparedRows, preparedRows } from './documents/prepared-rows.js';
import { Checksums } from './file/checksums.js';
import { storageError, withStorageErrors } from './file/storage-error.js';
import { Transactions } from './file/transactions.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { IndexFile } from './opening/index-file.js';
import { IvfSearch } from './partitions/ivf-search.js';
import { PartitionStore } from './partitions/partition-store.js';
import { PassagePartitions } from './partitions/passage-partitions.js';
import { SqliteSearch } from './search/sqlite-search.js';
import { repairIndex, verifyIndex } from './upkeep/index-check.js';
import { readStats } from './upkeep/index-stats.js';
import { EXHAUSTIVE_PASSAGES, optimizeIndex } from './upkeep/optimize.js';
import { INT8_CODEC, PassageVectors, RESIDUAL_CODEC, TABLE_CODEC } from './vectors/passage-vectors.js';

export interface SqliteIndexOptions {
  readonly threads?: number | undefined;
  readonly memoryBytes: number;
  readonly exhaustivePassages?: number | undefined;
  readonly preparation?: PreparationOptions | undefined;
}

/** The index over one SQLite file: its life, and the order of its changes. */
export class SqliteIndex implements MultivectorIndex {
  readonly #file: IndexFile;
  readonly #documents: DocumentStore;
  readonly #ledger: LedgerStore;
  readonly #transactions: Transactions;
  readonly #store: PartitionStore | null;
  readonly #ivf: IvfSearch | null;
  readonly #passagePartitions: PassagePartitions | null;
  readonly #preparation: Preparation;
  readonly #vectors: PassageVectors;
  readonly #search: SqliteSearch;
  readonly #exhaustive: number;
  #hasCodebook = false;
  readonly #running = new Set<Promise<unknown>>();
  /** Changes that wait for their words, and such as came after them. */
  #changes = 0;
  #lastChange: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /** Takes the file over: `close` closes it. */
  constructor(file: IndexFile, options: SqliteIndexOptions) {
    this.#file = file;
    this.#exhaustive = options.exhaustivePassages ?? EXHAUSTIVE_PASSAGES;
    const { db, path, encoder, format } = file;
    const store = format === 1 ? null : new PartitionStore(db, path, encoder.dim);
    const vectors = new PassageVectors(db, path, encoder.dim, format, () => store?.codebook() ?? null);
    this.#store = store;
    this.#vectors = vectors;
    this.#ivf = store && new IvfSearch(db, store, vectors, options.threads);
    this.#search = new SqliteSearch(file, vectors, this.#ivf, { ...options, exhaustive: this.#exhaustive });
    this.#passagePartitions = store && new PassagePartitions(store);
    this.#preparation = new Preparation(() => vectors.table(), options.preparation);
    this.#transactions = new Transactions(db);
    this.#ledger = new LedgerStore(db);
    this.#documents = new DocumentStore(db, vectors, this.#passagePartitions);
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
    return this.#tracked(() => this.#search.search(plan));
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

  // A codebook never goes again once it is there.
  #codec(): number {
    if (this.#vectors.byTable) return TABLE_CODEC;
    if (this.#file.profile !== 'compact') return INT8_CODEC;
    this.#hasCodebook ||= this.#store?.codebook() != null;
    return this.#hasCodebook ? RESIDUAL_CODEC : INT8_CODEC;
  }

  async explain(
    passageId: PassageId,
    query: TokenVectors,
    asked?: Pick<SearchRequest, 'text' | 'reading'>,
  ): Promise<RowMatch[] | null> {
    return this.#read(() => this.#search.explain(passageId, query, asked));
  }

  optimize(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    return this.#change(async () => {
      await this.#preparation.rest();
      const { db, profile } = this.#file;
      await new Checksums(db).seal(this.#store!.active()?.id ?? null, async () => {
        await setImmediate();
        throwIfAborted(options.signal);
      });
      const parts = { db, store: this.#store!, vectors: this.#vectors, search: this.#ivf! };
      return optimizeIndex(
        {
          ...parts,
          maxSim: () => this.#search.maxSim(),
          recodes: profile === 'compact' && !this.#vectors.byTable,
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
    return { file: this.#file, store: this.#store, vectors: this.#vectors, documents: this.#documents };
  }

  async #change<T>(action: () => Promise<T>): Promise<T> {
    this.#requireWritable();
    this.#file.requireInPlace();
    return this.#tracked(action);
  }

  // `close` waits for what runs.
  async #tracked<T>(action: () => Promise<T>): Promise<T> {
    const work = action();
    this.#running.add(work);
    try {
      return await work;
    } catch (error) {
      throw storageError(error, this.#file.path);
    } finally {
      this.#running.delete(work);
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#preparation.rest();
    try {
      await this.#search.dispose();
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
