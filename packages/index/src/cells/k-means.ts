import { throwIfAborted } from '@glot/errors';
import type { RowProducts } from '@glot/kernels';
import { type CellTree, transposed } from './cell-tree.js';

/** Rows per product at most. */
const TILE_ROWS = 8192;

/** Rows that decide the coarse centroids, per centroid. */
const COARSE_ROWS = 256;

const COARSE_ITERATIONS = 6;
const CELL_ITERATIONS = 5;

export interface TrainOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Spherical k-means in two levels; deterministic.
 * @param sample [n x dim], unit rows, in random order; it is reordered
 * @param cells wanted; fewer come back where the sample is small
 */
export async function trainCells(
  sample: Float32Array,
  cells: number,
  products: RowProducts,
  options: TrainOptions = {},
): Promise<CellTree> {
  const { dim } = products;
  const rows = sample.length / dim;
  const groups = Math.max(1, Math.min(Math.round(Math.sqrt(cells)), rows));
  const coarse = await kMeans(
    sample.subarray(0, Math.min(rows, groups * COARSE_ROWS) * dim),
    groups,
    COARSE_ITERATIONS,
    products,
    options.signal,
  );
  const assigned = new Uint32Array(rows);
  await assignFlat(sample, coarse, products, assigned);
  const first = new Uint32Array(groups + 1);
  for (const group of assigned) first[group + 1]! += 1;
  for (let group = 0; group < groups; group += 1) first[group + 1]! += first[group]!;
  groupRows(sample, assigned, first, dim);
  const firstCell = new Uint32Array(groups + 1);
  const parts: Float32Array[] = [];
  for (let group = 0; group < groups; group += 1) {
    throwIfAborted(options.signal);
    const members = sample.subarray(first[group]! * dim, first[group + 1]! * dim);
    const count = members.length / dim;
    const wanted = Math.max(1, Math.min(count, Math.round((cells * count) / rows)));
    const part =
      count === 0
        ? coarse.slice(group * dim, (group + 1) * dim)
        : await kMeans(members, wanted, CELL_ITERATIONS, products, options.signal);
    parts.push(part);
    firstCell[group + 1] = firstCell[group]! + part.length / dim;
    options.onProgress?.(group + 1, groups);
  }
  const centroids = new Float32Array(firstCell[groups]! * dim);
  parts.forEach((part, group) => {
    centroids.set(part, firstCell[group]! * dim);
  });
  return { dim, coarse, firstCell, centroids };
}

// [n x dim] -> [k x dim] unit rows. Starts from rows spread evenly; an empty centroid starts again from a row.
async function kMeans(
  rows: Float32Array,
  k: number,
  iterations: number,
  products: RowProducts,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { dim } = products;
  const count = rows.length / dim;
  const centroids = new Float32Array(k * dim);
  for (let c = 0; c < k; c += 1) {
    const row = Math.floor((c * count) / k);
    centroids.set(rows.subarray(row * dim, (row + 1) * dim), c * dim);
  }
  const assigned = new Uint32Array(count);
  const sums = new Float64Array(k * dim);
  const sizes = new Uint32Array(k);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    throwIfAborted(signal);
    await assignFlat(rows, centroids, products, assigned);
    sums.fill(0);
    sizes.fill(0);
    for (let row = 0; row < count; row += 1) {
      const to = assigned[row]! * dim;
      const from = row * dim;
      for (let at = 0; at < dim; at += 1) sums[to + at]! += rows[from + at]!;
      sizes[assigned[row]!]! += 1;
    }
    for (let c = 0; c < k; c += 1) {
      let square = 0;
      for (let at = c * dim; at < (c + 1) * dim; at += 1) square += sums[at]! * sums[at]!;
      if (sizes[c] === 0 || square === 0) {
        const row = (c * 7919 + iteration * 104_729) % count;
        centroids.set(rows.subarray(row * dim, (row + 1) * dim), c * dim);
        continue;
      }
      const norm = Math.sqrt(square);
      for (let at = c * dim; at < (c + 1) * dim; at += 1) centroids[at] = sums[at]! / norm;
    }
  }
  return centroids;
}

async function assignFlat(
  rows: Float32Array,
  centroids: Float32Array,
  products: RowProducts,
  assigned: Uint32Array,
): Promise<void> {
  const { dim } = products;
  const k = centroids.length / dim;
  if (k === 1) {
    assigned.fill(0);
    return;
  }
  const columns = transposed(centroids, dim);
  const tileRows = Math.min(TILE_ROWS, assigned.length);
  const scores = new Float32Array(tileRows * k);
  for (let start = 0; start < assigned.length; start += tileRows) {
    const end = Math.min(start + tileRows, assigned.length);
    await products.multiply(rows.subarray(start * dim, end * dim), columns, scores);
    for (let row = start; row < end; row += 1) {
      let best = -Infinity;
      let at = 0;
      for (let c = 0, from = (row - start) * k; c < k; c += 1) {
        const score = scores[from + c]!;
        if (score > best) {
          best = score;
          at = c;
        }
      }
      assigned[row] = at;
    }
  }
}

/** Brings the rows of each group together, in their order, in place: a sample takes hundreds of megabytes. */
function groupRows(rows: Float32Array, assigned: Uint32Array, first: Uint32Array, dim: number): void {
  const next = first.slice();
  // [n]: where each row goes; where it has gone, its own number.
  const places = Uint32Array.from(assigned, (group) => next[group]!++);
  const carried = new Float32Array(dim);
  const replaced = new Float32Array(dim);
  for (let start = 0; start < places.length; start += 1) {
    if (places[start] === start) continue;
    carried.set(rows.subarray(start * dim, (start + 1) * dim));
    let from = start;
    do {
      const to = places[from]!;
      places[from] = from;
      replaced.set(rows.subarray(to * dim, (to + 1) * dim));
      rows.set(carried, to * dim);
      carried.set(replaced);
      from = to;
    } while (from !== start);
  }
}
