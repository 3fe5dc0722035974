import { crc32 } from 'node:zlib';
import { GlotError, isGlotError } from '@glot/errors';
import { MOST_CENTROIDS, quantizeRows } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import { type CellTree, unrounded } from '../../ivf/centroid-tree.js';
import { decodeAscending, encodeAscending, type PostingLists } from '../../ivf/posting-lists.js';
import { Checksums, storesChecksums } from '../file/checksums.js';
import { Sittings } from '../file/sittings.js';
import { corruptMessage } from '../file/storage-error.js';
import { formatOf } from '../file/stored-parts.js';
import { hasRowTable } from '../vectors/row-table-store.js';

export interface Generation {
  readonly id: number;
  readonly cells: number;
  /** Passages in its lists. */
  readonly passages: number;
  /** Passages there were when the cells were trained. */
  readonly trainedPassages: number;
  /** Passages above this one are not in its lists. */
  readonly throughPassage: number;
  /** Removals after this one are not in its lists. */
  readonly removalSeq: number;
  /** Cells to probe per query row. */
  readonly probeCells: number;
  /** Candidates to score exactly. */
  readonly depth: number;
}

export interface GenerationArrays {
  readonly tree: CellTree;
  readonly lists: PostingLists;
  /** Passages by ordinal, ascending. */
  readonly ids: Float64Array;
}

/** Its arrays are the codebook of compact vectors. */
const CODEBOOK = 0;

/** Its arrays are trained cells that no generation came of yet. */
const TRAINED = -1;

const BLOCK_BYTES = 2 ** 20;

const COLUMNS = `id, cells, passages, trained_passages AS trainedPassages, through_passage AS throughPassage,
  removal_seq AS removalSeq, probe_cells AS probeCells, depth`;

