/**
 * ggml's quantizations with one f16 scale per 32 numbers. A block starts with the scale d.
 * All products are exact in f64 and rounded to f32 once, so results equal ggml's bit for bit.
 */
import { halfAt } from './half.js';

const LENGTH = 32;

/** Q8_0, 34 bytes: d, 32 signed bytes q. x = d q */
export function dequantizeQ8(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let block = 0, from = 0, to = at; block < blocks; block += 1, from += 34, to += LENGTH) {
    const d = halfAt(bytes, from);
    for (let i = 0; i < LENGTH; i += 1) out[to + i] = d * ((bytes[from + 2 + i]! << 24) >> 24);
  }
}

/** Q4_0, 18 bytes: d, 16 bytes whose low nibbles are q[0..15] and whose high nibbles are q[16..31]. x = d (q - 8) */
export function dequantizeQ4(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let block = 0, from = 0, to = at; block < blocks; block += 1, from += 18, to += LENGTH) {
    const d = halfAt(bytes, from);
    for (let i = 0; i < 16; i += 1) {
      const pair = bytes[from + 2 + i]!;
      out[to + i] = d * ((pair & 15) - 8);
      out[to + 16 + i] = d * ((pair >> 4) - 8);
    }
  }
}
