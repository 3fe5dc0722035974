import { MatrixDots } from '@glot/kernels';

/**
 * Centroids of token vectors in two levels: few coarse ones, each with its own cells. A row belongs to the best cell
 * below the best coarse centroids by dot product; the same rule holds wherever cells are assigned.
 */
export interface CellTree {
  readonly dim: number;
  /** [groups x dim] unit rows. */
  readonly coarse: Float32Array;
  /** [groups + 1]; the cells of group g are `firstCell[g] .. firstCell[g + 1]`, never none. */
  readonly firstCell: Uint32Array;
  /** [cells x dim] unit rows. */
  readonly centroids: Float32Array;
}

/** Groups that are looked into for the best cell of a row. */
export const ASSIGN_GROUPS = 2;

export function cellCount(tree: CellTree): number {
  return tree.firstCell[tree.firstCell.length - 1]!;
}

/**
 * The cell of each row, one after the other: for the few rows of a changed document.
 * @param rows [n x dim]
 * @returns [n]
 */
export function nearestCells(tree: CellTree, rows: Float32Array): Uint32Array {
  const { dim, firstCell } = tree;
  const { coarse, centroids } = dotsOf(tree);
  const cells = new Uint32Array(rows.length / dim);
  for (let row = 0; row < cells.length; row += 1) {
    const values = rows.subarray(row * dim, (row + 1) * dim);
    coarse.row.set(values);
    centroids.row.set(values);
    let best = -Infinity;
    for (const group of bestTwo(coarse.products(0, firstCell.length - 1))) {
      if (group < 0) continue;
      const first = firstCell[group]!;
      const products = centroids.products(first, firstCell[group + 1]!);
      for (let at = 0; at < products.length; at += 1) {
        if (!(products[at]! > best)) continue;
        best = products[at]!;
        cells[row] = first + at;
      }
    }
  }
  return cells;
}

// ASSIGN_GROUPS of them; -1 where there is no second.
function bestTwo(products: Float32Array): [first: number, second: number] {
  let first = -1;
  let second = -1;
  for (let at = 0; at < products.length; at += 1) {
    if (first < 0 || products[at]! > products[first]!) {
      second = first;
      first = at;
    } else if (second < 0 || products[at]! > products[second]!) second = at;
  }
  return [first, second];
}

interface TreeDots {
  readonly coarse: MatrixDots;
  readonly centroids: MatrixDots;
}

const trees = new WeakMap<CellTree, TreeDots>();

function dotsOf(tree: CellTree): TreeDots {
  let dots = trees.get(tree);
  if (!dots) {
    const { coarse, centroids, dim } = tree;
    dots = { coarse: new MatrixDots(coarse, dim), centroids: new MatrixDots(centroids, dim) };
    trees.set(tree, dots);
  }
  return dots;
}

/** [rows x columns] -> [columns x rows] */
export function transposed(data: Float32Array, columns: number): Float32Array {
  const rows = data.length / columns;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) result[column * rows + row] = data[row * columns + column]!;
  }
  return result;
}

/** Distinct values, ascending. */
export function distinct(cells: Uint32Array): Uint32Array {
  const sorted = cells.slice().sort();
  let count = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[count++] = sorted[at]!;
  }
  return sorted.slice(0, count);
}
