import type { TokenVectors } from '@glot/kernels';
import type { RowMatch } from '../types.js';

/**
 * @param rows [n x dim] of one passage, at least one
 * @param weights of the query's rows
 */
export function matchRows(query: TokenVectors, rows: Float32Array, weights: readonly number[] | null): RowMatch[] {
  const { data, dim } = query;
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 0;
  const matches: RowMatch[] = [];
  for (let queryRow = 0; queryRow * dim < data.length; queryRow += 1) {
    let best = -Infinity;
    let row = 0;
    for (let at = 0; at * dim < rows.length; at += 1) {
      let dot = 0;
      for (let k = 0; k < dim; k += 1) dot += data[queryRow * dim + k]! * rows[at * dim + k]!;
      if (dot > best) {
        best = dot;
        row = at;
      }
    }
    const weight = total > 0 ? weights![queryRow]! / total : dim / data.length;
    matches.push({ queryRow, row, similarity: best, weight });
  }
  return matches;
}
