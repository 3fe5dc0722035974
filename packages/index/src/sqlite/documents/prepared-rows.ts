import type { TableRows } from '../../preparing/row-coding.js';
import type { PreparedVectors } from '../../types.js';
import type { PartitionsOfRows } from '../partitions/passage-partitions.js';
import { bytesOf, type CodedRows, TABLE_CODEC } from '../vectors/passage-vectors.js';

/** The vectors of one passage, with their partitions of the version that was active. */
export interface PreparedRows extends PreparedVectors, CodedRows {
  readonly partitions: PartitionsOfRows | null;
}

/** @param version whose partitions they were put into; null where there was none */
export function preparedRows({ rows, codes, norms, partitions }: TableRows, version: number | null): PreparedRows {
  return {
    rows,
    codec: TABLE_CODEC,
    codes: bytesOf(codes),
    scales: bytesOf(norms),
    partitions: partitions && version !== null ? { version, partitions } : null,
  };
}
