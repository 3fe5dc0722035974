import type { TokenVectors } from '@glot/kernels';
import type { RowMatch } from './types.js';

/** @param rows [n x dim] of one passage, at least one */
export function matchRows(query: TokenVectors, rows: Float32Array): RowMatch[] {
  const { data, dim } = query;
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
    matches.push({ queryRow, row, similarity: best });
  }
  return matches;
}
