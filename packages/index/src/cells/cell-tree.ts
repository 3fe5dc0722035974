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
  const { dim, coarse, firstCell, centroids } = tree;
  const cells = new Uint32Array(rows.length / dim);
  const groups = firstCell.length - 1;
  for (let row = 0; row < cells.length; row += 1) {
    let first = -1;
    let second = -1;
    let firstScore = -Infinity;
    let secondScore = -Infinity;
    for (let group = 0; group < groups; group += 1) {
      const score = dot(rows, row * dim, coarse, group * dim, dim);
      if (score > firstScore) {
        second = first;
        secondScore = firstScore;
        first = group;
        firstScore = score;
      } else if (score > secondScore) {
        second = group;
        secondScore = score;
      }
    }
    let best = -Infinity;
    for (const group of [first, second]) {
      if (group < 0) continue;
      for (let cell = firstCell[group]!; cell < firstCell[group + 1]!; cell += 1) {
        const score = dot(rows, row * dim, centroids, cell * dim, dim);
        if (score > best) {
          best = score;
          cells[row] = cell;
        }
      }
    }
  }
  return cells;
}

// Four sums at a time: one would wait for itself at each step.
function dot(a: Float32Array, from: number, b: Float32Array, at: number, dim: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < dim; k += 4) {
    s0 += a[from + k]! * b[at + k]!;
    s1 += a[from + k + 1]! * b[at + k + 1]!;
    s2 += a[from + k + 2]! * b[at + k + 2]!;
    s3 += a[from + k + 3]! * b[at + k + 3]!;
  }
  for (; k < dim; k += 1) s0 += a[from + k]! * b[at + k]!;
  return s0 + s1 + (s2 + s3);
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
