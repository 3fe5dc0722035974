/**
 * Shapes that travel between packages. Typed arrays only; never an array of arrays.
 * @module
 */

/** Token vectors of several texts, one after the other. */
export interface TokenVectors {
  /** Row-major [rows x dim] f32, each row of unit length. */
  readonly data: Float32Array;
  /** Length `texts + 1`; the rows of text i are `offsets[i] .. offsets[i + 1]` (end exclusive). */
  readonly offsets: Uint32Array;
  readonly dim: number;
}

/** One row of codes per token, with the factor that turns its codes back into f32: x = scale * code. */
export interface QuantizedRows {
  /** Row-major [rows x dim], symmetric int8 (-127..127). */
  readonly codes: Int8Array;
  /** [rows] f32. */
  readonly scales: Float32Array;
  readonly dim: number;
}
