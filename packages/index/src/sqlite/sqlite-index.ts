import { GlotError } from '@glot/errors';
import { createMaxSim, type MaxSim, type TokenVectors } from '@glot/kernels';
import { FUSION_DEPTH, fuse } from '../fusion.js';
import { planSearch, type SearchPlan } from '../search-request.js';
import type {
  DocumentInput,
  EncoderIdentity,
  Hit,
  IndexStats,
  MultivectorIndex,
  SearchRequest,
  SkippedInput,
  StoredFile,
} from '../types.js';
import { checkEncoder, checkVectors } from '../vector-checks.js';
import { DocumentStore } from './document-store.js';
import { HitReader } from './hits.js';
import type { IndexFile } from './index-file.js';
import { readStats } from './index-stats.js';
import { LexicalSearch, rankByMaxSim } from './passage-search.js';
import { PassageVectors } from './passage-vectors.js';
import { ResidentVectors } from './resident-vectors.js';
import { storageError, withStorageErrors } from './storage-error.js';

export interface SqliteIndexOptions {
  readonly threads?: number | undefined;
  readonly memoryBytes: number;
}

/** The index over one SQLite file: exhaustive, exact search. */
export class SqliteIndex implements MultivectorIndex {
  readonly #file: IndexFile;
  readonly #threads: number | undefined;
  readonly #documents: DocumentStore;
  readonly #vectors: ResidentVectors;
  readonly #lexical: LexicalSearch;
  readonly #hits: HitReader;
  readonly #searches = new Set<Promise<unknown>>();
  #maxSim: Promise<MaxSim> | null = null;
  #closing: Promise<void> | null = null;

  /** Takes the file over: `close` closes it. */
  constructor(file: IndexFile, options: SqliteIndexOptions) {
    this.#file = file;
    this.#threads = options.threads;
    const vectors = new PassageVectors(file.db, file.path, file.encoder.dim);
    this.#documents = new DocumentStore(file.db, vectors);
    this.#vectors = new ResidentVectors(vectors, options.memoryBytes);
    this.#lexical = new LexicalSearch(file.db);
    this.#hits = new HitReader(file.db);
  }

  requireEncoder(encoder: EncoderIdentity): void {
    checkEncoder(this.#file.path, this.#file.encoder, encoder);
  }

  upsert(document: DocumentInput, vectors: TokenVectors): number {
    return this.#write(() => {
      checkVectors(vectors, document.passages.length, this.#file.encoder, document.path);
      return this.#documents.upsert(document, vectors);
    });
  }

  touch(path: string, sizeBytes: number, modifiedMs: number): void {
    this.#write(() => this.#documents.touch(path, sizeBytes, modifiedMs));
  }

  skip(file: SkippedInput): void {
    this.#write(() => this.#documents.skip(file));
  }

  delete(path: string): boolean {
    return this.#write(() => this.#documents.delete(path));
  }

  get(path: string): (DocumentInput & { readonly id: number }) | null {
    return this.#read(() => this.#documents.get(path));
  }

  files(): StoredFile[] {
    return this.#read(() => this.#documents.files());
  }

  skippedFiles(): SkippedInput[] {
    return this.#read(() => this.#documents.skippedFiles());
  }

  stats(): IndexStats {
    return this.#read(() => readStats(this.#file));
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    this.#requireOpen();
    const search = this.#search(planSearch(request, this.#file.encoder));
    this.#searches.add(search);
    try {
      return await search;
    } catch (error) {
      throw storageError(error, this.#file.path);
    } finally {
      this.#searches.delete(search);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  // The lexical side stands still in SQLite while it works, so it goes last: nothing can change before the hits are read.
  async #search({ limit, text, vectors, signal }: SearchPlan): Promise<Hit[]> {
    const depth = Math.max(limit, FUSION_DEPTH);
    const semantic = vectors && (await rankByMaxSim(vectors, depth, this.#vectors, await this.#kernel(), signal));
    const lexical = text === null ? null : this.#lexical.rank(text, depth);
    const ranking = semantic && lexical ? fuse(semantic, lexical) : (semantic ?? lexical ?? []);
    return this.#hits.read(ranking, limit, { semantic, lexical });
  }

  // Made at the first semantic search: indexing and lexical search need no native library.
  #kernel(): Promise<MaxSim> {
    this.#maxSim ??= createMaxSim({
      dim: this.#file.encoder.dim,
      ...(this.#threads !== undefined && { threads: this.#threads }),
    });
    return this.#maxSim;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#searches);
    try {
      await (await this.#maxSim)?.dispose();
    } finally {
      withStorageErrors(this.#file.path, () => this.#file.close());
    }
  }

  #read<T>(action: () => T): T {
    this.#requireOpen();
    return withStorageErrors(this.#file.path, action);
  }

  #write<T>(action: () => T): T {
    this.#requireOpen();
    if (!this.#file.writable) {
      throw new GlotError(
        'index.read-only',
        `the index ${this.#file.path} was opened for reading; open it for writing`,
      );
    }
    return withStorageErrors(this.#file.path, action);
  }

  #requireOpen(): void {
    if (this.#closing) throw new GlotError('index.closed', `the index ${this.#file.path} was closed; open it again`);
  }
}
