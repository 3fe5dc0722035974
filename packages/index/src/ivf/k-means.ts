import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import type { CentroidTree } from './centroid-tree.js';
import { NearestColumns } from './kernels/nearest-columns.js';
import type { SampledRows } from './sampled-rows.js';

/** Rows at a time. */
const TILE_ROWS = 8192;

/** Rows that decide the coarse centroids, per centroid. */
const COARSE_ROWS = 256;

const COARSE_ITERATIONS = 6;
const CENTROID_ITERATIONS = 4;

export interface TrainOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Spherical k-means in two levels; deterministic.
 * @param sample unit rows, in random order; it is reordered
 * @param count of centroids wanted; fewer come back where the sample is small
 */
export async function trainCentroids(
  sample: SampledRows,
  count: number,
  options: TrainOptions = {},
): Promise<CentroidTree> {
  const { dim, length: rows } = sample;
  const { signal, onProgress } = options;
  const groups = Math.max(1, Math.min(Math.round(Math.sqrt(count)), rows));
  const nearestGroups = new NearestColumns(dim, { rows: TILE_ROWS, columns: groups });
  const decisive = sample.part(0, Math.min(rows, groups * COARSE_ROWS));
  const coarse = await kMeans(decisive, groups, COARSE_ITERATIONS, nearestGroups, signal);
  const assigned = new Uint32Array(rows);
  await assignTo(coarse, sample, nearestGroups, assigned, signal);
  const first = new Uint32Array(groups + 1);
  for (const group of assigned) first[group + 1]! += 1;
  for (let group = 0; group < groups; group += 1) first[group + 1]! += first[group]!;
  const next = first.slice();
  sample.reorder(Uint32Array.from(assigned, (group) => next[group]!++));

  const wanted = Array.from({ length: groups }, (_, group) => {
    const rowsOfGroup = first[group + 1]! - first[group]!;
    return Math.max(1, Math.min(rowsOfGroup, Math.round((count * rowsOfGroup) / rows)));
  });
  const nearestCentroids = new NearestColumns(dim, { rows: TILE_ROWS, columns: Math.max(...wanted) });
  const firstCentroid = new Uint32Array(groups + 1);
  const parts: Float32Array[] = [];
  for (let group = 0; group < groups; group += 1) {
    const members = sample.part(first[group]!, first[group + 1]!);
    const part =
      members.length === 0
        ? coarse.slice(group * dim, (group + 1) * dim)
        : await kMeans(members, wanted[group]!, CENTROID_ITERATIONS, nearestCentroids, signal);
    parts.push(part);
    firstCentroid[group + 1] = firstCentroid[group]! + part.length / dim;
    onProgress?.(group + 1, groups);
  }
  const centroids = new Float32Array(firstCentroid[groups]! * dim);
  parts.forEach((part, group) => {
    centroids.set(part, firstCentroid[group]! * dim);
  });
  return { dim, coarse, firstCentroid, centroids };
}

// [k x dim] unit rows. Starts from rows spread evenly; an empty centroid starts again from a row.
async function kMeans(
  rows: SampledRows,
  k: number,
  iterations: number,
  nearest: NearestColumns,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { dim, length: count } = rows;
  const centroids = new Float32Array(k * dim);
  const restart = (c: number, row: number) => rows.read(row, centroids.subarray(c * dim, (c + 1) * dim));
  for (let c = 0; c < k; c += 1) restart(c, Math.floor((c * count) / k));
  const assigned = new Uint32Array(count);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    await assignTo(centroids, rows, nearest, assigned, signal);
    const sums = sumsOf(rows, assigned, k);
    for (let c = 0; c < k; c += 1) {
      let square = 0;
      for (let at = c * dim; at < (c + 1) * dim; at += 1) square += sums[at]! * sums[at]!;
      // None belongs to it.
      if (square === 0) {
        restart(c, (c * 7919 + iteration * 104_729) % count);
        continue;
      }
      const norm = Math.sqrt(square);
      for (let at = c * dim; at < (c + 1) * dim; at += 1) centroids[at] = sums[at]! / norm;
    }
  }
  return centroids;
}

// [k x dim]
function sumsOf({ dim, codes, scales }: SampledRows, assigned: Uint32Array, k: number): Float64Array {
  const sums = new Float64Array(k * dim);
  for (let row = 0, from = 0; row < assigned.length; row += 1) {
    const scale = scales[row]!;
    for (let to = assigned[row]! * dim, end = from + dim; from < end; from += 1, to += 1) {
      sums[to]! += codes[from]! * scale;
    }
  }
  return sums;
}

async function assignTo(
  centroids: Float32Array,
  { dim, codes }: SampledRows,
  nearest: NearestColumns,
  assigned: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  nearest.setColumns(centroids);
  for (let start = 0; start < assigned.length; start += TILE_ROWS) {
    const end = Math.min(start + TILE_ROWS, assigned.length);
    nearest.setRows(codes.subarray(start * dim, end * dim));
    assigned.set(nearest.rank(end - start, 0, centroids.length / dim).columns, start);
    await setImmediate();
    throwIfAborted(signal);
  }
}
