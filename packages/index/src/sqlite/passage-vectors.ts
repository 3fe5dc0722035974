import { crc32 } from 'node:zlib';
import { GlotError } from '@glot/errors';
import { quantizeRows } from '@glot/kernels';
import type { Database, Statement } from 'better-sqlite3';
import { corruptMessage } from './storage-error.js';
import type { VectorTile } from './vector-tile.js';

type Row = [passageId: number, rows: number, checksum: number, scales: Buffer, codes: Buffer];

export interface Filled {
  /** The last passage that was read. */
  readonly through: number;
  /** Whether there are passages after it. */
  readonly more: boolean;
}

/** Token vectors as stored: per passage int8 codes [rows x dim], f32 scales [rows] (little-endian) and a CRC-32 of both. */
export class PassageVectors {
  readonly dim: number;
  readonly #file: string;
  readonly #insert: Statement;
  readonly #after: Statement;
  readonly #removalsAfter: Statement;
  readonly #removalExtent: Statement;

  constructor(db: Database, file: string, dim: number) {
    this.dim = dim;
    this.#file = file;
    this.#insert = db.prepare(
      'INSERT INTO passage_vectors (passage_id, row_count, checksum, scales, codes) VALUES (?, ?, ?, ?, ?)',
    );
    this.#after = db
      .prepare(
        'SELECT passage_id, row_count, checksum, scales, codes FROM passage_vectors WHERE passage_id > ? ORDER BY passage_id',
      )
      .raw();
    this.#removalsAfter = db
      .prepare('SELECT seq, first_passage, last_passage FROM removal WHERE seq > ? ORDER BY seq')
      .raw();
    this.#removalExtent = db.prepare('SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM removal').raw();
  }

  /** @param data [rows x dim], finite */
  insert(passageId: number, data: Float32Array): void {
    const { codes, scales } = quantizeRows(data, this.dim);
    const scaleBytes = bytesOf(scales);
    const codeBytes = bytesOf(codes);
    this.#insert.run(passageId, scales.length, crc32(codeBytes, crc32(scaleBytes)), scaleBytes, codeBytes);
  }

  /**
   * Appends passages above `after` to the tile until it is full or there are no more.
   * @throws GlotError `index.corrupt`
   */
  fill(tile: VectorTile, after: number): Filled {
    let through = after;
    for (const row of this.#after.iterate(after) as IterableIterator<Row>) {
      const [passageId, rows, checksum, scales, codes] = row;
      if (codes.length !== rows * this.dim || scales.length !== rows * 4 || crc32(codes, crc32(scales)) !== checksum) {
        throw new GlotError('index.corrupt', corruptMessage(this.#file, `the vectors of passage ${passageId}`), {
          details: { file: this.#file, passageId },
        });
      }
      // A passage without rows has nothing to be found by.
      if (rows > 0 && !tile.append(passageId, rows, codes, scales)) return { through, more: true };
      through = passageId;
    }
    return { through, more: false };
  }

  /** Removals since `seq`, oldest first. */
  removalsAfter(seq: number): [seq: number, firstPassage: number, lastPassage: number][] {
    return this.#removalsAfter.all(seq) as [number, number, number][];
  }

  /** Numbers of the oldest and the newest removal still recorded; zeros when there is none. */
  removalExtent(): [oldest: number, newest: number] {
    return this.#removalExtent.get() as [number, number];
  }
}

function bytesOf(values: Int8Array | Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
