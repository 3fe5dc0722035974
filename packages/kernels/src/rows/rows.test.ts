import { describe, expect, it } from 'vitest';
import { RowCodec } from './row-codec.js';
import { learnRows, unknownRows } from './row-statistics.js';
import { LEVELS_IN_ALL, MOST_BITS, rowBytes, rowTable } from './row-table.js';

/** Mulberry32: the same numbers at every run, in -1 .. 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

// About normal; the first coordinates are larger.
function unitRows(count: number, dim: number, seed: number, decay = 1): Float32Array {
  const next = numbers(seed);
  const rows = new Float32Array(count * dim);
  for (let from = 0; from < rows.length; from += dim) {
    let square = 0;
    for (let k = 0; k < dim; k += 1) {
      const value = (next() + next() + next() + next()) * decay ** k;
      rows[from + k] = value;
      square += value * value;
    }
    for (let k = 0; k < dim; k += 1) rows[from + k]! /= Math.sqrt(square);
  }
  return rows;
}

// Mean squared distance of rows that were turned to what was made of them.
function distortion(codec: RowCodec, rows: Float32Array): number {
  const { codes, norms } = codec.encode(rows);
  const decoded = codec.toInt8(codes, norms);
  const turned = codec.turned(rows);
  let sum = 0;
  for (const [at, value] of turned.entries()) {
    sum += (value - decoded.codes[at]! * decoded.scales[Math.floor(at / codec.dim)]!) ** 2;
  }
  return sum / (rows.length / codec.dim);
}

describe('rows in a few bits', () => {
  it('keep a decibel more of rows than levels of their own for each axis could', () => {
    const dim = 64;
    const rows = unitRows(400, dim, 1);
    // Lloyd-Max levels leave 0.1175 and 0.03454 of a normal distribution (Max 1960).
    for (const [bits, scalar] of [
      [2, 0.1175],
      [3, 0.03454],
    ] as const) {
      const codec = new RowCodec(rowTable(unknownRows(dim), bits * dim));
      expect(codec.rowBytes).toBe((bits * dim) / 8);
      expect(distortion(codec, rows)).toBeLessThan(scalar * 0.86);
    }
  });

  it('err less by axes that were learnt from rows of their kind, with fewer bits', () => {
    const dim = 16;
    const [sample, rows] = [unitRows(1000, dim, 2, 0.7), unitRows(200, dim, 3, 0.7)];
    const learnt = learnRows(sample, dim);
    const unknown = distortion(new RowCodec(rowTable(unknownRows(dim), 3 * dim)), rows);
    expect(distortion(new RowCodec(rowTable(learnt, 2 * dim)), rows)).toBeLessThan(unknown);
  });

  it.each([1, 2, 7, 24, 128])('take products of %i columns for what they were', (dim) => {
    const codec = new RowCodec(rowTable(unknownRows(dim), MOST_BITS * dim));
    const rows = unitRows(20, dim, 4);
    const turned = codec.turned(rows);
    const back = codec.turnedBack(turned);
    for (const [at, value] of rows.entries()) expect(back[at]).toBeCloseTo(value, 5);
    expect(distortion(codec, rows)).toBeLessThan(0.02);
  });

  it('keep norms where rows are no unit vectors, and zeros', () => {
    const dim = 16;
    const codec = new RowCodec(rowTable(unknownRows(dim), 4 * dim));
    const rows = unitRows(3, dim, 5);
    expect(codec.encode(rows).norms).toHaveLength(0);
    rows.fill(0, dim, 2 * dim);
    for (let k = 0; k < dim; k += 1) rows[k]! *= 3;
    const { codes, norms } = codec.encode(rows);
    const { codes: int8, scales } = codec.toInt8(codes, norms);
    const normOf = (row: number) =>
      Math.hypot(...int8.subarray(row * dim, (row + 1) * dim).map((code) => code)) * scales[row]!;
    expect([normOf(0), normOf(1), normOf(2)].map((norm) => norm.toFixed(4))).toEqual(['3.0000', '0.0000', '1.0000']);
  });

  it('do not depend on the rows beside them', () => {
    const dim = 20;
    const codec = new RowCodec(rowTable(unknownRows(dim), 3 * dim + 1));
    expect(codec.rowBytes).toBe(8);
    const rows = unitRows(9, dim, 6);
    const { codes, norms } = codec.encode(rows);
    const { codes: int8 } = codec.toInt8(codes, norms);
    for (let row = 0; row < 9; row += 1) {
      const alone = codec.encode(rows.slice(row * dim, (row + 1) * dim));
      expect(alone.codes).toEqual(codes.slice(row * 8, row * 8 + 8));
      expect(codec.toInt8(alone.codes, alone.norms).codes).toEqual(int8.slice(row * dim, (row + 1) * dim));
    }
  });

  it('of tables that contradict themselves are refused', () => {
    const shape = expect.objectContaining({ code: 'kernels.shape' });
    const table = rowTable(unknownRows(8), 24);
    expect(() => new RowCodec({ ...table, levels: table.levels.subarray(1) })).toThrowError(shape);
    expect(() => new RowCodec({ ...table, bits: new Uint8Array(8) })).toThrowError(shape);
    expect(() => new RowCodec({ ...table, bits: table.bits.map(() => 8) })).toThrowError(shape);
    expect(() => new RowCodec(table).toInt8(new Uint8Array(4), new Float32Array(0))).toThrowError(shape);
    expect(() => learnRows(new Float32Array(7), 2)).toThrowError(shape);
    expect(() => rowTable({ ...unknownRows(8), dim: 7 }, 8)).toThrowError(shape);
    expect(rowBytes(table)).toBe(3);
    expect(unknownRows(3).levels).toHaveLength(LEVELS_IN_ALL);
  });
});
