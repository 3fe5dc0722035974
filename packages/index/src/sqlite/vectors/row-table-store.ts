import { crc32 } from 'node:zlib';
import type { RowTable } from '@glot/kernels';
import type { Database } from 'better-sqlite3';

/** Stands for a generation in `generation_block`. */
const ROW_TABLE = -2;

const PARTS = ['axes', 'bits', 'levels'] as const;

/** Within the transaction that makes the tables: what all rows of the file are stored by. */
export function writeRowTable(db: Database, table: RowTable): void {
  const insert = db.prepare(
    'INSERT INTO generation_block (generation, kind, block, checksum, data) VALUES (?, ?, 0, ?, ?)',
  );
  for (const part of PARTS) {
    const { buffer, byteOffset, byteLength } = table[part];
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    insert.run(ROW_TABLE, part, crc32(bytes), bytes);
  }
}

/** Whether rows are stored by a table; files of older formats have none. @param format of the file */
export function hasRowTable(db: Database, format: number): boolean {
  if (format < 2) return false;
  return db.prepare('SELECT 1 FROM generation_block WHERE generation = ?').get(ROW_TABLE) !== undefined;
}

/** @returns null where it is damaged */
export function readRowTable(db: Database, dim: number): RowTable | null {
  const blocks = db
    .prepare('SELECT kind, checksum, data FROM generation_block WHERE generation = ? AND block = 0')
    .raw();
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [kind, checksum, data] of blocks.all(ROW_TABLE) as [string, number, Buffer][]) {
    // An array of its own, so that floats fit.
    if (crc32(data) === checksum) found.set(kind, new Uint8Array(data));
  }
  const [axes, bits, levels] = PARTS.map((part) => found.get(part));
  if (!axes || !bits || !levels) return null;
  return { dim, axes: new Float32Array(axes.buffer), bits, levels: new Float32Array(levels.buffer) };
}
