import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../graph/graph-builder.js';
import { f32Tensor, type TensorData } from '../graph/tensor-data.js';
import { createSession } from '../session/graph-session.js';
import { int8Sign } from './int8-sign.js';
import { linear } from './linear.js';
import { quantizedEmbedding } from './quantized-embedding.js';
import { type Matrix, quantizeInt4, quantizeInt8, quantizeInt8Blocks } from './quantized-matrix.js';

/** Numbers between -1 and 1 that look random, so that products do not cancel out as those of waves do. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

const OUTPUTS = 48;
const INPUTS = 128;
const ROWS = 7;
const weight = f32Tensor(numbers(OUTPUTS * INPUTS, 3), [OUTPUTS, INPUTS]);
const x = numbers(ROWS * INPUTS, 5);

async function run(data: Float32Array, build: (graph: GraphBuilder, x: Value) => Value): Promise<Float32Array> {
  const graph = new GraphBuilder();
  graph.output('y', build(graph, graph.input('x', 'f32', ['n', INPUTS])), 'f32', ['n', 'm']);
  const session = await createSession(graph.build('test'), { threads: 1 });
  const { y } = await session.run({ x: { data, shape: [data.length / INPUTS, INPUTS] } });
  await session.dispose();
  return y!.data as Float32Array;
}

function exact(data: Float32Array, matrix: TensorData): Float32Array {
  const w = new Float32Array(matrix.bytes.buffer, matrix.bytes.byteOffset);
  const rows = data.length / INPUTS;
  return Float32Array.from({ length: rows * OUTPUTS }, (_, i) => {
    const [row, output] = [Math.floor(i / OUTPUTS), i % OUTPUTS];
    let sum = 0;
    for (let k = 0; k < INPUTS; k += 1) sum += data[row * INPUTS + k]! * w[output * INPUTS + k]!;
    return sum;
  });
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>, from: number, to: number): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = from; i < to; i += 1) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}

const matrices: [string, Matrix, number][] = [
  ['int8 signed', quantizeInt8(weight, 'signed'), 0.9998],
  ['int8 unsigned', quantizeInt8(weight, 'unsigned'), 0.9998],
  ['int8 in blocks', quantizeInt8Blocks(weight), 0.9998],
  ['int4', quantizeInt4(weight), 0.99],
];

describe('quantized matrices', () => {
  for (const [name, matrix, least] of matrices) {
    it(`${name}: every row keeps its direction and size, also beside a row 500 times as large and a row of zeros`, async () => {
      const data = x.slice();
      data.subarray(0, INPUTS).forEach((value, i) => {
        data[i] = value * 500;
      });
      data.fill(0, INPUTS, 2 * INPUTS);
      const bias = f32Tensor(new Float32Array(OUTPUTS));
      const actual = await run(data, (graph, value) => linear(graph, value, { weight: matrix, bias }));
      const expected = exact(data, weight);
      for (let row = 0; row < ROWS; row += 1) {
        const [from, to] = [row * OUTPUTS, (row + 1) * OUTPUTS];
        if (row === 1) expect(actual.subarray(from, to).every((value) => value === 0)).toBe(true);
        else expect(cosine(actual, expected, from, to), `row ${row}`).toBeGreaterThan(least);
        const size = (values: Float32Array) => Math.hypot(...values.subarray(from, to));
        expect(Math.abs(size(actual) - size(expected))).toBeLessThanOrEqual(0.05 * size(expected));
      }
    });
  }

  it('int8 in both signs gives the same numbers where this machine says signed is exact', async () => {
    const sign = await int8Sign();
    const [best, safe] = await Promise.all(
      ([sign, 'unsigned'] as const).map((s) =>
        run(x, (graph, value) => linear(graph, value, { weight: quantizeInt8(weight, s) })),
      ),
    );
    expect(best).toEqual(safe);
  });

  for (const matrix of [quantizeInt4(weight), quantizeInt8Blocks(weight)]) {
    it(`rows of ${matrix.bits} bits looked up are the rows that products use`, async () => {
      const graph = new GraphBuilder();
      const ids = graph.input('ids', 'i32', ['n']);
      graph.output('y', quantizedEmbedding(graph, ids, matrix), 'f32', ['n', INPUTS]);
      const session = await createSession(graph.build('test'), { threads: 1 });
      const { y } = await session.run({ ids: { data: Int32Array.of(5, 0, 47), shape: [3] } });
      await session.dispose();
      const scales = new Float32Array(matrix.scales.bytes.buffer);
      const code = (at: number) => {
        if (matrix.bits === 8) return matrix.codes.bytes[at]! - 128;
        const byte = matrix.codes.bytes[(at - (at % 2)) / 2]!;
        return (at % 2 ? byte >> 4 : byte & 15) - 8;
      };
      const expected = [5, 0, 47].flatMap((row) =>
        Array.from({ length: INPUTS }, (_, i) => {
          const at = row * INPUTS + i;
          return Math.fround(scales[(at - (at % 32)) / 32]! * code(at));
        }),
      );
      expect([...(y!.data as Float32Array)]).toEqual(expected);
    });
  }

  it('refuses what has no blocks', () => {
    for (const quantize of [quantizeInt4, quantizeInt8Blocks]) {
      expect(() => quantize(f32Tensor(new Float32Array(48), [1, 48]))).toThrowError(/multiples of 32/);
    }
  });
});
