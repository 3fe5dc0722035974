import { crc32 } from 'node:zlib';
import { GlotError, isGlotError } from '@glot/errors';
import { type QuantizedRows, quantizeRows, RowCodec, type RowTable } from '@glot/kernels';
import type { Database, Statement } from 'better-sqlite3';
import { decodeResiduals, encodeResiduals, residualRowBytes, residualsToInt8 } from '../../codecs/residual-rows.js';
import { decodeTableRows } from '../../codecs/table-rows.js';
import type { CentroidTree } from '../../ivf/centroid-tree.js';
import { corruptMessage } from '../file/storage-error.js';
import { RemovalLog } from './removal-log.js';
import { hasRowTable, readRowTable } from './row-table-store.js';
import { SpareTiles, type VectorTile } from './vector-tile.js';

export const INT8_CODEC = 0;
export const RESIDUAL_CODEC = 1;
/** Of all rows of a file that has a table for them, and of no others. */
export const TABLE_CODEC = 2;

type Row = [passageId: number, rows: number, codec: number, checksum: number, scales: Buffer, codes: Buffer];

/** The vectors of one passage in a codec. */
export interface CodedRows {
  readonly rows: number;
  readonly codec: number;
  /** [rows] f32, little-endian: factors of the codes; by a table the norms of rows, or nothing where all are 1. */
  readonly scales: Buffer;
  readonly codes: Buffer;
}

/** As they are stored; their checksum is right. */
export interface StoredRows extends CodedRows {
  readonly passageId: number;
}

export interface Filled {
  /** The last passage that was read. */
  readonly through: number;
  /** Whether there are passages after it. */
  readonly more: boolean;
}

/** Some 800 KB of vectors. */
const PAGE_PASSAGES = 64;

/** More passages than any index holds. */
const EVERY = 2 ** 31 - 1;

/**
 * Token vectors as stored: per passage codes, f32 scales [rows] (little-endian) and a CRC-32 of both. Codes are those of
 * the file's table; in files of older formats int8 [rows x dim], or compact rows against the codebook. By a table, what
 * is decoded lies along its axes: queries have to be `turned`, once, and products are the same.
 */
export class PassageVectors {
  readonly dim: number;
  readonly spareTiles: SpareTiles;
  readonly removals: RemovalLog;
  readonly #file: string;
  /** Whether rows are stored by a table. */
  readonly byTable: boolean;
  readonly #db: Database;
  readonly #loadCodebook: () => CentroidTree | null;
  /** Null for a file of the first format, which is never written to. */
  readonly #writing: { readonly insert: Statement; readonly recode: Statement } | null;
  readonly #one: Statement;
  readonly #many: Statement;
  readonly #after: Statement;
  readonly #deleteBetween: Statement;
  readonly #deleteStrays: Statement;
  #codebook: CentroidTree | null = null;
  #codec: RowCodec | null = null;
  #table: RowTable | null = null;

  /** @param format of the file: the first one had no codecs */
  constructor(db: Database, file: string, dim: number, format: number, loadCodebook: () => CentroidTree | null) {
    this.dim = dim;
    this.spareTiles = new SpareTiles(dim);
    this.removals = new RemovalLog(db);
    this.#file = file;
    this.#db = db;
    this.byTable = hasRowTable(db, format);
    this.#loadCodebook = loadCodebook;
    const columns = `passage_id, row_count, ${format === 1 ? INT8_CODEC : 'codec'}, checksum, scales, codes`;
    this.#writing =
      format === 1
        ? null
        : {
            insert: db.prepare(`
              INSERT INTO passage_vectors (passage_id, row_count, codec, checksum, scales, codes)
              VALUES (?, ?, ?, ?, ?, ?)`),
            recode: db.prepare(
              'UPDATE passage_vectors SET codec = ?, checksum = ?, scales = ?, codes = ? WHERE passage_id = ?',
            ),
          };
    this.#one = db.prepare(`SELECT ${columns} FROM passage_vectors WHERE passage_id = ?`).raw();
    this.#many = db
      .prepare(`SELECT ${columns} FROM json_each(?) JOIN passage_vectors ON passage_id = json_each.value`)
      .raw();
    this.#after = db
      .prepare(`SELECT ${columns} FROM passage_vectors WHERE passage_id > ? ORDER BY passage_id LIMIT ?`)
      .raw();
    this.#deleteBetween = db.prepare('DELETE FROM passage_vectors WHERE passage_id BETWEEN ? AND ?');
    this.#deleteStrays = db.prepare('DELETE FROM passage_vectors WHERE passage_id NOT IN (SELECT id FROM passage)');
  }

