import { GlotError } from '@glot/errors';
import type { QuantizedRows } from '../types.js';

/** A row without a larger coordinate than this counts as zeros: its scale would be too coarse to divide by. */
const SMALLEST = 1e-30;

/** 127 of it are the greatest f32. */
const LARGEST_SCALE = 2.6793e36;

/** Adding and taking away 1.5 * 2^52 leaves the nearest whole number of an f64, without a branch. */
const ROUND = 1.5 * 2 ** 52;

/**
 * Symmetric int8, one scale per row: code = round(127 x / max|x|), and the scale with which the row's product with itself
 * is kept, `x · x / x · code`. Rows of a query that match best lie near x: their products err by a quarter less than with
 * max|x| / 127 (eval/reports/index-notes.md). A row of zeros has scale 0.
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
    const steps = 127 / largest;
    let square = 0;
    let product = 0;
    for (let at = start; at < start + dim; at += 1) {
      const share = data[at]! * steps;
      const code = share + ROUND - ROUND;
      codes[at] = code;
      square += share * share;
      product += share * code;
    }
    // Never divided by nothing: the largest coordinate has code 127 or -127. What is stored must be finite again.
    scales[row] = Math.min(square / product / steps, LARGEST_SCALE);
  }
  return { codes, scales, dim };
}
