import { quantizeRows } from '@glot/kernels';
import { expect, it } from 'vitest';
import { randomNumbers } from '../fixtures.js';
import { decodeResiduals, encodeResiduals, residualRowBytes, residualsToInt8 } from './residual-rows.js';

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

for (const dim of [128, 7]) {
  it(`keeps rows of ${dim} columns nearly as they were, in half a byte a column`, () => {
    const next = randomNumbers(3);
    const unit = () => {
      const row = Float32Array.from({ length: dim }, next);
      const norm = Math.hypot(...row);
      return row.map((value) => value / norm);
    };
    const centroids = Float32Array.from(Array.from({ length: 300 }, () => [...unit()]).flat());
    const codebook = { dim, coarse: unit(), firstCentroid: Uint32Array.of(0, 300), centroids };
    const rows = Float32Array.from(Array.from({ length: 40 }, () => [...unit()]).flat());
    rows.set(centroids.subarray(299 * dim), 0);
    const { codes, scales } = encodeResiduals(rows, codebook);
    expect(codes.length).toBe(40 * residualRowBytes(dim));
    expect(residualRowBytes(128) + 4).toBeLessThanOrEqual(72);
    const decoded = new Float32Array(41 * dim);
    decodeResiduals(codes, bytesOf(scales), codebook, decoded, dim);
    expect([...decoded.subarray(dim, 2 * dim)]).toEqual([...rows.subarray(0, dim)]);
    const { codes: int8, scales: factors } = residualsToInt8(codes, bytesOf(scales), codebook);
    const expected = quantizeRows(decoded.subarray(dim), dim);
    for (const [at, code] of int8.entries()) expect(Math.abs(code - expected.codes[at]!)).toBeLessThanOrEqual(1);
    for (const [row, factor] of factors.entries()) expect(factor / expected.scales[row]!).toBeCloseTo(1, 2);
    // Far from its centroid in one column only, a row still keeps more than half of that.
    const odd = centroids.slice(0, dim);
    odd[3]! += 0.5;
    const stored = encodeResiduals(odd, codebook, Uint32Array.of(0));
    decodeResiduals(stored.codes, bytesOf(stored.scales), codebook, decoded, 0);
    expect(Math.hypot(...odd.map((value, k) => decoded[k]! - value))).toBeLessThan(0.25);
    decoded.fill(0, 0, dim);
    for (let row = 0; row < 40; row += 1) {
      let error = 0;
      for (let k = 0; k < dim; k += 1) error += (decoded[(row + 1) * dim + k]! - rows[row * dim + k]!) ** 2;
      // A tenth of what is left of a unit row: the distortion of sixteen levels is 0.0095.
      expect(Math.sqrt(error)).toBeLessThan(0.2);
    }
  });
}
