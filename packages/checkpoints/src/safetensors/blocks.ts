import { dequantizeQ4, dequantizeQ8 } from '../gguf/simple-quants.js';
import { corrupt, type TensorEntry } from './header.js';

/**
 * A matrix in blocks: the tensor NAME is stored as NAME.q4_0 or NAME.q8_0, u8 [rows, bytes of a row], each row in the
 * blocks of ggml's type of that name (an f16 scale and 32 numbers). Safetensors has no element type for that.
 */
export interface Blocks {
  /** Name in the file. */
  readonly stored: string;
  /** [rows, columns] of the numbers. */
  readonly shape: readonly number[];
  /** Bits of a number. */
  readonly bits: 4 | 8;
}

const LENGTH = 32;
const LAYOUTS = [
  { suffix: '.q4_0', bits: 4, bytes: 18, dequantize: dequantizeQ4 },
  { suffix: '.q8_0', bits: 8, bytes: 34, dequantize: dequantizeQ8 },
] as const;

/** The tensors in blocks of a file, by their plain names. @throws GlotError `lfm2.safetensors` */
export function blocksOf(entries: ReadonlyMap<string, TensorEntry>, where: string): Map<string, Blocks> {
  const found = new Map<string, Blocks>();
  for (const [stored, { dtype, shape }] of entries) {
    const layout = LAYOUTS.find(({ suffix }) => stored.endsWith(suffix));
    if (layout === undefined) continue;
    const name = stored.slice(0, -layout.suffix.length);
    const [rows, bytes] = shape;
    if (dtype !== 'U8' || shape.length !== 2 || bytes! % layout.bytes !== 0) {
      throw corrupt(where, `${stored} is no U8 matrix of blocks of ${layout.bytes} bytes`);
    }
    if (entries.has(name) || found.has(name)) throw corrupt(where, `${name} is there in two forms`);
    found.set(name, { stored, shape: [rows!, (bytes! / layout.bytes) * LENGTH], bits: layout.bits });
  }
  return found;
}

/** The numbers of whole blocks. */
export function numbersOf(bytes: Uint8Array, bits: Blocks['bits']): Float32Array<ArrayBuffer> {
  const layout = LAYOUTS.find((one) => one.bits === bits)!;
  const blocks = bytes.length / layout.bytes;
  const numbers = new Float32Array(blocks * LENGTH);
  layout.dequantize(bytes, blocks, numbers, 0);
  return numbers;
}
