import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import type { MaxSim } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { CentroidAssigner } from '../../ivf/centroid-assigner.js';
import { trainCentroids } from '../../ivf/k-means.js';
import type { OptimizeOptions, OptimizeReport } from '../../types.js';
import { documentOrder } from '../documents/document-order.js';
import { giveFreeSpaceBack } from '../file/free-space.js';
import { IvfSearch } from '../partitions/ivf-search.js';
import { buildPartitions, passageIds, sampleRows } from '../partitions/partition-build.js';
import type { PartitionArrays, PartitionStore, PartitionVersion } from '../partitions/partition-store.js';
import { PassagePartitions } from '../partitions/passage-partitions.js';
import { DEFAULT_PROBE, tuneProbes } from '../partitions/probe-tuning.js';
import { type PassageVectors, RESIDUAL_CODEC } from '../vectors/passage-vectors.js';

/** Up to here exhaustive search over all passages takes about 20 ms. */
export const EXHAUSTIVE_PASSAGES = 4000;

/** Changes beside the lists, as a share of the passages, that make it worth to write the lists anew. */
const DELTA_SHARE = 0.1;
const REMOVED_SHARE = 0.2;

/** Growth since the partitions were trained that makes new ones worth it. */
const RETRAIN_GROWTH = 2;

/** Partitions go where so small a share of the passages that need them is left. */
const DROP_SHARE = 0.5;

const CODEBOOK_CENTROIDS = 16_384;
const CODEBOOK_ROWS_PER_CENTROID = 32;

/** Fewer passages say too little about the rows to come. */
export const CODEBOOK_PASSAGES = 1000;

/** Passages of one transaction while vectors are stored anew. */
const RECODE_PASSAGES = 256;

/** Passages that may be left for the transaction that makes a version the active one. */
const LAST_PASSAGES = 64;

export interface OptimizeParts {
  readonly db: Database;
  readonly store: PartitionStore;
  readonly vectors: PassageVectors;
  readonly search: IvfSearch;
  readonly maxSim: () => Promise<MaxSim>;
  /** Whether rows are to be stored anew against a codebook. */
  readonly recodes: boolean;
  /** Passages up to which every search is exhaustive. */
  readonly exhaustive: number;
}

export async function optimizeIndex(parts: OptimizeParts, options: OptimizeOptions): Promise<OptimizeReport> {
  throwIfAborted(options.signal);
  parts.store.sweep();
  const recoded = parts.recodes ? await recode(parts, options) : 0;
  const partitions = await renewPartitions(parts, options);
  await giveFreeSpaceBack(parts.db, options.signal);
  return { partitions, recoded };
}

async function renewPartitions(parts: OptimizeParts, options: OptimizeOptions): Promise<OptimizeReport['partitions']> {
  const { db, vectors, search } = parts;
  const now = search.current();
  const passages = now
    ? now.index.live
    : (db.prepare('SELECT coalesce(sum(passages), 0) FROM document').pluck().get() as number);
  if (now && !options.retrain && passages <= parts.exhaustive * DROP_SHARE) {
    parts.store.dropAll();
    return 'none';
  }
  if (passages === 0) return 'none';
  const due = now ? passages >= now.version.trainedPassages * RETRAIN_GROWTH : passages > parts.exhaustive;
  if (due || options.retrain) {
    const { store } = parts;
    const built = await buildPartitions(db, vectors, search.threads, store, store.codebook(), options);
    return (await install(parts, { ...built, ...DEFAULT_PROBE }, built, options, true)) ? 'trained' : 'none';
  }
  if (!now) return 'none';
  const { index, version } = now;
  if (index.deltaCount <= index.baseCount * DELTA_SHARE && index.removedCount <= passages * REMOVED_SHARE)
    return 'none';
  // The lists and what they hold are of the same moment: nothing can come between these lines.
  const removalSeq = Math.max(version.removalSeq, vectors.removals.extent()[1]);
  const throughPassage = search.through;
  const arrays = { tree: index.tree, ...index.folded() };
  const next = { ...version, passages: arrays.ids.length, removalSeq, throughPassage };
  return (await install(parts, next, arrays, options, false)) ? 'folded' : 'none';
}

