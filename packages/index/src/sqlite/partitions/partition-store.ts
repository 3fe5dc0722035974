import { crc32 } from 'node:zlib';
import { GlotError, isGlotError } from '@glot/errors';
import { quantizeRows } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { type CentroidTree, unrounded } from '../../ivf/centroid-tree.js';
import { MOST_CENTROIDS } from '../../ivf/kernels/centroid-max-sim.js';
import { decodeAscending, encodeAscending, type PostingLists } from '../../ivf/posting-lists.js';
import { type Checksums, checksumsOf } from '../file/checksums.js';
import { Sittings } from '../file/sittings.js';
import { corruptMessage } from '../file/storage-error.js';
import { formatOf } from '../file/stored-parts.js';
import { hasRowTable } from '../vectors/row-table-store.js';

export interface PartitionVersion {
  readonly id: number;
  readonly partitions: number;
  /** Passages in its lists. */
  readonly passages: number;
  /** Passages there were when the partitions were trained. */
  readonly trainedPassages: number;
  /** Passages above this one are not in its lists. */
  readonly throughPassage: number;
  /** Removals after this one are not in its lists. */
  readonly removalSeq: number;
  /** Partitions to probe per query row. */
  readonly nprobe: number;
  /** Candidates to score exactly. */
  readonly depth: number;
}

export interface PartitionArrays {
  readonly tree: CentroidTree;
  readonly lists: PostingLists;
  /** Passages by ordinal, ascending. */
  readonly ids: Float64Array;
}

/** Its arrays are the codebook of compact vectors. */
const CODEBOOK = 0;

/** Its arrays are trained centroids that no version came of yet. */
const TRAINED = -1;

const BLOCK_BYTES = 2 ** 20;

const COLUMNS = `id, cells AS partitions, passages, trained_passages AS trainedPassages, through_passage AS throughPassage,
  removal_seq AS removalSeq, probe_cells AS nprobe, depth`;

