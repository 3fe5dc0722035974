import type { TableRows } from '../../preparing/row-coding.js';
import type { PreparedVectors } from '../../types.js';
import type { CellsOfRows } from '../partitions/passage-partitions.js';
import { bytesOf, type CodedRows, TABLE_CODEC } from '../vectors/passage-vectors.js';

/** The vectors of one passage, with their cells of the generation that was active. */
export interface PreparedRows extends PreparedVectors, CodedRows {
  readonly cells: CellsOfRows | null;
}

/** @param generation whose cells they were put into; null where there was none */
export function preparedRows({ rows, codes, norms, cells }: TableRows, generation: number | null): PreparedRows {
  return {
    rows,
    codec: TABLE_CODEC,
    codes: bytesOf(codes),
    scales: bytesOf(norms),
    cells: cells && generation !== null ? { generation, cells } : null,
  };
}
