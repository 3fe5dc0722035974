import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { throwIfAborted } from '@glot/errors';
import type { Database } from 'better-sqlite3';
import { type CentroidTree, centroidCount, roundedCentroids } from '../../ivf/centroid-tree.js';
import { trainCentroids } from '../../ivf/k-means.js';
import { MOST_CENTROIDS } from '../../ivf/kernels/centroid-max-sim.js';
import { invert } from '../../ivf/posting-lists.js';
import { SampledRows } from '../../ivf/sampled-rows.js';
import type { OptimizeOptions } from '../../types.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import { VectorTile } from '../vectors/vector-tile.js';
import type { PartitionArrays, PartitionStore, PartitionVersion } from './partition-store.js';
import { partitionsOfPassages } from './passage-assignment.js';
import { sequence } from './probe-tuning.js';

/** Rows to train a partition on. */
const ROWS_PER_CENTROID = 16;

/** Training rounds the partitions of each group, so a few more come out than were wanted. */
const LARGEST = MOST_CENTROIDS - 512;

/** Rows of a passage that go into the sample at most: other passages say more. */
const SAMPLE_PASSAGE_ROWS = 64;

export type BuiltPartitions = Omit<PartitionVersion, 'id' | 'nprobe' | 'depth'> & PartitionArrays;

/** 8 to 16 sqrt(rows), a power of two: many small partitions, since passages are first scored by their centroids alone. */
export function centroidsFor(rows: number): number {
  return Math.max(16, Math.min(LARGEST, 2 ** Math.floor(Math.log2(16 * Math.sqrt(Math.max(1, rows))))));
}

/** Passages that stand now, ascending. */
export function passageIds(db: Database): Float64Array {
  const ranges = db
    .prepare('SELECT first_passage, passages FROM document WHERE passages > 0 ORDER BY first_passage')
    .raw()
    .all() as [number, number][];
  const ids = new Float64Array(ranges.reduce((sum, [, count]) => sum + count, 0));
  let at = 0;
  for (const [first, count] of ranges) for (let id = first; id < first + count; id += 1) ids[at++] = id;
  return ids;
}

/** Rows of passages drawn at random. */
export async function sampleRows(
  ids: Float64Array,
  rows: number,
  vectors: PassageVectors,
  signal?: AbortSignal,
): Promise<SampledRows> {
  const { dim } = vectors;
  const sample = SampledRows.withRoom(rows, dim);
  const tile = new VectorTile(dim);
  const random = sequence(1);
  const order = Uint32Array.from(ids, (_, at) => at);
  let filled = 0;
  for (let at = 0; at < order.length && filled < rows; at += 1) {
    const other = at + Math.floor(random() * (order.length - at));
    [order[at], order[other]] = [order[other]!, order[at]!];
    const stored = vectors.get(ids[order[at]!]!);
    if (!stored || stored.rows === 0) continue;
    tile.clear();
    vectors.append(tile, stored);
    const count = Math.min(stored.rows, SAMPLE_PASSAGE_ROWS, rows - filled);
    sample.set(filled, tile.codes.subarray(0, count * dim), tile.scales.subarray(0, count));
    filled += count;
    if (at % 512 === 511) {
      throwIfAborted(signal);
      await setImmediate();
    }
  }
  return sample.part(0, filled);
}

/** A codebook of as large a share of the partitions that are wanted serves as they. */
const CODEBOOK_SHARE = 0.9;

/**
 * Trains partitions on a sample and puts every passage into the lists of its partitions. Stores the trained partitions alone.
 * @param store keeps trained partitions until the lists are made: an interrupted run goes on from them
 * @param codebook of compact vectors, whose partitions serve where they are as many as are wanted
 */
export async function buildPartitions(
  db: Database,
  vectors: PassageVectors,
  threads: number | undefined,
  store: Pick<PartitionStore, 'trained' | 'writeTrained'>,
  codebook: CentroidTree | null,
  options: OptimizeOptions,
): Promise<BuiltPartitions> {
  const { signal, onProgress } = options;
  const [ids, totalRows, removalSeq] = db.transaction(
    () =>
      [
        passageIds(db),
        db.prepare('SELECT coalesce(sum(tokens), 0) FROM document').pluck().get() as number,
        vectors.removals.extent()[1],
      ] as const,
  )();
  const wanted = Math.max(1, Math.min(centroidsFor(totalRows), Math.floor(totalRows / 4)));
  const key = crc32(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), wanted);
  const train = async () => {
    const kept = store.trained(key);
    if (kept) return kept;
    const sample = await sampleRows(ids, Math.min(totalRows, wanted * ROWS_PER_CENTROID), vectors, signal);
    const partitions = await trainCentroids(sample, wanted, {
      signal,
      onProgress: (done, total) => onProgress?.({ phase: 'train', done, total }),
    });
    const trained = vectors.byTable ? roundedCentroids(partitions) : partitions;
    store.writeTrained(trained, key);
    return trained;
  };
  const tree = codebook && centroidCount(codebook) >= wanted * CODEBOOK_SHARE ? codebook : await train();
  const throughPassage = ids.at(-1) ?? 0;
  const assigned = await partitionsOfPassages(ids, totalRows, { tree, vectors, threads }, options);
  const lists = invert(assigned.partitions, assigned.starts, centroidCount(tree));
  const passages = ids.length;
  return {
    tree,
    lists,
    ids,
    partitions: centroidCount(tree),
    passages,
    trainedPassages: passages,
    throughPassage,
    removalSeq,
  };
}
