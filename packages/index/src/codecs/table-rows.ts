import type { RowCodec } from '@glot/kernels';

/**
 * Rows along the axes of their table, as they are searched.
 * @param codes [rows x codec.rowBytes] @param norms [rows], or none where all are 1 @param into [rows x dim] from `at` is filled
 */
export function decodeTableRows(
  codec: RowCodec,
  codes: Uint8Array,
  norms: Float32Array,
  into: Float32Array,
  at: number,
): void {
  const { dim } = codec;
  const numbers = codec.toInt8(codes, norms);
  for (let row = 0; row < numbers.scales.length; row += 1) {
    const scale = numbers.scales[row]!;
    for (let k = row * dim; k < (row + 1) * dim; k += 1) into[at + k] = numbers.codes[k]! * scale;
  }
}
