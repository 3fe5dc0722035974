import type { TokenVectors } from '@glot/kernels';
import { describe, expect, it } from 'vitest';
import { openEncoder } from './open-encoder.js';
import { poolTokens } from './token-pooling.js';

const DIM = 6;

/** Rows of unit length by a formula that the script of the golden values follows as well. */
function formulaRows(count: number): Float32Array {
  const rows = new Float32Array(count * DIM);
  for (let i = 0; i < count; i += 1) {
    const row = Array.from({ length: DIM }, (_, k) => ((i * i * 37 + k * 61 + i * k * 17) % 101) - 50);
    const norm = Math.hypot(...row);
    rows.set(
      row.map((value) => value / norm),
      i * DIM,
    );
  }
  return rows;
}

// scipy.cluster.hierarchy 1.10: fcluster(linkage(1 - rows[1:] @ rows[1:].T (condensed), 'ward'), n // factor, 'maxclust'),
// numbered by first member.
const SCIPY = new Map([
  [2, '0 1 2 3 4 5 6 1 7 8 9 10 6 11 12 3 13 14 0 7 15 16 13 4 7 11 2 16 9 10 17 1 10 8 13 18 19 11 12 16'],
  [3, '0 1 2 3 4 5 6 1 7 8 9 10 6 11 4 3 3 6 0 7 0 12 3 4 7 11 2 12 9 10 5 1 10 8 3 8 2 11 4 12'],
  [4, '0 1 2 3 4 1 5 1 1 4 6 7 5 8 4 3 3 5 0 1 0 9 3 4 1 8 2 9 6 7 1 1 7 4 3 4 2 8 4 9'],
  [8, '0 1 2 0 3 1 4 1 1 3 1 4 4 4 3 0 0 4 0 1 0 2 0 3 1 4 2 2 1 4 1 1 4 3 0 3 2 4 3 2'],
]);

describe('poolTokens', () => {
  it.each([...SCIPY])(
    'by %i gives the means of the clusters that SciPy finds, the first row kept',
    async (factor, golden) => {
      const data = formulaRows(41);
      const clusters = golden.split(' ').map(Number);
      const pooled = await poolTokens({ data, offsets: Uint32Array.of(0, 41), dim: DIM }, factor);
      expect([...pooled.offsets]).toEqual([0, 2 + Math.max(...clusters)]);
      expect(pooled.data.subarray(0, DIM)).toEqual(data.subarray(0, DIM));
      for (let cluster = 0; cluster <= Math.max(...clusters); cluster += 1) {
        const members = clusters.flatMap((of, row) => (of === cluster ? [row + 1] : []));
        for (let k = 0; k < DIM; k += 1) {
          const mean = members.reduce((sum, row) => sum + data[row * DIM + k]!, 0) / members.length;
          expect(pooled.data[(1 + cluster) * DIM + k], `cluster ${cluster}`).toBeCloseTo(mean, 6);
        }
      }
    },
  );

  it('pools every text by itself, whatever its length', async () => {
    const data = formulaRows(41 + 0 + 1 + 2 + 3);
    const offsets = Uint32Array.of(0, 41, 41, 42, 44, 47);
    const pooled = await poolTokens({ data, offsets, dim: DIM }, 2);
    expect([...pooled.offsets].map((end, at, all) => end - (all[at - 1] ?? 0)).slice(1)).toEqual([21, 0, 1, 2, 2]);
    const alone = await poolTokens({ data: data.slice(44 * DIM), offsets: Uint32Array.of(0, 3), dim: DIM }, 2);
    expect(pooled.data.subarray(pooled.offsets[4]! * DIM)).toEqual(alone.data);
  });

  it('makes one cluster of equal rows, however many are allowed', async () => {
    const data = Float32Array.from({ length: 9 * DIM }, (_, at) => (at % DIM === 3 ? 1 : 0));
    const { offsets } = await poolTokens({ data, offsets: Uint32Array.of(0, 9), dim: DIM }, 2);
    expect([...offsets]).toEqual([0, 2]);
  });

  it('leaves vectors as they are by 1, and refuses what is no factor', async () => {
    const vectors: TokenVectors = { data: formulaRows(3), offsets: Uint32Array.of(0, 3), dim: DIM };
    expect(await poolTokens(vectors, 1)).toBe(vectors);
    for (const factor of [0, -2, 1.5, Number.NaN, Infinity]) {
      await expect(poolTokens(vectors, factor)).rejects.toMatchObject({ code: 'encoder.pool-factor' });
    }
  });

  it('halves the vectors of texts in nine languages and keeps each text nearest to itself', async () => {
    const encoder = await openEncoder({ threads: 1 });
    const texts = [
      'The harbour opens at six in the morning, and the first ferry leaves at seven.',
      'Der Hafen öffnet um sechs Uhr, und die erste Fähre fährt um sieben.',
      'يفتح الميناء في السادسة صباحًا وتغادر أول عبّارة في السابعة.',
      'パンの生地は一晩冷蔵庫で発酵させてから焼きます。',
      '빵 반죽은 하룻밤 냉장고에서 발효시킨 뒤 굽습니다. 🍞',
    ];
    const whole = await encoder.encodeDocuments(texts);
    const pooled = await encoder.encodeDocuments(texts, { poolFactor: 2 });
    await encoder.dispose();
    texts.forEach((text, at) => {
      const [before, after] = [whole, pooled].map(({ offsets }) => offsets[at + 1]! - offsets[at]!) as [number, number];
      expect(after, text).toBe(1 + Math.max(1, Math.floor((before - 1) / 2)));
    });
    texts.forEach((_, at) => {
      const scores = texts.map((_, other) => maxSim(whole, at, pooled, other));
      expect(scores.indexOf(Math.max(...scores))).toBe(at);
    });
  });
});

function maxSim(a: TokenVectors, textA: number, b: TokenVectors, textB: number): number {
  let sum = 0;
  for (let row = a.offsets[textA]!; row < a.offsets[textA + 1]!; row += 1) {
    let best = -Infinity;
    for (let other = b.offsets[textB]!; other < b.offsets[textB + 1]!; other += 1) {
      let product = 0;
      for (let k = 0; k < a.dim; k += 1) product += a.data[row * a.dim + k]! * b.data[other * a.dim + k]!;
      best = Math.max(best, product);
    }
    sum += best;
  }
  return sum;
}
