import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMaxSim, type MaxSim } from './max-sim.js';
import { quantizeRows } from './quantize-rows.js';

const DIM = 24;

/** Mulberry32: the same numbers at every run, in -1 .. 1. */
function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** The definition, in f64 and without any cleverness. */
function reference(query: Float32Array, rows: Float32Array, offsets: Uint32Array, dim: number): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, text) => {
    let sum = 0;
    for (let q = 0; q < query.length; q += dim) {
      let best = -Infinity;
      for (let row = offsets[text]!; row < offsets[text + 1]!; row += 1) {
        let dot = 0;
        for (let k = 0; k < dim; k += 1) dot += query[q + k]! * rows[row * dim + k]!;
        best = Math.max(best, dot);
      }
      sum += best;
    }
    return sum;
  });
}

function offsetsOf(lengths: readonly number[], first = 0): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1).fill(first);
  lengths.forEach((length, i) => {
    offsets[i + 1] = offsets[i]! + length;
  });
  return offsets;
}

function joined<T extends Int8Array | Float32Array>(type: new (length: number) => T, a: T, b: T): T {
  const both = new type(a.length + b.length);
  both.set(a as never);
  both.set(b as never, a.length);
  return both;
}

function expectClose(actual: Float32Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (Number.isFinite(value)) expect(Math.abs(actual[i]! - value)).toBeLessThan(tolerance);
    else expect(actual[i]).toBe(value);
  });
}

describe('MaxSim', () => {
  let maxSim: MaxSim;
  beforeAll(async () => {
    maxSim = await createMaxSim({ dim: DIM, threads: 1 });
  });
  afterAll(() => maxSim.dispose());

  it('sums the best dot product of each query row over ragged texts', async () => {
    const offsets = offsetsOf([3, 1, 0, 17, 60, 1, 2]);
    const rows = randomNumbers(84 * DIM, 1);
    for (const queryRows of [1, 5, 8, 32, 33]) {
      const query = randomNumbers(queryRows * DIM, queryRows);
      const scores = await maxSim.scoreFloat(query, queryRows, rows, offsets);
      expectClose(scores, reference(query, rows, offsets, DIM), 1e-4);
    }
  });

  it('carries a text over the borders of tiles and starts where the offsets start', async () => {
    const offsets = offsetsOf([4095, 1, 2, 9000, 0, 7], 3);
    const rows = randomNumbers((13_105 + 6) * DIM, 2);
    const query = randomNumbers(2 * DIM, 3);
    expectClose(await maxSim.scoreFloat(query, 2, rows, offsets), reference(query, rows, offsets, DIM), 1e-4);
  });

  it('scores texts of every small length, wherever they begin', async () => {
    const offsets = offsetsOf(Array.from({ length: 900 }, (_, i) => (i * 7) % 12));
    const rows = randomNumbers(4950 * DIM, 20);
    const query = randomNumbers(3 * DIM, 21);
    expectClose(await maxSim.scoreFloat(query, 3, rows, offsets), reference(query, rows, offsets, DIM), 1e-4);
    const quantized = quantizeRows(rows, DIM);
    const stored = Float32Array.from(quantized.codes, (code, i) => code * quantized.scales[Math.floor(i / DIM)]!);
    expectClose(await maxSim.score(query, 3, quantized, offsets), reference(query, stored, offsets, DIM), 1e-4);
  });

  it('gives a text the very same score wherever it stands, with any number of threads', async () => {
    const wide = 128;
    const sizes = [1, 2, 3, 5, 90, 171];
    const texts = sizes.map((size, at) => quantizeRows(randomNumbers(size * wide, 30 + at), wide));
    for (const queryRows of [1, 24, 33]) {
      const query = randomNumbers(queryRows * wide, 40 + queryRows);
      const found = texts.map(() => new Set<number>());
      for (const threads of [1, 2, 3]) {
        const each = await createMaxSim({ dim: wide, threads });
        // Alone, then behind so many others.
        for (const before of [0, 1, 2, 3, 11, 4093]) {
          const other = quantizeRows(randomNumbers(before * wide, 50), wide);
          for (const [at, text] of texts.entries()) {
            const codes = joined(Int8Array, other.codes, text.codes);
            const scales = joined(Float32Array, other.scales, text.scales);
            const [score] = await each.score(
              query,
              queryRows,
              { codes, scales, dim: wide },
              offsetsOf([sizes[at]!], before),
            );
            found[at]!.add(score!);
            const among = await each.score(
              query,
              queryRows,
              { codes, scales, dim: wide },
              offsetsOf([before, sizes[at]!]),
            );
            found[at]!.add(among[1]!);
          }
        }
        await each.dispose();
      }
      expect(found.map((scores) => scores.size)).toEqual(sizes.map(() => 1));
    }
  });

  it('keeps negative similarities: nothing is padded with zeros', async () => {
    const query = new Float32Array(DIM).fill(1);
    const rows = new Float32Array(2 * DIM).fill(-1);
    rows[DIM] = -3;
    const scores = await maxSim.scoreFloat(query, 1, rows, offsetsOf([1, 1]));
    expect([...scores]).toEqual([-DIM, -DIM - 2]);
  });

  it('scores quantized rows as it scores the numbers they stand for', async () => {
    const offsets = offsetsOf([5, 0, 40, 5000]);
    const quantized = quantizeRows(randomNumbers(5045 * DIM, 4), DIM);
    const rows = Float32Array.from(quantized.codes, (code, i) => code * quantized.scales[Math.floor(i / DIM)]!);
    const query = randomNumbers(7 * DIM, 5);
    expectClose(await maxSim.score(query, 7, quantized, offsets), reference(query, rows, offsets, DIM), 1e-4);
  });

  it('gives -Infinity to a text without rows and nothing for no texts', async () => {
    const query = randomNumbers(DIM, 6);
    expect([...(await maxSim.scoreFloat(query, 1, new Float32Array(0), offsetsOf([0, 0])))]).toEqual([
      -Infinity,
      -Infinity,
    ]);
    expect((await maxSim.scoreFloat(query, 1, new Float32Array(0), offsetsOf([]))).length).toBe(0);
  });

  it('answers calls that overlap', async () => {
    const rows = randomNumbers(9000 * DIM, 7);
    const offsets = offsetsOf([4000, 5000]);
    const queries = [8, 9, 10].map((seed) => randomNumbers(4 * DIM, seed));
    const answers = await Promise.all(queries.map((query) => maxSim.scoreFloat(query, 4, rows, offsets)));
    queries.forEach((query, i) => {
      expectClose(answers[i]!, reference(query, rows, offsets, DIM), 1e-4);
    });
  });

  it('refuses shapes that do not fit and queries that are not finite', async () => {
    const shape = expect.objectContaining({ code: 'kernels.shape' });
    const rows = randomNumbers(4 * DIM, 11);
    const query = randomNumbers(DIM, 12);
    await expect(maxSim.scoreFloat(query, 2, rows, offsetsOf([4]))).rejects.toThrowError(shape);
    await expect(maxSim.scoreFloat(query, 0, rows, offsetsOf([4]))).rejects.toThrowError(shape);
    await expect(maxSim.scoreFloat(query, 1, rows, offsetsOf([5]))).rejects.toThrowError(shape);
    await expect(maxSim.scoreFloat(query, 1, rows, Uint32Array.of(3, 1, 4))).rejects.toThrowError(shape);
    await expect(maxSim.scoreFloat(query, 1, rows.subarray(1), offsetsOf([3]))).rejects.toThrowError(shape);
    await expect(maxSim.score(query, 1, quantizeRows(rows, DIM / 2), offsetsOf([4]))).rejects.toThrowError(shape);
    query[3] = NaN;
    await expect(maxSim.scoreFloat(query, 1, rows, offsetsOf([4]))).rejects.toThrowError(
      expect.objectContaining({ code: 'kernels.not-finite' }),
    );
  });

  it('is disposed of once, and refuses work afterwards', async () => {
    const other = await createMaxSim({ dim: 4 });
    await other.dispose();
    await other.dispose();
    await expect(other.scoreFloat(new Float32Array(4), 1, new Float32Array(4), offsetsOf([1]))).rejects.toThrowError(
      expect.objectContaining({ code: 'kernels.disposed' }),
    );
  });
});

