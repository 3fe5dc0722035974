import { createPackedProducts, LEVEL_COLUMNS, type PackedProducts, type TokenVectors } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { transposed } from '../../ivf/centroid-tree.js';
import { CellIndex } from '../../ivf/ivf-index.js';
import type { ScoredPassage } from '../../ranking/fusion.js';
import type { EligiblePassages } from '../filter/search-filter.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import type { Generation, GenerationStore } from './partition-store.js';

/** Probing goes wider for a filter that leaves a small share, but not without bound. */
const WIDEST_PROBE = 8;

export interface CellQuery {
  /** One text. */
  readonly query: TokenVectors;
  /** Hits wanted. */
  readonly limit: number;
  readonly eligible: EligiblePassages | null;
  /** In place of the settings that were tuned for the generation. */
  readonly settings?: { readonly probeCells: number; readonly depth: number } | undefined;
}

/** The generation in memory. Follows changes of this and other processes, a new generation included. */
export class CellSearch {
  readonly #db: Database;
  readonly #store: GenerationStore;
  readonly #vectors: PassageVectors;
  readonly #threads: number | undefined;
  #generation: Generation | null = null;
  #index: CellIndex | null = null;
  #through = 0;
  #removal = 0;
  #packed: Promise<PackedProducts> | null = null;
  #levels: Uint8Array = new Uint8Array(0);

  readonly #fixed: Generation | null;

  /**
   * @param fixed to search with in place of the active one
   * @param packed to use; whoever made it disposes of it
   */
  constructor(
    db: Database,
    store: GenerationStore,
    vectors: PassageVectors,
    threads: number | undefined,
    fixed: Generation | null = null,
    packed: PackedProducts | null = null,
  ) {
    this.#fixed = fixed;
    this.#packed = packed ? Promise.resolve(packed) : null;
    this.#db = db;
    this.#store = store;
    this.#vectors = vectors;
    this.#threads = threads;
  }

  get threads(): number | undefined {
    return this.#threads;
  }

  /** The last passage that memory knows of. */
  get through(): number {
    return this.#through;
  }

  /** As of now; null where there is no generation. @throws GlotError `index.corrupt` */
  current(): { readonly index: CellIndex; readonly generation: Generation } | null {
    return this.#db.transaction(() => {
      const generation = this.#fixed ?? this.#store.active();
      if (generation?.id !== this.#generation?.id) this.#load(generation);
      if (!generation || !this.#index) return null;
      this.#generation = generation;
      for (const { passageId, cells } of this.#store.cellsAfter(generation, this.#through)) {
        this.#index.add(passageId, cells);
        this.#through = passageId;
      }
      for (const [seq, first, last] of this.#vectors.removalsAfter(this.#removal)) {
        this.#index.remove(first, last);
        this.#removal = seq;
      }
      return { index: this.#index, generation };
    })();
  }

  #load(generation: Generation | null): void {
    this.#generation = null;
    this.#index = null;
    if (!generation) return;
    const { tree, lists, ids } = this.#store.load(generation);
    this.#index = new CellIndex(tree, lists, ids);
    this.#through = generation.throughPassage;
    this.#removal = generation.removalSeq;
    this.#generation = generation;
  }

  packed(): Promise<PackedProducts> {
    this.#packed ??= createPackedProducts({
      dim: this.#vectors.dim,
      threads: this.#threads,
    });
    return this.#packed;
  }

  /** Passages that deserve an exact score, with rough ones, best first. Null where there is no generation. */
  async candidates(request: CellQuery): Promise<ScoredPassage[] | null> {
    const { query, limit, eligible, settings } = request;
    const packed = await this.packed();
    // No other work may come between the look at the generation and its use.
    const now = this.current();
    if (!now) return null;
    const { dim, data } = query;
    const queryRows = data.length / dim;
    const { centroids } = now.index.tree;
    const width = Math.ceil(queryRows / LEVEL_COLUMNS) * LEVEL_COLUMNS;
    const size = (centroids.length / dim) * width;
    // Kept for the next query, unless another one runs beside this.
    const room = this.#levels.length >= size ? this.#levels : new Uint8Array(size);
    this.#levels = new Uint8Array(0);
    const levels = room.subarray(0, size);
    const padded = new Float32Array(width * dim);
    padded.set(data);
    await packed.multiply(centroids, transposed(padded, dim), levels);
    const { probeCells, depth } = settings ?? now.generation;
    const share = eligible ? Math.min(WIDEST_PROBE, Math.max(1, now.index.live / Math.max(1, eligible.size))) : 1;
    const found = now.index.candidates({
      levels,
      queryRows,
      cells: Math.ceil(probeCells * share),
      depth: Math.max(depth, limit * 4),
      allows: eligible ? (id) => eligible.has(id) : null,
    });
    this.#levels = room;
    return found;
  }

  async dispose(): Promise<void> {
    await (await this.#packed)?.dispose();
  }
}
