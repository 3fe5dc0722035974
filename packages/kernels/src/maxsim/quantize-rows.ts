import { GlotError } from '@glot/errors';
import type { QuantizedRows } from '../types.js';

/**
 * Symmetric int8, one scale per row: code = round(x / scale), scale = max|x| / 127. A row of zeros has scale 0.
 * The error of a coordinate is at most half a scale.
 * @param data [rows x dim]
 * @throws GlotError `kernels.shape`, `kernels.not-finite`
 */
export function quantizeRows(data: Float32Array, dim: number): QuantizedRows {
  const rows = data.length / dim;
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(rows)) {
    throw new GlotError('kernels.shape', `${data.length} numbers are not rows of ${dim} columns`);
  }
  const codes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = row * dim;
    let largest = 0;
    for (let at = start; at < start + dim; at += 1) {
      const size = Math.abs(data[at]!);
      if (!(size < Infinity)) {
        throw new GlotError('kernels.not-finite', `row ${row} holds ${data[at]}; such a vector cannot be stored`, {
          details: { row, column: at - start },
        });
      }
      if (size > largest) largest = size;
    }
    // The stored scale is f32: dividing by that same number keeps the codes within 127.
    scales[row] = largest / 127;
    const scale = scales[row]!;
    if (scale === 0) continue;
    for (let at = start; at < start + dim; at += 1) {
      const code = Math.round(data[at]! / scale);
      codes[at] = Math.max(-127, Math.min(127, code));
    }
  }
  return { codes, scales, dim };
}
