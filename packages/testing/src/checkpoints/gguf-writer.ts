/**
 * Writes small GGUF files, sound or not, for tests: every size in them can be a lie.
 * @module
 */

export type FieldType = 'u8' | 'u32' | 'i32' | 'f32' | 'bool' | 'string' | 'u64' | 'f64';

export interface Field {
  readonly key: string;
  readonly type: FieldType;
  /** An array makes an array of that type. */
  readonly value: string | number | boolean | bigint | readonly (string | number | boolean)[];
  /** Length claimed by an array. */
  readonly claimedLength?: bigint;
}

export interface WrittenTensor {
  readonly name: string;
  /** Slowest first. */
  readonly shape: readonly (number | bigint)[];
  /** ggml's type code. */
  readonly code: number;
  readonly bytes: Uint8Array;
  /** Claimed in place of the true one. */
  readonly offset?: bigint;
}

export interface WrittenFile {
  readonly version?: number;
  readonly magic?: string;
  readonly alignment?: number;
  readonly fields?: readonly Field[];
  readonly tensors?: readonly WrittenTensor[];
  readonly claimedTensors?: bigint;
  readonly claimedFields?: bigint;
}

export interface WrittenHeader extends Omit<WrittenFile, 'tensors'> {
  readonly tensors?: readonly (Omit<WrittenTensor, 'bytes'> & { readonly byteLength: number })[];
}

const TYPE_CODES: Readonly<Record<FieldType, number>> = {
  u8: 0,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  u64: 10,
  f64: 12,
};

export function ggufBytes(file: WrittenFile): Uint8Array {
  const { alignment = 32, tensors = [] } = file;
  const described = tensors.map(({ bytes, ...tensor }) => ({ ...tensor, byteLength: bytes.length }));
  const parts = [ggufHeader({ ...file, tensors: described })];
  for (const { bytes } of tensors) parts.push(bytes, new Uint8Array(padding(bytes.length, alignment)));
  return Buffer.concat(parts);
}

/** What stands before the bytes of the tensors, each of which is padded to the alignment. */
export function ggufHeader(file: WrittenHeader): Uint8Array {
  const { alignment = 32, fields = [], tensors = [] } = file;
  const parts: Uint8Array[] = [Buffer.from(file.magic ?? 'GGUF', 'latin1'), u32(file.version ?? 3)];
  parts.push(u64(file.claimedTensors ?? BigInt(tensors.length)), u64(file.claimedFields ?? BigInt(fields.length)));
  for (const field of fields) parts.push(...fieldBytes(field));
  let offset = 0;
  for (const { name, shape, code, byteLength, offset: claimed } of tensors) {
    parts.push(...text(name), u32(shape.length), ...shape.toReversed().map((extent) => u64(BigInt(extent))));
    parts.push(u32(code), u64(claimed ?? BigInt(offset)));
    offset += byteLength + padding(byteLength, alignment);
  }
  parts.push(new Uint8Array(padding(length(parts), alignment)));
  return Buffer.concat(parts);
}

function fieldBytes({ key, type, value, claimedLength }: Field): Uint8Array[] {
  const items = Array.isArray(value) ? (value as readonly (string | number | boolean)[]) : null;
  const head = [...text(key), u32(items ? 9 : TYPE_CODES[type])];
  if (items === null) return [...head, ...scalar(type, value as string | number | boolean | bigint)];
  const body = items.flatMap((item) => scalar(type, item));
  return [...head, u32(TYPE_CODES[type]), u64(claimedLength ?? BigInt(items.length)), ...body];
}

function scalar(type: FieldType, value: string | number | boolean | bigint): Uint8Array[] {
  if (type === 'string') return text(String(value));
  const bytes = Buffer.alloc(8);
  if (type === 'u8' || type === 'bool') return [bytes.subarray(0, bytes.writeUInt8(Number(value)))];
  if (type === 'u32') return [bytes.subarray(0, bytes.writeUInt32LE(Number(value)))];
  if (type === 'i32') return [bytes.subarray(0, bytes.writeInt32LE(Number(value)))];
  if (type === 'f32') return [bytes.subarray(0, bytes.writeFloatLE(Number(value)))];
  if (type === 'f64') return [bytes.subarray(0, bytes.writeDoubleLE(Number(value)))];
  return [u64(BigInt(value))];
}

function text(value: string): Uint8Array[] {
  const bytes = Buffer.from(value, 'utf8');
  return [u64(BigInt(bytes.length)), bytes];
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function u64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}

function padding(bytes: number, alignment: number): number {
  return (alignment - (bytes % alignment)) % alignment;
}

function length(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
