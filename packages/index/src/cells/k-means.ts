import { throwIfAborted } from '@glot/errors';
import type { RowProducts } from '@glot/kernels';
import { type CellTree, transposed } from './cell-tree.js';
import type { SampledRows } from './sampled-rows.js';

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
 * @param sample unit rows, in random order; it is reordered
 * @param cells wanted; fewer come back where the sample is small
 */
export async function trainCells(
  sample: SampledRows,
  cells: number,
  products: RowProducts,
  options: TrainOptions = {},
): Promise<CellTree> {
  const { dim } = products;
  const scratch = new Scratch();
  const rows = sample.length;
  const groups = Math.max(1, Math.min(Math.round(Math.sqrt(cells)), rows));
  const coarse = await kMeans(
    sample.part(0, Math.min(rows, groups * COARSE_ROWS)),
    groups,
    COARSE_ITERATIONS,
    products,
    scratch,
    options.signal,
  );
  const assigned = new Uint32Array(rows);
  await assignFlat(sample, coarse, products, scratch, assigned);
  const first = new Uint32Array(groups + 1);
  for (const group of assigned) first[group + 1]! += 1;
  for (let group = 0; group < groups; group += 1) first[group + 1]! += first[group]!;
  const next = first.slice();
  sample.reorder(Uint32Array.from(assigned, (group) => next[group]!++));
  const firstCell = new Uint32Array(groups + 1);
  const parts: Float32Array[] = [];
  for (let group = 0; group < groups; group += 1) {
    throwIfAborted(options.signal);
    const members = sample.part(first[group]!, first[group + 1]!);
    const count = members.length;
    const wanted = Math.max(1, Math.min(count, Math.round((cells * count) / rows)));
    const part =
      count === 0
        ? coarse.slice(group * dim, (group + 1) * dim)
        : await kMeans(members, wanted, CELL_ITERATIONS, products, scratch, options.signal);
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

// [k x dim] unit rows. Starts from rows spread evenly; an empty centroid starts again from a row.
async function kMeans(
  rows: SampledRows,
  k: number,
  iterations: number,
  products: RowProducts,
  scratch: Scratch,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { dim } = products;
  const count = rows.length;
  const centroids = new Float32Array(k * dim);
  const restart = (c: number, row: number) => rows.read(row, row + 1, centroids.subarray(c * dim, (c + 1) * dim));
  for (let c = 0; c < k; c += 1) restart(c, Math.floor((c * count) / k));
  const assigned = new Uint32Array(count);
  const sums = new Float64Array(k * dim);
  const sizes = new Uint32Array(k);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    throwIfAborted(signal);
    sums.fill(0);
    sizes.fill(0);
    await assignFlat(rows, centroids, products, scratch, assigned, (tile, start) => {
      for (let from = 0, row = start; from < tile.length; from += dim, row += 1) {
        const to = assigned[row]! * dim;
        for (let at = 0; at < dim; at += 1) sums[to + at]! += tile[from + at]!;
        sizes[assigned[row]!]! += 1;
      }
    });
    for (let c = 0; c < k; c += 1) {
      let square = 0;
      for (let at = c * dim; at < (c + 1) * dim; at += 1) square += sums[at]! * sums[at]!;
      if (sizes[c] === 0 || square === 0) {
        restart(c, (c * 7919 + iteration * 104_729) % count);
        continue;
      }
      const norm = Math.sqrt(square);
      for (let at = c * dim; at < (c + 1) * dim; at += 1) centroids[at] = sums[at]! / norm;
    }
  }
  return centroids;
}

/** Arrays of one training, used again and again: fresh ones would pile up until they are collected. */
class Scratch {
  #rows = new Float32Array(0);
  #scores = new Float32Array(0);

  rows(length: number): Float32Array {
    if (this.#rows.length < length) this.#rows = new Float32Array(length);
    return this.#rows.subarray(0, length);
  }

  scores(length: number): Float32Array {
    if (this.#scores.length < length) this.#scores = new Float32Array(length);
    return this.#scores.subarray(0, length);
  }
}

/** @param onTile told of rows that were assigned, [n x dim], and the number of the first */
async function assignFlat(
  rows: SampledRows,
  centroids: Float32Array,
  products: RowProducts,
  scratch: Scratch,
  assigned: Uint32Array,
  onTile?: (tile: Float32Array, start: number) => void,
): Promise<void> {
  const { dim } = products;
  const k = centroids.length / dim;
  const columns = transposed(centroids, dim);
  const tileRows = Math.min(TILE_ROWS, assigned.length);
  const scores = scratch.scores(k === 1 ? 0 : tileRows * k);
  const floats = scratch.rows(tileRows * dim);
  for (let start = 0; start < assigned.length; start += tileRows) {
    const end = Math.min(start + tileRows, assigned.length);
    const tile = rows.read(start, end, floats);
    if (k === 1) assigned.fill(0, start, end);
    else {
      await products.multiply(tile, columns, scores);
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
    onTile?.(tile, start);
  }
}
