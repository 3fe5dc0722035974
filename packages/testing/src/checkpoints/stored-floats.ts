import { readFile } from 'node:fs/promises';

export interface StoredFloats {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** The tensors of a sound safetensors file of F32 or F16. */
export async function storedFloats(path: string): Promise<StoredFloats[]> {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] }
  >;
  return Object.entries(tensors).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const stored = bytes.subarray(start + from, start + to);
      const count = shape.reduce((product, size) => product * size, 1);
      const value = dtype === 'F16' ? halfAt : dtype === 'F32' ? floatAt : null;
      if (value === null) throw new Error(`${name} in ${path} is ${dtype}`);
      return { name, shape, values: Float32Array.from({ length: count }, (_, at) => value(stored, at)) };
    },
  );
}

const floatAt = (bytes: Buffer, at: number): number => bytes.readFloatLE(4 * at);

function halfAt(bytes: Buffer, at: number): number {
  const bits = bytes.readUInt16LE(2 * at);
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const size = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
  return bits >> 15 ? -size : size;
}
