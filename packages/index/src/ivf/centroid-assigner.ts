import { quantizeRows } from '@glot/kernels';
import { type CentroidTree, centroidCount } from './centroid-tree.js';
import { NearestColumns } from './kernels/nearest-columns.js';

/** Rows at a time; the more there are, the fuller the groups. */
const TILE_ROWS = 16_384;

/** How near the second best group must be, as a share of the best one's product, to be looked into for a row's partition. */
const NEAR_SHARE = 0.9;

/**
 * Assigns rows to partitions: a row belongs to the best partition below the best coarse centroid, or below the second best where that
 * is near, by dot product. In whole numbers, so that a row has the same partition wherever it is assigned.
 */
export class CentroidAssigner {
  readonly #tree: CentroidTree;
  /** Coarse centroids, then those of the partitions. */
  readonly #nearest: NearestColumns;
  readonly #best = new Int32Array(TILE_ROWS);

  /** @throws GlotError `kernels.out-of-memory` */
  constructor(tree: CentroidTree) {
    const { dim, coarse, centroids } = tree;
    this.#tree = tree;
    const groups = coarse.length / dim;
    this.#nearest = new NearestColumns(dim, { rows: TILE_ROWS, columns: groups + centroidCount(tree) });
    this.#nearest.setColumns(coarse, centroids);
  }

  /**
   * @param codes [n x dim] int8 of rows, whatever their scales
   * @param partitions [n] is filled
   */
  assign(codes: Int8Array, partitions: Uint32Array): void {
    const { dim } = this.#tree;
    for (let start = 0; start < partitions.length; start += TILE_ROWS) {
      const end = Math.min(start + TILE_ROWS, partitions.length);
      this.#nearest.setRows(codes.subarray(start * dim, end * dim));
      this.#assignTile(partitions.subarray(start, end));
    }
  }

  #assignTile(partitions: Uint32Array): void {
    const { firstCentroid } = this.#tree;
    const groups = firstCentroid.length - 1;
    const { members, starts } = this.#membersOfGroups(partitions.length, groups);
    const best = this.#best.fill(-(2 ** 31));
    for (let group = 0; group < groups; group += 1) {
      const list = members.subarray(starts[group]!, starts[group + 1]!);
      if (list.length === 0) continue;
      const first = firstCentroid[group]!;
      const { columns, products } = this.#nearest.rank(list, groups + first, groups + firstCentroid[group + 1]!);
      for (let at = 0; at < list.length; at += 1) {
        const row = list[at]!;
        if (products[at]! <= best[row]!) continue;
        best[row] = products[at]!;
        partitions[row] = first + columns[at]!;
      }
    }
  }

  /** Rows by group: those of group g are `members[starts[g] .. starts[g + 1]]`. */
  #membersOfGroups(rows: number, groups: number): { readonly members: Uint32Array; readonly starts: Uint32Array } {
    const ranks = groups > 1 ? 2 : 1;
    const { columns, products } = this.#nearest.rank(rows, 0, groups, ranks);
    // A row that is not near a second group counts for none.
    const group = columns.slice();
    for (let row = rows; row < group.length; row += 1) {
      if (products[row]! < products[row - rows]! * NEAR_SHARE) group[row] = groups;
    }
    const starts = new Uint32Array(groups + 2);
    for (const one of group) starts[one + 1]! += 1;
    for (let at = 0; at <= groups; at += 1) starts[at + 1]! += starts[at]!;
    const members = new Uint32Array(group.length);
    const next = starts.slice();
    for (let at = 0; at < group.length; at += 1) members[next[group[at]!]!++] = at < rows ? at : at - rows;
    return { members, starts };
  }
}

const assigners = new WeakMap<CentroidTree, CentroidAssigner>();

/** The partition of each row. @param rows [n x dim] @returns [n] */
export function nearestCentroids(tree: CentroidTree, rows: Float32Array): Uint32Array {
  let assigner = assigners.get(tree);
  if (!assigner) {
    assigner = new CentroidAssigner(tree);
    assigners.set(tree, assigner);
  }
  const partitions = new Uint32Array(rows.length / tree.dim);
  assigner.assign(quantizeRows(rows, tree.dim).codes, partitions);
  return partitions;
}
