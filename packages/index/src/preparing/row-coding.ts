import { RowCodec, type RowTable, type TokenVectors } from '@glot/kernels';
import { decodeTableRows } from '../codecs/table-rows.js';
import { nearestCentroids } from '../ivf/centroid-assigner.js';
import { type CentroidTree, distinct } from '../ivf/centroid-tree.js';

/** The vectors of one passage as they are stored. */
export interface TableRows {
  readonly rows: number;
  /** [rows x bytes of a row] */
  readonly codes: Uint8Array;
  /** [rows], or none where all are 1. */
  readonly norms: Float32Array;
  /** Those that its rows fall into, ascending; null where there are no partitions, or no rows. */
  readonly partitions: Uint32Array | null;
}

/** Codes rows by a table and finds their partitions. */
export class RowCoding {
  readonly codec: RowCodec;

  /** @throws GlotError `kernels.shape`, `kernels.out-of-memory` */
  constructor(table: RowTable) {
    this.codec = new RowCodec(table);
  }

  /** @param vectors finite @returns one for each text; their codes share one buffer */
  code({ data, offsets, dim }: TokenVectors, tree: CentroidTree | null): TableRows[] {
    const { rowBytes } = this.codec;
    const all = new Uint8Array((data.length / dim) * rowBytes);
    return Array.from({ length: offsets.length - 1 }, (_, text) => {
      const [first, end] = [offsets[text]!, offsets[text + 1]!];
      const made = this.codec.encode(data.subarray(first * dim, end * dim));
      const codes = all.subarray(first * rowBytes, end * rowBytes);
      codes.set(made.codes);
      const coded = { rows: end - first, codes, norms: made.norms };
      return { ...coded, partitions: tree && coded.rows > 0 ? this.#partitionsOf(coded, tree) : null };
    });
  }

  #partitionsOf({ rows, codes, norms }: Omit<TableRows, 'partitions'>, tree: CentroidTree): Uint32Array {
    const decoded = new Float32Array(rows * this.codec.dim);
    decodeTableRows(this.codec, codes, norms, decoded, 0);
    return distinct(nearestCentroids(tree, decoded));
  }
}