  /**
   * @param data [rows x dim], finite
   * @param codec compact needs a codebook
   */
  encode(data: Float32Array, codec: number): CodedRows {
    return { rows: data.length / this.dim, codec, ...this.#encode(data, codec, undefined) };
  }

  insert(passageId: number, { rows, codec, scales, codes }: CodedRows): void {
    this.#writing!.insert.run(passageId, rows, codec, checksumOf(scales, codes), scales, codes);
  }

  /** Of passages from `first` to `last`. */
  delete(first: number, last: number): void {
    this.#deleteBetween.run(first, last);
  }

  /** Of passages that are not there. */
  deleteStrays(): void {
    this.#deleteStrays.run();
  }

  /** Stores a passage's rows anew in another codec. */
  recode(stored: StoredRows, codec: number, partitions?: Uint32Array): void {
    const { scales, codes } = this.#encode(this.decoded(stored), codec, partitions);
    this.#writing!.recode.run(codec, checksumOf(scales, codes), scales, codes, stored.passageId);
  }

  /** @returns null where there are none @throws GlotError `index.corrupt` */
  get(passageId: number): StoredRows | null {
    const row = this.#one.get(passageId) as Row | undefined;
    return row ? this.#checked(row) : null;
  }

  /** Those of these passages that are there, in one statement: a third of the time of one by one. @throws GlotError `index.corrupt` */
  *many(passageIds: readonly number[]): Generator<StoredRows> {
    for (const row of this.#many.all(JSON.stringify(passageIds)) as Row[]) yield this.#checked(row);
  }

  /** Passages above `after`, at most `limit` of them. @throws GlotError `index.corrupt` */
  *after(after: number, limit: number): Generator<StoredRows> {
    for (const row of this.#rowsAfter(after, limit)) yield this.#checked(row);
  }

  /**
   * Rows above `after` in pages: a statement that is left half-read, as `iterate` leaves it, forbids writing meanwhile.
   */
  *#rowsAfter(after: number, limit: number): Generator<Row> {
    let last = after;
    let left = limit;
    while (left > 0) {
      const wanted = Math.min(left, PAGE_PASSAGES);
      const page = this.#after.all(last, wanted) as Row[];
      yield* page;
      if (page.length < wanted) return;
      last = page[page.length - 1]![0];
      left -= page.length;
    }
  }

  /** Rows as what is stored lies. @param rows [n x dim] */
  turned(rows: Float32Array): Float32Array {
    return this.byTable ? this.#rowCodec().turned(rows) : rows;
  }

  /** Rows as they were given. @param rows [n x dim], decoded */
  turnedBack(rows: Float32Array): Float32Array {
    return this.byTable ? this.#rowCodec().turnedBack(rows) : rows;
  }

  /** @returns [rows x dim] */
  decoded(stored: CodedRows): Float32Array {
    const into = new Float32Array(stored.rows * this.dim);
    this.decodeInto(stored, into, 0);
    return into;
  }

  /** @param into [rows x dim] from `at` is filled */
  decodeInto(stored: CodedRows, into: Float32Array, at: number): void {
    const { dim } = this;
    const { codec, rows, scales, codes } = stored;
    if (codec === RESIDUAL_CODEC) {
      decodeResiduals(codes, scales, this.#requireCodebook(), into, at);
      return;
    }
    if (codec === TABLE_CODEC) {
      decodeTableRows(this.#rowCodec(), codes, normsOf(scales), into, at);
      return;
    }
    for (let row = 0; row < rows; row += 1) {
      const scale = scales.readFloatLE(row * 4);
      for (let k = row * dim; k < (row + 1) * dim; k += 1) into[at + k] = ((codes[k]! << 24) >> 24) * scale;
    }
  }

  /**
   * Appends passages above `after` to the tile until it is full or there are no more.
   * @throws GlotError `index.corrupt`
   */
  fill(tile: VectorTile, after: number): Filled {
    let through = after;
    for (const row of this.#rowsAfter(after, EVERY)) {
      const stored = this.#checked(row);
      // A passage without rows has nothing to be found by.
      if (stored.rows > 0 && !this.append(tile, stored)) return { through, more: true };
      through = stored.passageId;
    }
    return { through, more: false };
  }

  /** @returns whether there was room */
  append(tile: VectorTile, stored: StoredRows): boolean {
    const { passageId, rows, codec } = stored;
    if (codec === INT8_CODEC) return tile.append(passageId, rows, stored.codes, stored.scales);
    const { codes, scales } = codec === TABLE_CODEC ? this.#tableToInt8(stored) : this.#residualsToInt8(stored);
    return tile.append(passageId, rows, bytesOf(codes), bytesOf(scales));
  }

  #encode(data: Float32Array, codec: number, partitions: Uint32Array | undefined): { scales: Buffer; codes: Buffer } {
    if (codec === TABLE_CODEC) {
      const { codes, norms } = this.#rowCodec().encode(data);
      return { scales: bytesOf(norms), codes: bytesOf(codes) };
    }
    const { codes, scales } =
      codec === RESIDUAL_CODEC
        ? encodeResiduals(data, this.#requireCodebook(), partitions)
        : quantizeRows(data, this.dim);
    return { scales: bytesOf(scales), codes: bytesOf(codes) };
  }

  #residualsToInt8({ passageId, codes, scales }: StoredRows): QuantizedRows {
    try {
      return residualsToInt8(codes, scales, this.#requireCodebook());
    } catch (error) {
      throw isGlotError(error, 'kernels.not-finite') ? this.#corrupt(passageId, error) : error;
    }
  }

  #tableToInt8({ codes, scales }: CodedRows): QuantizedRows {
    return this.#rowCodec().toInt8(codes, normsOf(scales));
  }

  /** By which the rows of the file are stored. @throws GlotError `index.corrupt` where it is damaged */
  table(): RowTable {
    this.#rowCodec();
    return this.#table!;
  }

  #rowCodec(): RowCodec {
    if (this.#codec) return this.#codec;
    const place = 'the table that its vectors are stored by';
    const details = { file: this.#file, place };
    this.#table = readRowTable(this.#db, this.dim);
    if (!this.#table) throw new GlotError('index.corrupt', corruptMessage(this.#file, place), { details });
    try {
      this.#codec = new RowCodec(this.#table);
    } catch (cause) {
      if (!isGlotError(cause, 'kernels.shape')) throw cause;
      throw new GlotError('index.corrupt', corruptMessage(this.#file, place), { cause, details });
    }
    return this.#codec;
  }

  #corrupt(passageId: number, cause?: unknown): GlotError {
    return new GlotError('index.corrupt', corruptMessage(this.#file, `the vectors of passage ${passageId}`), {
      cause,
      details: { file: this.#file, passageId },
    });
  }

  #requireCodebook(): CentroidTree {
    this.#codebook ??= this.#loadCodebook();
    if (this.#codebook) return this.#codebook;
    throw new GlotError('index.corrupt', corruptMessage(this.#file, 'the codebook of its vectors is missing'), {
      details: { file: this.#file },
    });
  }

  /** NaN for a codec that the file cannot have. */
  #rowBytes(codec: number): number {
    if (this.byTable) return codec === TABLE_CODEC ? this.#rowCodec().rowBytes : Number.NaN;
    if (codec === RESIDUAL_CODEC) return residualRowBytes(this.dim);
    return codec === INT8_CODEC ? this.dim : Number.NaN;
  }

  #checked([passageId, rows, codec, checksum, scales, codes]: Row): StoredRows {
    const bytes = this.#rowBytes(codec);
    const scaled = scales.length === rows * 4 || (codec === TABLE_CODEC && scales.length === 0);
    if (!(codes.length === rows * bytes) || !scaled || checksumOf(scales, codes) !== checksum) {
      throw this.#corrupt(passageId);
    }
    return { passageId, rows, codec, scales, codes };
  }
}

function checksumOf(scales: Buffer, codes: Buffer): number {
  return crc32(codes, crc32(scales));
}

/** Bytes of a row of SQLite begin anywhere: floats need an array of their own. */
function normsOf(scales: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(scales).buffer);
}

/** The same memory, as SQLite takes it. */
export function bytesOf(values: Int8Array | Uint8Array | Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
