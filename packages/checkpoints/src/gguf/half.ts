/** The value of the IEEE 754 binary16 number in bytes `at` and `at + 1`, little-endian. */
export function halfAt(bytes: Uint8Array, at: number): number {
  const high = bytes[at + 1]!;
  const exponent = (high >> 2) & 31;
  const fraction = ((high & 3) << 8) | bytes[at]!;
  const sign = high & 0x80 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
