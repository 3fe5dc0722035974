import { type QuantizedRows, quantizeRows } from '@glot/kernels';

/** Centroids of token vectors in two levels: few coarse ones, each with its own centroids. `CentroidAssigner` says which centroid is a row's. */
export interface CentroidTree {
  readonly dim: number;
  /** [groups x dim] unit rows. */
  readonly coarse: Float32Array;
  /** [groups + 1]; the centroids of group g are `firstCentroid[g] .. firstCentroid[g + 1]`, never none. */
  readonly firstCentroid: Uint32Array;
  /** [centroids x dim] unit rows. */
  readonly centroids: Float32Array;
}

export function centroidCount(tree: CentroidTree): number {
  return tree.firstCentroid[tree.firstCentroid.length - 1]!;
}

/** With centroids as they are stored: rounded before any row is assigned, so that a row has the same centroid ever after. */
export function roundedCentroids(tree: CentroidTree): CentroidTree {
  return { ...tree, centroids: unrounded(quantizeRows(tree.centroids, tree.dim)) };
}

/** [centroids x dim] */
export function unrounded({ codes, scales, dim }: QuantizedRows): Float32Array {
  const centroids = new Float32Array(codes.length);
  for (let at = 0, centroid = 0; at < codes.length; centroid += 1) {
    const scale = scales[centroid]!;
    for (const end = at + dim; at < end; at += 1) centroids[at] = codes[at]! * scale;
  }
  return centroids;
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
export function distinct(centroids: Uint32Array): Uint32Array {
  const sorted = centroids.slice().sort();
  let count = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[count++] = sorted[at]!;
  }
  return sorted.slice(0, count);
}
