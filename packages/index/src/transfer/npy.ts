/**
 * NumPy's array files, of two dimensions in C order: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @module
 */

import { GlotError } from '@glot/errors';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** Long enough for any shape, so that the header can be written again once the number of rows is known. */
const HEADER_BYTES = 128;

/** `<f4` or `<f2`. */
export type NpyType = 'f4' | 'f2';

export interface NpyHeader {
  readonly type: NpyType;
  readonly rows: number;
  readonly columns: number;
  /** Where the numbers start. */
  readonly dataOffset: number;
}

export function npyHeader(rows: number, columns: number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = Buffer.alloc(HEADER_BYTES, ' ');
  MAGIC.copy(header);
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(HEADER_BYTES - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', HEADER_BYTES - 1, 'latin1');
  return header;
}

/**
 * @param start the first bytes of the file, 64 KiB or all of it
 * @throws GlotError `index.import`
 */
export function parseNpyHeader(start: Buffer, file: string): NpyHeader {
  const fail = (what: string) =>
    new GlotError(
      'index.import',
      `${file} ${what}; write it with numpy.save from an array of float32 or float16, [tokens x dimensions]`,
      { details: { file } },
    );
  if (start.length < 12 || !start.subarray(0, 6).equals(MAGIC)) throw fail('is not a NumPy array file');
  const wide = start[6]! >= 2;
  const length = wide ? start.readUInt32LE(8) : start.readUInt16LE(8);
  const from = wide ? 12 : 10;
  const dataOffset = from + length;
  if (dataOffset > start.length) throw fail('has a header that does not end');
  const text = start.toString('latin1', from, dataOffset);
  const type = /'descr':\s*'<(f4|f2)'/.exec(text)?.[1] as NpyType | undefined;
  const shape = /'shape':\s*\((\d+),\s*(\d+)\)/.exec(text);
  if (!type || !shape || !/'fortran_order':\s*False/.test(text)) throw fail(`holds something else: ${text.trim()}`);
  return { type, rows: Number(shape[1]), columns: Number(shape[2]), dataOffset };
}

/** Half precision, IEEE 754 binary16. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
