import { GlotError } from '@glot/errors';
import type { StoredTensor } from './stored-tensor.js';

/** The numbers of a tensor as f32, exactly; an F32 tensor is not copied. @throws GlotError `lfm2.dtype` */
export function widen({ dtype, bytes }: StoredTensor, name: string): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (dtype === 'BF16') return widenBf16(new Uint16Array(buffer, byteOffset, byteLength / 2));
  if (dtype === 'F16') return widenF16(new Uint16Array(buffer, byteOffset, byteLength / 2));
  throw new GlotError('lfm2.dtype', `the tensor ${name} is stored as ${dtype}; supported are F32, F16 and BF16`, {
    details: { name, dtype },
  });
}

// bf16 is the upper half of an f32
function widenBf16(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i += 1) bits[i] = source[i]! << 16;
  return new Float32Array(bits.buffer);
}

function widenF16(source: Uint16Array): Float32Array {
  const table = halfTable();
  const numbers = new Float32Array(source.length);
  for (let i = 0; i < source.length; i += 1) numbers[i] = table[source[i]!]!;
  return numbers;
}

let halves: Float32Array | null = null;

/** Value of each of the 65,536 bit patterns of IEEE 754 binary16. */
function halfTable(): Float32Array {
  if (halves !== null) return halves;
  halves = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits += 1) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let size: number;
    if (exponent === 0) size = fraction * 2 ** -24;
    else if (exponent === 31) size = fraction === 0 ? Infinity : NaN;
    else size = (1 + fraction / 1024) * 2 ** (exponent - 15);
    halves[bits] = bits & 0x8000 ? -size : size;
  }
  return halves;
}
