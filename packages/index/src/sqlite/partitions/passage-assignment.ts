import { throwIfAborted } from '@glot/errors';
import { threadCount } from '@glot/kernels';
import { type CentroidTree, distinct } from '../../ivf/centroid-tree.js';
import { ParallelAssigner } from '../../ivf/parallel-assigner.js';
import type { OptimizeOptions } from '../../types.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import type { VectorTile } from '../vectors/vector-tile.js';

/** Fewer rows are assigned before another thread has begun. */
const ROWS_FOR_THREADS = 500_000;

export interface AssignedPassages {
  /** Distinct partitions of each passage, one passage behind the other. */
  readonly partitions: Uint32Array;
  /** [passages + 1] */
  readonly starts: Float64Array;
}

interface AssignmentParts {
  readonly tree: CentroidTree;
  readonly vectors: PassageVectors;
  readonly threads: number | undefined;
}

/**
 * The partitions of passages; those without rows, and those that went meanwhile, have none.
 * @param ids of passages, ascending
 * @param rows of all of them
 */
export async function partitionsOfPassages(
  ids: Float64Array,
  rows: number,
  { tree, vectors, threads }: AssignmentParts,
  { signal, onProgress }: OptimizeOptions,
): Promise<AssignedPassages> {
  const last = ids.at(-1) ?? 0;
  const partitions = new Uint32Array(rows);
  const starts = new Float64Array(ids.length + 1);
  let count = 0;
  let ordinal = 0;
  const take = (tile: VectorTile, tilePartitions: Uint32Array) => {
    for (let text = 0; text < tile.texts; text += 1) {
      const id = tile.ids[text]!;
      if (id > last) break;
      while (ordinal < ids.length && ids[ordinal]! < id) starts[++ordinal] = count;
      if (ids[ordinal] !== id) continue;
      const own = distinct(tilePartitions.subarray(tile.offsets[text]!, tile.offsets[text + 1]!));
      partitions.set(own, count);
      count += own.length;
      starts[++ordinal] = count;
    }
    onProgress?.({ phase: 'assign', done: ordinal, total: ids.length });
  };

  const most = rows < ROWS_FOR_THREADS ? 1 : threadCount(threads);
  const assigner = new ParallelAssigner(tree, most);
  const running: { readonly tile: VectorTile; readonly partitions: Promise<Uint32Array> }[] = [];
  const finish = async () => {
    const { tile, partitions: assigned } = running.shift()!;
    take(tile, await assigned);
    vectors.spareTiles.give(tile);
  };
  try {
    for (let after = 0, more = true; more && after < last; ) {
      throwIfAborted(signal);
      const tile = vectors.spareTiles.take();
      ({ through: after, more } = vectors.fill(tile, after));
      running.push({ tile, partitions: assigner.assign(tile.codes.subarray(0, tile.rows * tree.dim)) });
      if (running.length >= most) await finish();
    }
    while (running.length > 0) await finish();
  } finally {
    await assigner.dispose();
    await Promise.allSettled(running.map((one) => one.partitions));
  }
  while (ordinal < ids.length) starts[++ordinal] = count;
  return { partitions: partitions.subarray(0, count), starts };
}
