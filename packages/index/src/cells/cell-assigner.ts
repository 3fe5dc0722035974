import type { RowProducts } from '@glot/kernels';
import { ASSIGN_GROUPS, type CellTree, transposed } from './cell-tree.js';

/** Rows per product at most. */
const TILE_ROWS = 8192;

/** Assigns many rows to cells by matrix products: first to the best groups, then within each group. */
export class CellAssigner {
  readonly #tree: CellTree;
  readonly #products: RowProducts;
  readonly #coarse: Float32Array;
  /** Per group [dim x cells of it]. */
  readonly #groups: Float32Array[] = [];
  readonly #scores: Float32Array;
  readonly #gathered: Float32Array;

  constructor(tree: CellTree, products: RowProducts) {
    const { dim, coarse, firstCell, centroids } = tree;
    this.#tree = tree;
    this.#products = products;
    this.#coarse = transposed(coarse, dim);
    const groups = firstCell.length - 1;
    let widest = groups;
    for (let group = 0; group < groups; group += 1) {
      const rows = centroids.subarray(firstCell[group]! * dim, firstCell[group + 1]! * dim);
      this.#groups.push(transposed(rows, dim));
      widest = Math.max(widest, rows.length / dim);
    }
    this.#scores = new Float32Array(TILE_ROWS * widest);
    this.#gathered = new Float32Array(TILE_ROWS * dim);
  }

  /**
   * @param rows [n x dim]
   * @param cells [n] is filled
   */
  async assign(rows: Float32Array, cells: Uint32Array): Promise<void> {
    const { dim } = this.#tree;
    for (let start = 0; start < cells.length; start += TILE_ROWS) {
      const end = Math.min(start + TILE_ROWS, cells.length);
      await this.#assignTile(rows.subarray(start * dim, end * dim), cells.subarray(start, end));
    }
  }

  async #assignTile(rows: Float32Array, cells: Uint32Array): Promise<void> {
    const { dim, firstCell } = this.#tree;
    const groups = firstCell.length - 1;
    const scores = this.#scores;
    await this.#products.multiply(rows, this.#coarse, scores);
    const ranked = bestGroups(scores, cells.length, groups);
    const best = new Float32Array(cells.length).fill(-Infinity);
    const members = membersOf(ranked, groups);
    for (let group = 0; group < groups; group += 1) {
      const width = firstCell[group + 1]! - firstCell[group]!;
      const list = members[group]!;
      const gathered = this.#gathered;
      for (let at = 0; at < list.length; at += 1) {
        const row = list[at]!;
        gathered.set(rows.subarray(row * dim, (row + 1) * dim), at * dim);
      }
      await this.#products.multiply(gathered.subarray(0, list.length * dim), this.#groups[group]!, scores);
      for (let at = 0; at < list.length; at += 1) {
        const row = list[at]!;
        let top = best[row]!;
        let cell = -1;
        for (let column = 0, from = at * width; column < width; column += 1) {
          const score = scores[from + column]!;
          if (score > top) {
            top = score;
            cell = column;
          }
        }
        if (cell < 0) continue;
        best[row] = top;
        cells[row] = firstCell[group]! + cell;
      }
    }
  }
}

// [rows x ASSIGN_GROUPS]: the best groups of each row; the group count stands for none.
function bestGroups(scores: Float32Array, rows: number, groups: number): Uint32Array {
  const ranked = new Uint32Array(rows * ASSIGN_GROUPS).fill(groups);
  for (let row = 0; row < rows; row += 1) {
    let first = groups;
    let second = groups;
    let firstScore = -Infinity;
    let secondScore = -Infinity;
    for (let group = 0, from = row * groups; group < groups; group += 1) {
      const score = scores[from + group]!;
      if (score <= secondScore) continue;
      if (score > firstScore) {
        second = first;
        secondScore = firstScore;
        first = group;
        firstScore = score;
      } else {
        second = group;
        secondScore = score;
      }
    }
    ranked[row * 2] = first;
    ranked[row * 2 + 1] = second;
  }
  return ranked;
}

// Rows by group, ascending.
function membersOf(ranked: Uint32Array, groups: number): Uint32Array[] {
  const counts = new Uint32Array(groups + 1);
  for (const group of ranked) counts[group]! += 1;
  const members = Array.from({ length: groups }, (_, group) => new Uint32Array(counts[group]!));
  counts.fill(0);
  for (let at = 0; at < ranked.length; at += 1) {
    const group = ranked[at]!;
    if (group < groups) members[group]![counts[group]!++] = Math.floor(at / ASSIGN_GROUPS);
  }
  return members;
}
