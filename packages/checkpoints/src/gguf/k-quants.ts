/**
 * ggml's two-level quantizations: blocks of 256 numbers whose parts have small integer scales under one f16 scale d.
 * All products are exact in f64 and rounded to f32 once, so results equal ggml's bit for bit.
 */
import { halfAt } from './half.js';

const LENGTH = 256;

/**
 * Q4_K, 144 bytes: d, dmin (f16), 12 bytes of packed 6-bit scales s and minima m for 8 parts of 32, 128 bytes q.
 * 32 bytes of q serve two parts: low nibbles the first, high nibbles the second. x = d s q - dmin m
 */
export function dequantizeQ4K(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let block = 0, from = 0, to = at; block < blocks; block += 1, from += 144, to += LENGTH) {
    const d = halfAt(bytes, from);
    const dmin = halfAt(bytes, from + 2);
    for (let part = 0; part < 8; part += 1) {
      const scale = d * packedScale(bytes, from + 4, part);
      const minimum = dmin * packedMinimum(bytes, from + 4, part);
      const quants = from + 16 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      const target = to + part * 32;
      for (let i = 0; i < 32; i += 1) out[target + i] = scale * ((bytes[quants + i]! >> shift) & 15) - minimum;
    }
  }
}

/** Q5_K, 176 bytes: as Q4_K with 32 bytes in front of q whose bit p of byte i is the fifth bit of number i of part p. */
export function dequantizeQ5K(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let block = 0, from = 0, to = at; block < blocks; block += 1, from += 176, to += LENGTH) {
    const d = halfAt(bytes, from);
    const dmin = halfAt(bytes, from + 2);
    const fifths = from + 16;
    for (let part = 0; part < 8; part += 1) {
      const scale = d * packedScale(bytes, from + 4, part);
      const minimum = dmin * packedMinimum(bytes, from + 4, part);
      const quants = from + 48 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      const target = to + part * 32;
      for (let i = 0; i < 32; i += 1) {
        const q = ((bytes[quants + i]! >> shift) & 15) | (((bytes[fifths + i]! >> part) & 1) << 4);
        out[target + i] = scale * q - minimum;
      }
    }
  }
}

/**
 * Q6_K, 210 bytes: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales s for parts of 16, d last.
 * Each half of 128 numbers is four groups of 32: groups 0 and 1 take the low nibbles of the half's two runs of 32
 * bytes, groups 2 and 3 the high ones; bits 2g and 2g+1 of the half's 32 upper bytes belong to group g.
 * x = d s (q - 32)
 */
export function dequantizeQ6K(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let block = 0, from = 0, to = at; block < blocks; block += 1, from += 210, to += LENGTH) {
    const d = halfAt(bytes, from + 208);
    for (let half = 0; half < 2; half += 1) {
      const upper = from + 128 + half * 32;
      for (let group = 0; group < 4; group += 1) {
        const lower = from + half * 64 + (group & 1) * 32;
        const shift = (group >> 1) * 4;
        const scales = from + 192 + half * 8 + group * 2;
        const target = to + half * 128 + group * 32;
        for (let i = 0; i < 32; i += 1) {
          const q = ((bytes[lower + i]! >> shift) & 15) | (((bytes[upper + i]! >> (2 * group)) & 3) << 4);
          const scale = (bytes[scales + (i >> 4)]! << 24) >> 24;
          out[target + i] = d * scale * (q - 32);
        }
      }
    }
  }
}

// 12 bytes: 0..3 scales and 4..7 minima of parts 0..3 in their low six bits, 8..11 low nibbles (scales) and high nibbles
// (minima) of parts 4..7, whose upper two bits are the spare ones of bytes 0..7.
function packedScale(bytes: Uint8Array, at: number, part: number): number {
  if (part < 4) return bytes[at + part]! & 63;
  return (bytes[at + part + 4]! & 15) | ((bytes[at + part - 4]! >> 6) << 4);
}

function packedMinimum(bytes: Uint8Array, at: number, part: number): number {
  if (part < 4) return bytes[at + part + 4]! & 63;
  return (bytes[at + part + 4]! >> 4) | ((bytes[at + part]! >> 6) << 4);
}
