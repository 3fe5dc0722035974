import type { ByteCursor } from './byte-cursor.js';
import { corrupt } from './corrupt.js';

export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** 64-bit integers come as numbers and lose precision above 2^53; booleans in arrays come as 0 and 1. */
export type MetadataValue = string | number | boolean | readonly string[] | NumericArray;

export type Metadata = ReadonlyMap<string, MetadataValue>;

interface NumberType {
  readonly bytes: number;
  readonly array: (length: number) => NumericArray;
  readonly get: (view: DataView, at: number) => number;
}

// by the type codes of the format
const NUMBER_TYPES: Readonly<Record<number, NumberType>> = {
  0: { bytes: 1, array: (n) => new Uint8Array(n), get: (view, at) => view.getUint8(at) },
  1: { bytes: 1, array: (n) => new Int8Array(n), get: (view, at) => view.getInt8(at) },
  2: { bytes: 2, array: (n) => new Uint16Array(n), get: (view, at) => view.getUint16(at, true) },
  3: { bytes: 2, array: (n) => new Int16Array(n), get: (view, at) => view.getInt16(at, true) },
  4: { bytes: 4, array: (n) => new Uint32Array(n), get: (view, at) => view.getUint32(at, true) },
  5: { bytes: 4, array: (n) => new Int32Array(n), get: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, array: (n) => new Float32Array(n), get: (view, at) => view.getFloat32(at, true) },
  7: { bytes: 1, array: (n) => new Uint8Array(n), get: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  10: { bytes: 8, array: (n) => new Float64Array(n), get: (view, at) => Number(view.getBigUint64(at, true)) },
  11: { bytes: 8, array: (n) => new Float64Array(n), get: (view, at) => Number(view.getBigInt64(at, true)) },
  12: { bytes: 8, array: (n) => new Float64Array(n), get: (view, at) => view.getFloat64(at, true) },
};
const BOOLEAN = 7;
const STRING = 8;
const ARRAY = 9;

const MAX_KEY_BYTES = 65_535;
// the longest strings of real files are chat templates, of some 20 kB
const MAX_STRING_BYTES = 8 * 1024 * 1024;
const MAX_ITEMS = 1024 * 1024;
/** The least that a key, a type and a value take. */
export const METADATA_ENTRY_BYTES = 8 + 4 + 1;

/** @throws GlotError `lfm2.gguf` */
export function readMetadata(cursor: ByteCursor, count: number, where: string): Map<string, MetadataValue> {
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i += 1) {
    const key = cursor.string('a metadata key', MAX_KEY_BYTES);
    if (metadata.has(key)) throw corrupt(where, `the metadata key ${JSON.stringify(key)} occurs twice`);
    metadata.set(key, readValue(cursor, cursor.u32(), key, where));
  }
  return metadata;
}

function readValue(cursor: ByteCursor, code: number, key: string, where: string): MetadataValue {
  if (code === STRING) return cursor.string(key, MAX_STRING_BYTES);
  if (code === ARRAY) return readArray(cursor, cursor.u32(), key, where);
  const type = NUMBER_TYPES[code];
  if (type === undefined) throw corrupt(where, `${key} has the unknown type ${code}`);
  const value = type.get(cursor.take(type.bytes), 0);
  return code === BOOLEAN ? value === 1 : value;
}

function readArray(cursor: ByteCursor, code: number, key: string, where: string): readonly string[] | NumericArray {
  const what = `the length of ${key}`;
  if (code === STRING) {
    const length = cursor.count(what, 8, MAX_ITEMS);
    const strings: string[] = [];
    for (let i = 0; i < length; i += 1) strings.push(cursor.string(`an entry of ${key}`, MAX_STRING_BYTES));
    return strings;
  }
  const type = NUMBER_TYPES[code];
  // llama.cpp refuses arrays of arrays too
  if (type === undefined) throw corrupt(where, `${key} is an array of the unknown type ${code}`);
  const length = cursor.count(what, type.bytes, MAX_ITEMS);
  const view = cursor.take(length * type.bytes);
  const numbers = type.array(length);
  for (let i = 0; i < length; i += 1) numbers[i] = type.get(view, i * type.bytes);
  return numbers;
}
