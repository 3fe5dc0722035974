import { GlotError } from '@glot/errors';
import { ByteCursor, NeedsMoreBytes } from './byte-cursor.js';
import { corrupt } from './corrupt.js';
import { METADATA_ENTRY_BYTES, type Metadata, readMetadata } from './metadata.js';
import { layoutOf, SUPPORTED_TYPES, type TensorLayout, typeName } from './tensor-types.js';

export interface GgufTensor {
  readonly name: string;
  /** Row-major, slowest first: the reverse of ggml's order. */
  readonly shape: readonly number[];
  readonly layout: TensorLayout;
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: Metadata;
  /** By ggml name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** The header of the largest LFM2 takes 7 MB, nearly all of it vocabulary. */
export const MAX_HEADER_BYTES = 32 * 1024 * 1024;

const MAGIC = 0x46554747; // "GGUF"
const MAX_ENTRIES = 65_536;
const MAX_NAME_BYTES = 256;
const TENSOR_ENTRY_BYTES = 8 + 4 + 8 + 4 + 8;
const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 1024 * 1024;

/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian) and checks all it claims against the size of the
 * file: counts, lengths, shapes, element types, tensors aligned, inside the file and without overlap, no name twice.
 * @param bytes the first bytes of the file, or all of them
 * @returns null where the header is longer than `bytes`
 * @throws GlotError `lfm2.gguf`, `lfm2.dtype`, `lfm2.unsupported`
 */
export function parseGgufHeader(bytes: Uint8Array, fileBytes: number, where: string): GgufHeader | null {
  try {
    return parse(new ByteCursor(bytes, fileBytes, where), fileBytes, where);
  } catch (error) {
    if (error instanceof NeedsMoreBytes) return null;
    throw error;
  }
}

function parse(cursor: ByteCursor, fileBytes: number, where: string): GgufHeader {
  if (cursor.u32() !== MAGIC) throw corrupt(where, 'it does not begin with "GGUF"');
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw unsupportedVersion(version, where);
  const tensorCount = cursor.count('the number of tensors', TENSOR_ENTRY_BYTES, MAX_ENTRIES);
  const metadataCount = cursor.count('the number of metadata entries', METADATA_ENTRY_BYTES, MAX_ENTRIES);
  const metadata = readMetadata(cursor, metadataCount, where);
  const alignment = alignmentOf(metadata, where);
  const entries = [];
  for (let i = 0; i < tensorCount; i += 1) entries.push(readEntry(cursor, where));
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { offset, ...entry } of entries) {
    if (tensors.has(entry.name)) throw corrupt(where, `two tensors are named ${entry.name}`);
    if (offset % alignment !== 0) throw corrupt(where, `${entry.name} is not aligned to ${alignment} bytes`);
    tensors.set(entry.name, { ...entry, start: dataStart + offset });
  }
  checkPlaces(tensors, fileBytes, where);
  return { version, metadata, tensors };
}

function readEntry(cursor: ByteCursor, where: string): Omit<GgufTensor, 'start'> & { readonly offset: number } {
  const name = cursor.string('a tensor name', MAX_NAME_BYTES);
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > 4) throw corrupt(where, `${name} has ${dimensions} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i += 1) shape.unshift(cursor.size(`an extent of ${name}`));
  const code = cursor.u32();
  const layout = layoutOf(code);
  if (layout === undefined) {
    throw new GlotError(
      'lfm2.dtype',
      `${where}: the tensor ${name} is stored as ${typeName(code)}; take a file in one of ${SUPPORTED_TYPES.join(', ')}`,
      { details: { path: where, name, type: typeName(code) } },
    );
  }
  const count = shape.reduce((product, extent) => product * extent, 1);
  const bytes = (count / layout.blockLength) * layout.blockBytes;
  if (count === 0 || !Number.isSafeInteger(count) || !Number.isSafeInteger(bytes)) {
    throw corrupt(where, `${name} has the impossible shape [${shape}]`);
  }
  if (shape.at(-1)! % layout.blockLength !== 0) {
    throw corrupt(where, `rows of ${name} have ${shape.at(-1)} numbers, no whole number of ${layout.name} blocks`);
  }
  return { name, shape, layout, bytes, offset: cursor.size(`the offset of ${name}`) };
}

function alignmentOf(metadata: Metadata, where: string): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const sound =
    typeof alignment === 'number' &&
    alignment >= 1 &&
    alignment <= MAX_ALIGNMENT &&
    Number.isInteger(Math.log2(alignment));
  if (!sound) throw corrupt(where, `general.alignment is ${JSON.stringify(alignment)}`);
  return alignment;
}

function checkPlaces(tensors: ReadonlyMap<string, GgufTensor>, fileBytes: number, where: string): void {
  let free = 0;
  for (const { name, start, bytes } of [...tensors.values()].sort((a, b) => a.start - b.start)) {
    if (start + bytes > fileBytes) {
      throw corrupt(where, `${name} should end at byte ${start + bytes}, the file at ${fileBytes}`);
    }
    if (start < free) throw corrupt(where, `${name} overlaps another tensor`);
    free = start + bytes;
  }
}

function unsupportedVersion(version: number, where: string): GlotError {
  if (version !== 0 && (version & 0xffff) === 0) {
    return new GlotError('lfm2.unsupported', `${where} is a big-endian GGUF file; convert it to little-endian`, {
      details: { path: where },
    });
  }
  return new GlotError('lfm2.unsupported', `${where} has GGUF version ${version}; versions 2 and 3 are read`, {
    details: { path: where, version },
  });
}
