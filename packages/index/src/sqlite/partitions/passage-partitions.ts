import { nearestCentroids } from '../../ivf/centroid-assigner.js';
import { type CentroidTree, distinct } from '../../ivf/centroid-tree.js';
import type { PartitionStore, PartitionVersion } from './partition-store.js';

/** Partitions of a version that the rows of one passage fall into, ascending. */
export interface PartitionsOfRows {
  readonly version: number;
  readonly partitions: Uint32Array;
}

/** Puts passages that come after a version was made into its partitions. */
export class PassagePartitions {
  readonly #store: PartitionStore;
  #version = 0;
  #tree: CentroidTree | null = null;

  constructor(store: PartitionStore) {
    this.#store = store;
  }

  /** The active version and its centroids; null where there is none. */
  active(): { readonly version: number; readonly tree: CentroidTree } | null {
    const version = this.#store.active();
    return version && { version: version.id, tree: this.#treeOf(version) };
  }

  /** Partitions of the active version; null where there is none. @param decoded [n x dim], asked for where there is one */
  of(decoded: () => Float32Array): PartitionsOfRows | null {
    const version = this.#store.active();
    const rows = version && decoded();
    return rows && rows.length > 0 ? this.#nearest(version, rows) : null;
  }

  /**
   * Within the transaction that stores the passage.
   * @param known as `of` gave them
   * @param rows asked for where another version is active by now
   */
  insert(passageId: number, known: PartitionsOfRows | null, rows: () => Float32Array): void {
    const version = this.#store.active();
    if (!version) return;
    const partitions = known?.version === version.id ? known : this.of(rows);
    if (partitions) this.#store.insertPartitions(version.id, passageId, partitions.partitions);
  }

  insertInto(version: PartitionVersion, passageId: number, rows: Float32Array): void {
    this.#store.insertPartitions(version.id, passageId, this.#nearest(version, rows).partitions);
  }

  #nearest(version: PartitionVersion, rows: Float32Array): PartitionsOfRows {
    return { version: version.id, partitions: distinct(nearestCentroids(this.#treeOf(version), rows)) };
  }

  #treeOf(version: PartitionVersion): CentroidTree {
    if (this.#version !== version.id || !this.#tree) {
      this.#tree = this.#store.tree(version);
      this.#version = version.id;
    }
    return this.#tree;
  }

  delete(first: number, last: number): void {
    this.#store.deletePartitionsOf(first, last);
  }
}
