import { dequantizeQ4K, dequantizeQ5K, dequantizeQ6K } from './k-quants.js';
import { dequantizeQ4, dequantizeQ8 } from './simple-quants.js';

/**
 * Writes the numbers of whole blocks.
 * @param bytes `blocks` blocks of the type, one after the other
 * @param out takes block length x blocks numbers from `at` on
 */
export type Dequantize = (bytes: Uint8Array, blocks: number, out: Float32Array, at: number) => void;

export type PlainType = 'F32' | 'F16' | 'BF16';
export type QuantizedType = 'Q4_0' | 'Q8_0' | 'Q4_K' | 'Q5_K' | 'Q6_K';
export type TensorType = PlainType | QuantizedType;

export interface TensorLayout {
  readonly name: TensorType;
  /** Numbers in a block; a row is a whole number of blocks. */
  readonly blockLength: number;
  readonly blockBytes: number;
  /** Absent for plain types. */
  readonly dequantize?: Dequantize;
}

// by ggml's type codes
const LAYOUTS: Readonly<Record<number, TensorLayout>> = {
  0: { name: 'F32', blockLength: 1, blockBytes: 4 },
  1: { name: 'F16', blockLength: 1, blockBytes: 2 },
  2: { name: 'Q4_0', blockLength: 32, blockBytes: 18, dequantize: dequantizeQ4 },
  8: { name: 'Q8_0', blockLength: 32, blockBytes: 34, dequantize: dequantizeQ8 },
  12: { name: 'Q4_K', blockLength: 256, blockBytes: 144, dequantize: dequantizeQ4K },
  13: { name: 'Q5_K', blockLength: 256, blockBytes: 176, dequantize: dequantizeQ5K },
  14: { name: 'Q6_K', blockLength: 256, blockBytes: 210, dequantize: dequantizeQ6K },
  30: { name: 'BF16', blockLength: 1, blockBytes: 2 },
};

const OTHER_NAMES: Readonly<Record<number, string>> = {
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

export const SUPPORTED_TYPES: readonly TensorType[] = Object.values(LAYOUTS).map(({ name }) => name);

/** Undefined for types that are not read; `typeName` says what they are called. */
export function layoutOf(code: number): TensorLayout | undefined {
  return LAYOUTS[code];
}

export function typeName(code: number): string {
  return LAYOUTS[code]?.name ?? OTHER_NAMES[code] ?? `number ${code}`;
}
