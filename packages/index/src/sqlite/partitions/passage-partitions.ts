import { nearestCells } from '../../ivf/centroid-assigner.js';
import { type CellTree, distinct } from '../../ivf/centroid-tree.js';
import type { Generation, GenerationStore } from './partition-store.js';

/** Cells of a generation that the rows of one passage fall into, ascending. */
export interface CellsOfRows {
  readonly generation: number;
  readonly cells: Uint32Array;
}

/** Puts passages that come after a generation was made into its cells. */
export class PassageCells {
  readonly #store: GenerationStore;
  #generation = 0;
  #tree: CellTree | null = null;

  constructor(store: GenerationStore) {
    this.#store = store;
  }

  /** The active generation and its centroids; null where there is none. */
  active(): { readonly generation: number; readonly tree: CellTree } | null {
    const generation = this.#store.active();
    return generation && { generation: generation.id, tree: this.#treeOf(generation) };
  }

  /** Cells of the active generation; null where there is none. @param decoded [n x dim], asked for where there is one */
  of(decoded: () => Float32Array): CellsOfRows | null {
    const generation = this.#store.active();
    const rows = generation && decoded();
    return rows && rows.length > 0 ? this.#nearest(generation, rows) : null;
  }

  /**
   * Within the transaction that stores the passage.
   * @param known as `of` gave them
   * @param rows asked for where another generation is active by now
   */
  insert(passageId: number, known: CellsOfRows | null, rows: () => Float32Array): void {
    const generation = this.#store.active();
    if (!generation) return;
    const cells = known?.generation === generation.id ? known : this.of(rows);
    if (cells) this.#store.insertCells(generation.id, passageId, cells.cells);
  }

  insertInto(generation: Generation, passageId: number, rows: Float32Array): void {
    this.#store.insertCells(generation.id, passageId, this.#nearest(generation, rows).cells);
  }

  #nearest(generation: Generation, rows: Float32Array): CellsOfRows {
    return { generation: generation.id, cells: distinct(nearestCells(this.#treeOf(generation), rows)) };
  }

  #treeOf(generation: Generation): CellTree {
    if (this.#generation !== generation.id || !this.#tree) {
      this.#tree = this.#store.tree(generation);
      this.#generation = generation.id;
    }
    return this.#tree;
  }

  delete(first: number, last: number): void {
    this.#store.deleteCellsOf(first, last);
  }
}