/** Versions of the partitions in and out of the tables; every blob has a checksum. */
export class PartitionStore {
  readonly #db: Database;
  readonly #file: string;
  readonly #dim: number;
  readonly #checksums: Checksums | null;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database, file: string, dim: number) {
    this.#db = db;
    this.#file = file;
    this.#dim = dim;
    this.#checksums = checksumsOf(db);
    this.#statements = prepare(db);
  }

  /** The one to search with; null while there is none. */
  active(): PartitionVersion | null {
    return (this.#statements.active.get() as PartitionVersion | undefined) ?? null;
  }

  /** @throws GlotError `index.corrupt` */
  load(version: PartitionVersion): PartitionArrays {
    const { id } = version;
    const tree = this.#tree(id);
    const lists = {
      offsets: new Float64Array(this.#read(id, 'offsets').buffer),
      bytes: this.#read(id, 'postings'),
    };
    const ids = new Float64Array(this.#read(id, 'ids').buffer);
    const partitions = tree.firstCentroid.at(-1)!;
    if (
      partitions > MOST_CENTROIDS ||
      partitions !== version.partitions ||
      lists.offsets.length !== partitions + 1 ||
      ids.length !== version.passages
    ) {
      throw this.#corrupt(`the sizes of version ${id}`);
    }
    return { tree, lists, ids };
  }

  tree(version: PartitionVersion): CentroidTree {
    return this.#tree(version.id);
  }

  codebook(): CentroidTree | null {
    return this.#statements.hasBlock.get(CODEBOOK) === undefined ? null : this.#tree(CODEBOOK);
  }

  /** In one transaction. */
  writeCodebook(tree: CentroidTree): void {
    this.#db
      .transaction(() => {
        this.#statements.deleteBlocks.run(CODEBOOK);
        for (const [kind, array] of treeArrays(tree)) this.#write(CODEBOOK, kind, array);
      })
      .immediate();
  }

  /**
   * Centroids that an interrupted run trained on the very same passages; null where there are none.
   * @param key of those passages
   */
  trained(key: number): CentroidTree | null {
    if (this.#statements.hasBlock.get(TRAINED) === undefined) return null;
    try {
      return new Float64Array(this.#read(TRAINED, 'key').buffer)[0] === key ? this.#tree(TRAINED) : null;
    } catch (error) {
      // Damaged: they are trained again.
      if (isGlotError(error, 'index.corrupt')) return null;
      throw error;
    }
  }

  /** Keeps centroids for a run that comes to an end: the next version takes them away. In one transaction. */
  writeTrained(tree: CentroidTree, key: number): void {
    this.#db
      .transaction(() => {
        this.#statements.deleteBlocks.run(TRAINED);
        for (const [kind, array] of treeArrays(tree)) this.#write(TRAINED, kind, array);
        this.#write(TRAINED, 'key', Float64Array.of(key));
      })
      .immediate();
  }

  /** Writes a version that nobody sees yet. @returns its id */
  writeInactive(version: Omit<PartitionVersion, 'id'>, arrays: PartitionArrays): number {
    const id = Number(this.#statements.insert.run({ ...version, tuning: '{}' }).lastInsertRowid);
    const { tree, lists, ids } = arrays;
    // What compact rows of an older format are coded by has to stay as it is.
    const stored = hasRowTable(this.#db, formatOf(this.#db)) ? roundedTreeArrays(tree) : treeArrays(tree);
    const parts = [...stored, ['offsets', lists.offsets], ['postings', lists.bytes], ['ids', ids]] as const;
    for (const [kind, array] of parts) this.#write(id, kind, array);
    return id;
  }

  /** From here on readers search with this one. Within a transaction of the caller, who has seen to its partitions. */
  activate(id: number, nprobe: number, depth: number, tuning: object): void {
    this.#statements.tune.run(nprobe, depth, JSON.stringify(tuning), id);
    this.#statements.deactivate.run(id);
    this.#statements.activate.run(id);
    this.#statements.deleteBlocks.run(TRAINED);
    this.#checksums?.writePartitions(id);
    Sittings.of(this.#db).noteChange(this.#file);
  }

  /** Removes what no reader looks for any more, in small transactions. */
  sweep(): void {
    for (const id of this.#statements.inactive.pluck().all() as number[]) {
      for (let changes = 1; changes > 0; ) changes = this.#statements.deleteSomeBlocks.run(id).changes;
      this.#statements.deletePartitions.run(id);
      this.#statements.deleteVersion.run(id);
    }
  }

  /** Readers go on by exhaustive search until the next version. */
  dropAll(): void {
    this.#db
      .transaction(() => {
        this.#statements.deactivate.run(-1);
        this.#statements.deleteBlocks.run(TRAINED);
        this.#checksums?.writePartitions(null);
        Sittings.of(this.#db).noteChange(this.#file);
      })
      .immediate();
    this.sweep();
  }

  /** @param partitions distinct, ascending */
  insertPartitions(version: number, passageId: number, partitions: Uint32Array): void {
    const bytes = Buffer.from(encodeAscending(partitions));
    this.#statements.insertPartitions.run(version, passageId, crc32(bytes), bytes);
  }

  /** Partitions of passages above `after`, ascending. @throws GlotError `index.corrupt` */
  partitionsAfter(version: PartitionVersion, after: number): { passageId: number; partitions: Uint32Array }[] {
    const rows = this.#statements.partitionsAfter.raw().all(version.id, after) as [number, number, Buffer][];
    return rows.map(([passageId, checksum, bytes]) => {
      if (crc32(bytes) !== checksum) throw this.#corrupt(`the partitions of passage ${passageId}`);
      return { passageId, partitions: decodeAscending(bytes) };
    });
  }

  deletePartitionsOf(first: number, last: number): void {
    this.#statements.deletePartitionsOf.run(first, last);
  }

  #tree(id: number): CentroidTree {
    const coarse = new Float32Array(this.#read(id, 'coarse').buffer);
    const firstCentroid = new Uint32Array(this.#read(id, 'first').buffer);
    const dim = this.#dim;
    const centroids = this.#has(id, 'centroids')
      ? new Float32Array(this.#read(id, 'centroids').buffer)
      : this.#roundedCentroids(id);
    if (coarse.length !== (firstCentroid.length - 1) * dim || centroids.length !== firstCentroid.at(-1)! * dim) {
      throw this.#corrupt(`the partitions of version ${id}`);
    }
    return { dim, coarse, firstCentroid, centroids };
  }

  #roundedCentroids(id: number): Float32Array {
    const codes = new Int8Array(this.#read(id, 'centroid codes').buffer);
    const scales = new Float32Array(this.#read(id, 'centroid scales').buffer);
    const dim = this.#dim;
    if (codes.length !== scales.length * dim) throw this.#corrupt(`the partitions of version ${id}`);
    return unrounded({ codes, scales, dim });
  }

  #has(version: number, kind: string): boolean {
    return this.#statements.sizeOf.pluck().get(version, kind) !== null;
  }

  // A whole array of its own, so that views of any type fit.
  #read(version: number, kind: string): Uint8Array<ArrayBuffer> {
    const size = this.#statements.sizeOf.pluck().get(version, kind) as number | null;
    if (size === null) throw this.#corrupt(`version ${version}, ${kind}`);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let block = 0; at < size; block += 1) {
      const row = this.#statements.block.raw().get(version, kind, block) as [number, Buffer] | undefined;
      if (!row || crc32(row[1]) !== row[0]) throw this.#corrupt(`version ${version}, ${kind}, block ${block}`);
      bytes.set(row[1], at);
      at += row[1].length;
    }
    return bytes;
  }

  #write(
    version: number,
    kind: string,
    array: Float32Array | Float64Array | Uint32Array | Uint8Array | Int8Array,
  ): void {
    const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    let block = 0;
    for (let at = 0; at < bytes.length || block === 0; at += BLOCK_BYTES) {
      const data = bytes.subarray(at, at + BLOCK_BYTES);
      this.#statements.insertBlock.run(version, kind, block++, crc32(data), data);
    }
  }

  #corrupt(found: string): GlotError {
    return new GlotError('index.corrupt', corruptMessage(this.#file, found), {
      details: { file: this.#file, place: found, isRepairable: true },
    });
  }
}

function treeArrays({ coarse, firstCentroid, centroids }: CentroidTree) {
  return [
    ['coarse', coarse],
    ['first', firstCentroid],
    ['centroids', centroids],
  ] as const;
}

/** Centroids in a quarter of the bytes. @param tree whose centroids are rounded (`roundedCentroids`) */
function roundedTreeArrays({ dim, coarse, firstCentroid, centroids }: CentroidTree) {
  const { codes, scales } = quantizeRows(centroids, dim);
  return [
    ['coarse', coarse],
    ['first', firstCentroid],
    ['centroid codes', codes],
    ['centroid scales', scales],
  ] as const;
}

function prepare(db: Database) {
  return {
    active: db.prepare(`SELECT ${COLUMNS} FROM generation WHERE active = 1`),
    inactive: db.prepare('SELECT id FROM generation WHERE active = 0'),
    insert: db.prepare(`
      INSERT INTO generation (active, cells, passages, trained_passages, through_passage, removal_seq, probe_cells, depth, tuning)
      VALUES (0, :partitions, :passages, :trainedPassages, :throughPassage, :removalSeq, :nprobe, :depth, :tuning)`),
    tune: db.prepare('UPDATE generation SET probe_cells = ?, depth = ?, tuning = ? WHERE id = ?'),
    deactivate: db.prepare('UPDATE generation SET active = 0 WHERE id <> ?'),
    activate: db.prepare('UPDATE generation SET active = 1 WHERE id = ?'),
    deleteVersion: db.prepare('DELETE FROM generation WHERE id = ?'),
    hasBlock: db.prepare('SELECT 1 FROM generation_block WHERE generation = ? LIMIT 1'),
    insertBlock: db.prepare(
      'INSERT INTO generation_block (generation, kind, block, checksum, data) VALUES (?, ?, ?, ?, ?)',
    ),
    sizeOf: db.prepare('SELECT sum(length(data)) FROM generation_block WHERE generation = ? AND kind = ?'),
    block: db.prepare('SELECT checksum, data FROM generation_block WHERE generation = ? AND kind = ? AND block = ?'),
    deleteBlocks: db.prepare('DELETE FROM generation_block WHERE generation = ?'),
    deleteSomeBlocks: db.prepare(
      'DELETE FROM generation_block WHERE id IN (SELECT id FROM generation_block WHERE generation = ? LIMIT 16)',
    ),
    insertPartitions: db.prepare(
      'INSERT INTO passage_cells (generation, passage_id, checksum, cells) VALUES (?, ?, ?, ?)',
    ),
    partitionsAfter: db.prepare(
      'SELECT passage_id, checksum, cells FROM passage_cells WHERE generation = ? AND passage_id > ? ORDER BY passage_id',
    ),
    deletePartitions: db.prepare('DELETE FROM passage_cells WHERE generation = ?'),
    deletePartitionsOf: db.prepare(
      'DELETE FROM passage_cells WHERE generation IN (SELECT id FROM generation) AND passage_id BETWEEN ? AND ?',
    ),
  };
}