/** Generations of cells in and out of the tables; every blob has a checksum. */
export class GenerationStore {
  readonly #db: Database;
  readonly #file: string;
  readonly #dim: number;
  readonly #checksums: Checksums | null;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database, file: string, dim: number) {
    this.#db = db;
    this.#file = file;
    this.#dim = dim;
    this.#checksums = storesChecksums(db) ? new Checksums(db) : null;
    this.#statements = prepare(db);
  }

  /** The one to search with; null while there is none. */
  active(): Generation | null {
    return (this.#statements.active.get() as Generation | undefined) ?? null;
  }

  /** @throws GlotError `index.corrupt` */
  load(generation: Generation): GenerationArrays {
    const { id } = generation;
    const tree = this.#tree(id);
    const lists = {
      offsets: new Float64Array(this.#read(id, 'offsets').buffer),
      bytes: this.#read(id, 'postings'),
    };
    const ids = new Float64Array(this.#read(id, 'ids').buffer);
    const cells = tree.firstCell.at(-1)!;
    if (
      cells > MOST_CENTROIDS ||
      cells !== generation.cells ||
      lists.offsets.length !== cells + 1 ||
      ids.length !== generation.passages
    ) {
      throw this.#corrupt(`the sizes of generation ${id}`);
    }
    return { tree, lists, ids };
  }

  tree(generation: Generation): CellTree {
    return this.#tree(generation.id);
  }

  codebook(): CellTree | null {
    return this.#statements.hasBlock.get(CODEBOOK) === undefined ? null : this.#tree(CODEBOOK);
  }

  /** In one transaction. */
  writeCodebook(tree: CellTree): void {
    this.#db
      .transaction(() => {
        this.#statements.deleteBlocks.run(CODEBOOK);
        for (const [kind, array] of treeArrays(tree)) this.#write(CODEBOOK, kind, array);
      })
      .immediate();
  }

  /**
   * Cells that an interrupted run trained on the very same passages; null where there are none.
   * @param key of those passages
   */
  trained(key: number): CellTree | null {
    if (this.#statements.hasBlock.get(TRAINED) === undefined) return null;
    try {
      return new Float64Array(this.#read(TRAINED, 'key').buffer)[0] === key ? this.#tree(TRAINED) : null;
    } catch (error) {
      // Damaged: they are trained again.
      if (isGlotError(error, 'index.corrupt')) return null;
      throw error;
    }
  }

  /** Keeps cells for a run that comes to an end: the next generation takes them away. In one transaction. */
  writeTrained(tree: CellTree, key: number): void {
    this.#db
      .transaction(() => {
        this.#statements.deleteBlocks.run(TRAINED);
        for (const [kind, array] of treeArrays(tree)) this.#write(TRAINED, kind, array);
        this.#write(TRAINED, 'key', Float64Array.of(key));
      })
      .immediate();
  }

  /** Writes a generation that nobody sees yet. @returns its id */
  writeInactive(generation: Omit<Generation, 'id'>, arrays: GenerationArrays): number {
    const id = Number(this.#statements.insert.run({ ...generation, tuning: '{}' }).lastInsertRowid);
    const { tree, lists, ids } = arrays;
    // What compact rows of an older format are coded by has to stay as it is.
    const stored = hasRowTable(this.#db, formatOf(this.#db)) ? roundedTreeArrays(tree) : treeArrays(tree);
    const parts = [...stored, ['offsets', lists.offsets], ['postings', lists.bytes], ['ids', ids]] as const;
    for (const [kind, array] of parts) this.#write(id, kind, array);
    return id;
  }

  /** From here on readers search with this one. Within a transaction of the caller, who has seen to its cells. */
  activate(id: number, probeCells: number, depth: number, tuning: object): void {
    this.#statements.tune.run(probeCells, depth, JSON.stringify(tuning), id);
    this.#statements.deactivate.run(id);
    this.#statements.activate.run(id);
    this.#statements.deleteBlocks.run(TRAINED);
    this.#checksums?.writeGeneration(id);
    Sittings.of(this.#db).noteChange(this.#file);
  }

  /** Removes what no reader looks for any more, in small transactions. */
  sweep(): void {
    for (const id of this.#statements.inactive.pluck().all() as number[]) {
      for (let changes = 1; changes > 0; ) changes = this.#statements.deleteSomeBlocks.run(id).changes;
      this.#statements.deleteCells.run(id);
      this.#statements.deleteGeneration.run(id);
    }
  }

  /** Readers go on by exhaustive search until the next generation. */
  dropAll(): void {
    this.#db
      .transaction(() => {
        this.#statements.deactivate.run(-1);
        this.#statements.deleteBlocks.run(TRAINED);
        this.#checksums?.writeGeneration(null);
        Sittings.of(this.#db).noteChange(this.#file);
      })
      .immediate();
    this.sweep();
  }

  /** @param cells distinct, ascending */
  insertCells(generation: number, passageId: number, cells: Uint32Array): void {
    const bytes = Buffer.from(encodeAscending(cells));
    this.#statements.insertCells.run(generation, passageId, crc32(bytes), bytes);
  }

  /** Cells of passages above `after`, ascending. @throws GlotError `index.corrupt` */
  cellsAfter(generation: Generation, after: number): { passageId: number; cells: Uint32Array }[] {
    const rows = this.#statements.cellsAfter.raw().all(generation.id, after) as [number, number, Buffer][];
    return rows.map(([passageId, checksum, bytes]) => {
      if (crc32(bytes) !== checksum) throw this.#corrupt(`the cells of passage ${passageId}`);
      return { passageId, cells: decodeAscending(bytes) };
    });
  }

  deleteCellsOf(first: number, last: number): void {
    this.#statements.deleteCellsOf.run(first, last);
  }

  #tree(id: number): CellTree {
    const coarse = new Float32Array(this.#read(id, 'coarse').buffer);
    const firstCell = new Uint32Array(this.#read(id, 'first').buffer);
    const dim = this.#dim;
    const centroids = this.#has(id, 'centroids')
      ? new Float32Array(this.#read(id, 'centroids').buffer)
      : this.#roundedCentroids(id);
    if (coarse.length !== (firstCell.length - 1) * dim || centroids.length !== firstCell.at(-1)! * dim) {
      throw this.#corrupt(`the cells of generation ${id}`);
    }
    return { dim, coarse, firstCell, centroids };
  }

  #roundedCentroids(id: number): Float32Array {
    const codes = new Int8Array(this.#read(id, 'centroid codes').buffer);
    const scales = new Float32Array(this.#read(id, 'centroid scales').buffer);
    const dim = this.#dim;
    if (codes.length !== scales.length * dim) throw this.#corrupt(`the cells of generation ${id}`);
    return unrounded({ codes, scales, dim });
  }

  #has(generation: number, kind: string): boolean {
    return this.#statements.sizeOf.pluck().get(generation, kind) !== null;
  }

  // A whole array of its own, so that views of any type fit.
  #read(generation: number, kind: string): Uint8Array<ArrayBuffer> {
    const size = this.#statements.sizeOf.pluck().get(generation, kind) as number | null;
    if (size === null) throw this.#corrupt(`generation ${generation}, ${kind}`);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let block = 0; at < size; block += 1) {
      const row = this.#statements.block.raw().get(generation, kind, block) as [number, Buffer] | undefined;
      if (!row || crc32(row[1]) !== row[0]) throw this.#corrupt(`generation ${generation}, ${kind}, block ${block}`);
      bytes.set(row[1], at);
      at += row[1].length;
    }
    return bytes;
  }

  #write(
    generation: number,
    kind: string,
    array: Float32Array | Float64Array | Uint32Array | Uint8Array | Int8Array,
  ): void {
    const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    let block = 0;
    for (let at = 0; at < bytes.length || block === 0; at += BLOCK_BYTES) {
      const data = bytes.subarray(at, at + BLOCK_BYTES);
      this.#statements.insertBlock.run(generation, kind, block++, crc32(data), data);
    }
  }

  #corrupt(found: string): GlotError {
    return new GlotError('index.corrupt', corruptMessage(this.#file, found), {
      details: { file: this.#file, place: found, isRepairable: true },
    });
  }
}

function treeArrays({ coarse, firstCell, centroids }: CellTree) {
  return [
    ['coarse', coarse],
    ['first', firstCell],
    ['centroids', centroids],
  ] as const;
}

/** Centroids of cells in a quarter of the bytes. @param tree whose centroids are rounded (`roundedCells`) */
function roundedTreeArrays({ dim, coarse, firstCell, centroids }: CellTree) {
  const { codes, scales } = quantizeRows(centroids, dim);
  return [
    ['coarse', coarse],
    ['first', firstCell],
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
      VALUES (0, :cells, :passages, :trainedPassages, :throughPassage, :removalSeq, :probeCells, :depth, :tuning)`),
    tune: db.prepare('UPDATE generation SET probe_cells = ?, depth = ?, tuning = ? WHERE id = ?'),
    deactivate: db.prepare('UPDATE generation SET active = 0 WHERE id <> ?'),
    activate: db.prepare('UPDATE generation SET active = 1 WHERE id = ?'),
    deleteGeneration: db.prepare('DELETE FROM generation WHERE id = ?'),
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
    insertCells: db.prepare('INSERT INTO passage_cells (generation, passage_id, checksum, cells) VALUES (?, ?, ?, ?)'),
    cellsAfter: db.prepare(
      'SELECT passage_id, checksum, cells FROM passage_cells WHERE generation = ? AND passage_id > ? ORDER BY passage_id',
    ),
    deleteCells: db.prepare('DELETE FROM passage_cells WHERE generation = ?'),
    deleteCellsOf: db.prepare(
      'DELETE FROM passage_cells WHERE generation IN (SELECT id FROM generation) AND passage_id BETWEEN ? AND ?',
    ),
  };
}
