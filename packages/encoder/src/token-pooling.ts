import { setImmediate as turn } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import { wardClusters } from './ward-clusters.js';

/** Rows that are kept as they are: the marker in front, as PyLate has it. */
const PROTECTED_ROWS = 1;

/** Distances that are computed before other work gets its turn: some 20 ms. */
const DISTANCES = 50_000;

/**
 * Pools the token vectors of documents by a factor, as PyLate does (Clavié et al. 2024, arXiv 2409.14683): the first row
 * of each text stays; the other n become the means of max(floor(n / factor), 1) clusters or fewer, by Ward's criterion on
 * cosine distance. Means are not brought to unit length again. Rows come in the order of their cluster's first token.
 *
 * @param vectors rows of unit length; not changed
 * @param factor 1 or more; 1 gives the vectors themselves
 * @throws GlotError `encoder.pool-factor`; `AbortError`
 * @example
 * const vectors = await poolTokens(await encoder.encodeDocuments(['一つの文']), 2);
 */
export async function poolTokens(vectors: TokenVectors, factor: number, signal?: AbortSignal): Promise<TokenVectors> {
  checkPoolFactor(factor);
  if (factor === 1) return vectors;
  const { offsets, dim } = vectors;
  const texts = offsets.length - 1;
  const pooled = new Float32Array(vectors.data.length);
  const ends = new Uint32Array(texts + 1);
  let distances = 0;
  for (let text = 0; text < texts; text += 1) {
    const rows = vectors.data.subarray(offsets[text]! * dim, offsets[text + 1]! * dim);
    ends[text + 1] = ends[text]! + poolText(rows, dim, factor, pooled.subarray(ends[text]! * dim));
    distances += (rows.length / dim) ** 2 / 2;
    if (distances < DISTANCES) continue;
    distances = 0;
    await turn();
    throwIfAborted(signal);
  }
  return { data: pooled.slice(0, ends[texts]! * dim), offsets: ends, dim };
}

/** @throws GlotError `encoder.pool-factor` */
export function checkPoolFactor(factor: number): void {
  if (Number.isInteger(factor) && factor >= 1) return;
  throw new GlotError('encoder.pool-factor', `tokens cannot be pooled by ${factor}: it takes a whole number from 1 on`);
}

/** @returns how many rows were written to `target` */
function poolText(rows: Float32Array, dim: number, factor: number, target: Float32Array): number {
  const count = rows.length / dim;
  const kept = Math.min(count, PROTECTED_ROWS);
  target.set(rows.subarray(0, kept * dim));
  const free = rows.subarray(kept * dim);
  const n = count - kept;
  if (n === 0) return kept;
  const clusters = wardClusters(cosineDistances(free, n, dim), n, Math.max(1, Math.floor(n / factor)));
  return kept + means(free, clusters, dim, target.subarray(kept * dim));
}

/** 1 - the products of unit rows; [n x n] */
function cosineDistances(rows: Float32Array, n: number, dim: number): Float64Array {
  const distances = new Float64Array(n * n);
  for (let a = 1; a < n; a += 1) {
    for (let b = 0; b < a; b += 1) {
      let product = 0;
      for (let x = a * dim, y = b * dim, end = x + dim; x < end; x += 1, y += 1) product += rows[x]! * rows[y]!;
      distances[a * n + b] = 1 - product;
      distances[b * n + a] = 1 - product;
    }
  }
  return distances;
}

function means(rows: Float32Array, clusters: Uint32Array, dim: number, target: Float32Array): number {
  const sizes: number[] = [];
  clusters.forEach((cluster, row) => {
    if (cluster === sizes.length) {
      sizes.push(0);
      target.fill(0, cluster * dim, (cluster + 1) * dim);
    }
    sizes[cluster]! += 1;
    for (let k = 0; k < dim; k += 1) target[cluster * dim + k]! += rows[row * dim + k]!;
  });
  sizes.forEach((size, cluster) => {
    for (let k = cluster * dim; k < (cluster + 1) * dim; k += 1) target[k]! /= size;
  });
  return sizes.length;
}
