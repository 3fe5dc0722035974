import { PACKED_COLUMNS, TOP_LEVEL } from '@glot/kernels';

/** The best cells of one query row. */
export interface RankedCells {
  /** Best first; the lower cell first where two are equal. */
  readonly cells: Uint32Array;
  /** [cells] */
  readonly levels: Uint8Array;
  /** No cell beyond these has more. */
  readonly floor: number;
}

/**
 * @param levels [queryRows / 4 x cellTotal x 4], as packed products come
 * @param row of the query
 * @param wanted cells
 */
export function rankCells(levels: Uint8Array, cellTotal: number, row: number, wanted: number): RankedCells {
  const kept = Math.min(wanted, cellTotal);
  const first = Math.floor(row / PACKED_COLUMNS) * cellTotal * PACKED_COLUMNS + (row % PACKED_COLUMNS);
  const end = first + cellTotal * PACKED_COLUMNS;
  // Where the cells of each level start, the highest level first.
  const next = new Uint32Array(TOP_LEVEL + 1);
  for (let at = first; at < end; at += PACKED_COLUMNS) next[levels[at]!]! += 1;
  let floor = TOP_LEVEL;
  let above = 0;
  for (let level = TOP_LEVEL; level >= 0; level -= 1) {
    const count = next[level]!;
    next[level] = above;
    floor = level;
    if (above + count >= kept) break;
    above += count;
  }
  const cells = new Uint32Array(kept);
  const cellLevels = new Uint8Array(kept);
  for (let at = first, cell = 0; at < end; at += PACKED_COLUMNS, cell += 1) {
    const level = levels[at]!;
    if (level < floor) continue;
    const place = next[level]!++;
    if (place >= kept) continue;
    cells[place] = cell;
    cellLevels[place] = level;
  }
  return { cells, levels: cellLevels, floor };
}
