import { GlotError } from '@glot/errors';
import type { QuantizedRows } from '../types.js';

/** A row without a larger coordinate than this counts as zeros: its scale would be too coarse to divide by. */
const SMALLEST = 1e-30;

/** Adding and taking away 1.5 * 2^52 leaves the nearest whole number of an f64, without a branch. */
const ROUND = 1.5 * 2 ** 52;

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
    if (largest < SMALLEST) continue;
    scales[row] = largest / 127;
    // The stored scale is f32: dividing by that same number keeps the codes within 127.
    const steps = 1 / scales[row]!;
    for (let at = start; at < start + dim; at += 1) codes[at] = data[at]! * steps + ROUND - ROUND;
  }
  return { codes, scales, dim };
}
