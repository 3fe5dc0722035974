import type { TokenVectors } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { transposed } from '../../ivf/centroid-tree.js';
import { IvfIndex } from '../../ivf/ivf-index.js';
import { type CentroidScorer, createCentroidScorer } from '../../ivf/kernels/centroid-scorer.js';
import { SCORE_LANES } from '../../ivf/kernels/score-kernel.js';
import type { ScoredPassage } from '../../ranking/fusion.js';
import type { EligiblePassages } from '../filter/search-filter.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import type { PartitionStore, PartitionVersion } from './partition-store.js';

/** Probing goes wider for a filter that leaves a small share, but not without bound. */
const WIDEST_PROBE = 8;

export interface IvfQuery {
  /** One text. */
  readonly query: TokenVectors;
  /** Hits wanted. */
  readonly limit: number;
  readonly eligible: EligiblePassages | null;
  /** In place of the settings that were tuned for the version. */
  readonly settings?: { readonly nprobe: number; readonly depth: number } | undefined;
}

/** The partitions in memory. Follows changes of this and other processes, a new version of them included. */
export class IvfSearch {
  readonly #db: Database;
  readonly #store: PartitionStore;
  readonly #vectors: PassageVectors;
  readonly #threads: number | undefined;
  #version: PartitionVersion | null = null;
  #index: IvfIndex | null = null;
  #through = 0;
  #removal = 0;
  #scorer: Promise<CentroidScorer> | null = null;
  #room: Uint8Array = new Uint8Array(0);

  readonly #fixed: PartitionVersion | null;

  /**
   * @param fixed to search with in place of the active one
   * @param scorer to use; whoever made it disposes of it
   */
  constructor(
    db: Database,
    store: PartitionStore,
    vectors: PassageVectors,
    threads: number | undefined,
    fixed: PartitionVersion | null = null,
    scorer: CentroidScorer | null = null,
  ) {
    this.#fixed = fixed;
    this.#scorer = scorer ? Promise.resolve(scorer) : null;
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

  /** As of now; null where there are no partitions. @throws GlotError `index.corrupt` */
  current(): { readonly index: IvfIndex; readonly version: PartitionVersion } | null {
    return this.#db.transaction(() => {
      const version = this.#fixed ?? this.#store.active();
      if (version?.id !== this.#version?.id) this.#load(version);
      if (!version || !this.#index) return null;
      this.#version = version;
      for (const { passageId, partitions } of this.#store.partitionsAfter(version, this.#through)) {
        this.#index.add(passageId, partitions);
        this.#through = passageId;
      }
      for (const [seq, first, last] of this.#vectors.removals.after(this.#removal)) {
        this.#index.remove(first, last);
        this.#removal = seq;
      }
      return { index: this.#index, version };
    })();
  }

  #load(version: PartitionVersion | null): void {
    this.#version = null;
    this.#index = null;
    if (!version) return;
    const { tree, lists, ids } = this.#store.load(version);
    this.#index = new IvfIndex(tree, lists, ids);
    this.#through = version.throughPassage;
    this.#removal = version.removalSeq;
    this.#version = version;
  }

  scorer(): Promise<CentroidScorer> {
    this.#scorer ??= createCentroidScorer({
      dim: this.#vectors.dim,
      threads: this.#threads,
    });
    return this.#scorer;
  }

  /** Passages that deserve an exact score, with approximate ones, best first. Null where there are no partitions. */
  async candidates(request: IvfQuery): Promise<ScoredPassage[] | null> {
    const { query, limit, eligible, settings } = request;
    const scorer = await this.scorer();
    // No other work may come between the look at the version and its use.
    const now = this.current();
    if (!now) return null;
    const { dim, data } = query;
    const queryRows = data.length / dim;
    const { centroids } = now.index.tree;
    const width = Math.ceil(queryRows / SCORE_LANES) * SCORE_LANES;
    const size = (centroids.length / dim) * width;
    // Kept for the next query, unless another one runs beside this.
    const room = this.#room.length >= size ? this.#room : new Uint8Array(size);
    this.#room = new Uint8Array(0);
    const centroidScores = room.subarray(0, size);
    const padded = new Float32Array(width * dim);
    padded.set(data);
    await scorer.multiply(centroids, transposed(padded, dim), centroidScores);
    const { nprobe, depth } = settings ?? now.version;
    const share = eligible ? Math.min(WIDEST_PROBE, Math.max(1, now.index.live / Math.max(1, eligible.size))) : 1;
    const found = now.index.candidates({
      centroidScores,
      queryRows,
      nprobe: Math.ceil(nprobe * share),
      depth: Math.max(depth, limit * 4),
      allows: eligible ? (id) => eligible.has(id) : null,
    });
    this.#room = room;
    return found;
  }

  async dispose(): Promise<void> {
    await (await this.#scorer)?.dispose();
  }
}
