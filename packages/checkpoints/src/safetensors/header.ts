import { GlotError } from '@glot/errors';

/** Element types of the format with their size in bytes. */
const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Position in the data section, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** A real header takes about 130 bytes a tensor: the largest LFM2 needs 1 MB. */
export const MAX_HEADER_BYTES = 32 * 1024 * 1024;

/**
 * Reads the JSON header of a safetensors file and checks all it claims against the size of the data section:
 * known types, sizes that fit the shapes, tensors side by side without gap or overlap, no name twice.
 * @throws GlotError `lfm2.safetensors`
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, where: string): Map<string, TensorEntry> {
  const text = decode(bytes, where);
  const json = parse(text, where);
  const names = Object.keys(json);
  if (countKeys(text) !== names.reduce((sum, name) => sum + 1 + keysOf(json[name]), 0)) {
    throw corrupt(where, 'a name occurs twice in the header');
  }
  const entries = new Map<string, TensorEntry>();
  for (const name of names) {
    if (name !== '__metadata__') entries.set(name, entry(name, json[name], dataBytes, where));
  }
  checkLayout(entries, dataBytes, where);
  return entries;
}

export function corrupt(where: string, problem: string, cause?: unknown): GlotError {
  return new GlotError('lfm2.safetensors', `${where} is not a sound safetensors file: ${problem}; fetch it again`, {
    cause,
    details: { path: where },
  });
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw corrupt(where, 'the header is not UTF-8', cause);
  }
}

function parse(text: string, where: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (isRecord(json)) return json;
  } catch (cause) {
    throw corrupt(where, 'the header is not JSON', cause);
  }
  throw corrupt(where, 'the header is not a JSON object');
}

function entry(name: string, value: unknown, dataBytes: number, where: string): TensorEntry {
  if (!isRecord(value)) throw corrupt(where, `the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw corrupt(where, `${name} has the unknown element type ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) throw corrupt(where, `${name} has an impossible shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw corrupt(where, `${name} has no usable data_offsets`);
  const [start, end] = offsets as [number, number];
  if (start > end || end > dataBytes) {
    throw corrupt(where, `${name} claims the bytes ${start} to ${end} of ${dataBytes}`);
  }
  const needed = shape.reduce((product, extent) => product * extent, DTYPE_BYTES[dtype as Dtype]);
  if (end - start !== needed) throw corrupt(where, `${name} has ${end - start} bytes, its shape asks for ${needed}`);
  return { dtype: dtype as Dtype, shape, start, end };
}

function checkLayout(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number, where: string): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const [name, { start, end }] of sorted) {
    if (start !== at) throw corrupt(where, `${name} ${start < at ? 'overlaps another tensor' : 'follows a gap'}`);
    at = end;
  }
  if (at !== dataBytes) throw corrupt(where, `${dataBytes - at} bytes at its end belong to no tensor`);
}

// JSON.parse silently keeps the last of two equal names; a colon outside of strings counts what was written.
function countKeys(text: string): number {
  let colons = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x3a) colons += 1;
  }
  return colons;
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce(
    (sum: number, child) => sum + keysOf(child),
    Array.isArray(value) ? 0 : Object.keys(value).length,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
