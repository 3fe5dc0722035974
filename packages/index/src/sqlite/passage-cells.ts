import { type CellTree, distinct, nearestCells } from '../cells/cell-tree.js';
import type { Generation, GenerationStore } from './generation-store.js';

/** Puts passages that come after a generation was made into its cells. */
export class PassageCells {
  readonly #store: GenerationStore;
  #generation = 0;
  #tree: CellTree | null = null;

  constructor(store: GenerationStore) {
    this.#store = store;
  }

  /** Within the transaction that stores the passage. @param rows [n x dim] */
  insert(passageId: number, rows: Float32Array): void {
    const generation = this.#store.active();
    if (generation && rows.length > 0) this.insertInto(generation, passageId, rows);
  }

  insertInto(generation: Pick<Generation, 'id'> & Generation, passageId: number, rows: Float32Array): void {
    if (this.#generation !== generation.id || !this.#tree) {
      this.#tree = this.#store.tree(generation);
      this.#generation = generation.id;
    }
    this.#store.insertCells(generation.id, passageId, distinct(nearestCells(this.#tree, rows)));
  }

  delete(first: number, last: number): void {
    this.#store.deleteCellsOf(first, last);
  }
}