describe('quantizeRows', () => {
  it('rounds to the nearest of 255 steps and keeps the product of a row with itself', () => {
    const data = randomNumbers(50 * 16, 13);
    const { codes, scales } = quantizeRows(data, 16);
    for (let row = 0; row < 50; row += 1) {
      const numbers = data.subarray(row * 16, row * 16 + 16);
      const step = Math.max(...numbers.map(Math.abs)) / 127;
      let square = 0;
      let kept = 0;
      for (const [at, number] of numbers.entries()) {
        const code = codes[row * 16 + at]!;
        expect(Math.abs(code * step - number)).toBeLessThanOrEqual(step * 0.5001);
        square += number * number;
        kept += number * code * scales[row]!;
      }
      expect(kept / square).toBeCloseTo(1, 6);
    }
    expect([...quantizeRows(Float32Array.of(-2, 1.01, 0, 2), 4).codes]).toEqual([-127, 64, 0, 127]);
  });

  it('stores again what was stored, without a change', () => {
    const once = quantizeRows(randomNumbers(200 * 16, 17), 16);
    const twice = quantizeRows(
      Float32Array.from(once.codes, (code, at) => code * once.scales[Math.floor(at / 16)]!),
      16,
    );
    expect(twice.codes).toEqual(once.codes);
    for (const [row, scale] of once.scales.entries()) expect(twice.scales[row]! / scale).toBeCloseTo(1, 6);
  });

  it('keeps a row of zeros and rows too small to divide', () => {
    const tiny = quantizeRows(Float32Array.of(0, -0, 0, 0, 2.7e-43, 1e-45, 0, 0, 1e-29, -1e-29, 0, 0), 4);
    expect([...tiny.codes]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 127, -127, 0, 0]);
    expect([...tiny.scales.subarray(0, 2)]).toEqual([0, 0]);
  });

  it('refuses what cannot be stored', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(() => quantizeRows(Float32Array.of(1, bad), 2)).toThrowError(
        expect.objectContaining({ code: 'kernels.not-finite' }),
      );
    }
    expect(() => quantizeRows(new Float32Array(5), 2)).toThrowError(expect.objectContaining({ code: 'kernels.shape' }));
  });
});
