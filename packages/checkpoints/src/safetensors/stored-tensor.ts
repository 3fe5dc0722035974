import type { Dtype } from './header.js';

/** A tensor as it stands in the file: little-endian, row-major. */
export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}
