import { quantizeRows } from '@glot/kernels';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../fixtures.js';
import { SampledRows } from './sampled-rows.js';

const DIM = 5;

describe('SampledRows', () => {
  const next = randomNumbers(3);
  const rows = Float32Array.from({ length: 200 * DIM }, () => next());
  const { codes, scales } = quantizeRows(rows, DIM);
  const expected = Float32Array.from(codes, (code, at) => code * scales[Math.floor(at / DIM)]!);
  const read = (sampled: SampledRows) => {
    const all = new Float32Array(sampled.length * DIM);
    for (let row = 0; row < sampled.length; row += 1) sampled.read(row, all.subarray(row * DIM, (row + 1) * DIM));
    return all;
  };
  const sampledRows = () => {
    const sampled = SampledRows.withRoom(200, DIM);
    sampled.set(0, codes.subarray(0, 50 * DIM), scales.subarray(0, 50));
    sampled.set(50, codes.subarray(50 * DIM), scales.subarray(50));
    return sampled;
  };

  it('gives rows back as their int8 says, also those of a part', () => {
    const sampled = sampledRows();
    expect(read(sampled)).toEqual(expected);
    expect(read(sampled.part(20, 40))).toEqual(expected.subarray(20 * DIM, 40 * DIM));
    expect(read(sampled.part(20, 40).part(3, 5))).toEqual(expected.subarray(23 * DIM, 25 * DIM));
  });

  it('brings rows to their places, and what a part shows with them', () => {
    const places = Uint32Array.from({ length: 200 }, (_, row) => row);
    for (let at = 199; at > 0; at -= 1) {
      const other = Math.floor(Math.abs(next()) * (at + 1));
      [places[at], places[other]] = [places[other]!, places[at]!];
    }
    const sampled = sampledRows();
    const part = sampled.part(10, 20);
    sampled.reorder(places.slice());
    const moved = new Float32Array(expected.length);
    places.forEach((place, row) => {
      moved.set(expected.subarray(row * DIM, (row + 1) * DIM), place * DIM);
    });
    expect(read(sampled)).toEqual(moved);
    expect(read(part)).toEqual(moved.subarray(10 * DIM, 20 * DIM));
  });
});