// Writes the version beside the active one, brings it up to date and flips. False where too much was removed meanwhile.
async function install(
  parts: OptimizeParts,
  made: Omit<PartitionVersion, 'id'>,
  arrays: PartitionArrays,
  options: OptimizeOptions,
  tune: boolean,
): Promise<boolean> {
  const { db, store, vectors } = parts;
  const { partitions, passages, trainedPassages, throughPassage, removalSeq, nprobe, depth } = made;
  const record = { partitions, passages, trainedPassages, throughPassage, removalSeq, nprobe, depth };
  const id = db.transaction(() => store.writeInactive(record, arrays)).immediate();
  const version = { ...record, id };
  const newer = new PassagePartitions(store);
  let through = throughPassage;
  const follow = (limit: number) => {
    let count = 0;
    for (const stored of [...vectors.after(through, limit)]) {
      if (stored.rows > 0) newer.insertInto(version, stored.passageId, vectors.decoded(stored));
      through = stored.passageId;
      count += 1;
    }
    return count;
  };
  let settings: { nprobe: number; depth: number } = { nprobe, depth };
  let tuning: object = {};
  for (;;) {
    throwIfAborted(options.signal);
    if (db.transaction(() => follow(LAST_PASSAGES)).immediate() < LAST_PASSAGES) break;
    await setImmediate();
  }
  if (tune) {
    const trial = new IvfSearch(db, store, vectors, undefined, version, await parts.search.scorer());
    const tuned = await tuneProbes(arrays.ids, trial, vectors, await parts.maxSim(), documentOrder(db), {
      ...(options.signal && { signal: options.signal }),
      onQuery: (done, total) => options.onProgress?.({ phase: 'tune', done, total }),
    });
    settings = tuned;
    tuning = { curve: tuned.curve.map(({ nprobe, ...rest }) => ({ probeCells: nprobe, ...rest })) };
  }
  const flipped = db
    .transaction(() => {
      const [oldest, newest] = vectors.removals.extent();
      if (oldest > removalSeq + 1 && newest > removalSeq) return false;
      while (follow(LAST_PASSAGES) > 0);
      store.activate(id, settings.nprobe, settings.depth, tuning);
      return true;
    })
    .immediate();
  store.sweep();
  return flipped;
}

// Stores int8 vectors anew in the compact codec, a few at a time; trains the codebook where there is none.
async function recode(parts: OptimizeParts, options: OptimizeOptions): Promise<number> {
  const { db, store, vectors } = parts;
  let codebook = store.codebook();
  if (!codebook) {
    const ids = passageIds(db);
    if (ids.length < CODEBOOK_PASSAGES && !options.retrain) return 0;
    const rows = db.prepare('SELECT coalesce(sum(tokens), 0) FROM document').pluck().get() as number;
    if (rows === 0) return 0;
    const centroids = Math.max(1, Math.min(CODEBOOK_CENTROIDS, Math.floor(rows / 16)));
    const sample = await sampleRows(
      ids,
      Math.min(rows, centroids * CODEBOOK_ROWS_PER_CENTROID),
      vectors,
      options.signal,
    );
    codebook = await trainCentroids(sample, centroids, { signal: options.signal });
    store.writeCodebook(codebook);
  }
  const assigner = new CentroidAssigner(codebook);
  const total = db.prepare('SELECT count(*) FROM passage_vectors WHERE codec <> ?').pluck();
  const left = total.get(RESIDUAL_CODEC) as number;
  let recoded = 0;
  for (let after = 0; recoded < left; ) {
    throwIfAborted(options.signal);
    const batch = [...vectors.after(after, RECODE_PASSAGES)];
    if (batch.length === 0) break;
    after = batch.at(-1)!.passageId;
    const pending = batch.filter(({ codec }) => codec !== RESIDUAL_CODEC);
    const assigned: Uint32Array[] = [];
    for (const stored of pending) {
      const centroids = new Uint32Array(stored.rows);
      assigner.assign(new Int8Array(stored.codes.buffer, stored.codes.byteOffset, stored.codes.length), centroids);
      assigned.push(centroids);
    }
    await setImmediate();
    db.transaction(() => {
      // One that was deleted meanwhile is simply not there to be updated.
      pending.forEach((stored, at) => {
        vectors.recode(stored, RESIDUAL_CODEC, assigned[at]);
      });
    }).immediate();
    recoded += pending.length;
    options.onProgress?.({ phase: 'recode', done: recoded, total: left });
  }
  return recoded;
}
