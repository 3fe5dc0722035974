import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../graph/graph-builder.js';
import { f32Tensor, type TensorData } from '../graph/tensor-data.js';
import { createSession } from '../session/graph-session.js';
import { attention } from './attention.js';
import { embedding } from './embedding.js';
import { l2Normalize } from './l2-normalize.js';
import { linear, parallelLinear } from './linear.js';
import { stacked } from './quantized-matrix.js';
import { rmsNorm, skipRmsNorm } from './rms-norm.js';
import { ropeTables } from './rope.js';
import { type Sequence, sequenceInputs } from './sequence.js';
import { type ConvolutionMode, shortConvolution } from './short-convolution.js';
import { swiGlu } from './swiglu.js';

/** Deterministic numbers of about unit size. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * (seed + 0.37) * 1.7) * 1.3);
}

const tensor = (shape: number[], seed: number): TensorData =>
  f32Tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
const floats = (t: TensorData) => new Float32Array(t.bytes.buffer, t.bytes.byteOffset, t.bytes.byteLength / 4);
const row = (data: ArrayLike<number>, index: number, width: number) =>
  Array.from({ length: width }, (_, i) => data[index * width + i]!);

/** W x for each row of x; W [out, in]. */
function times(x: number[][], weight: TensorData): number[][] {
  const [outputs, inputs] = weight.shape as [number, number];
  const w = floats(weight);
  return x.map((r) =>
    Array.from({ length: outputs }, (_, o) => r.reduce((sum, v, i) => sum + v * w[o * inputs + i]!, 0)),
  );
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `element ${i}`).toBeLessThan(tolerance);
  });
}

/** Runs a graph over x [n, width]. */
async function run(
  x: Float32Array,
  width: number,
  build: (graph: GraphBuilder, x: Value) => Value,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  graph.output('y', build(graph, graph.input('x', 'f32', ['n', width])), 'f32', ['n', 'm']);
  const session = await createSession(graph.build('test'), { threads: 1 });
  const { y } = await session.run({ x: { data: x, shape: [x.length / width, width] } });
  await session.dispose();
  return y!.data as Float32Array;
}

/** Runs a block that mixes tokens over x [sequences x length, width]. */
async function runSequences(
  x: Float32Array,
  width: number,
  sequences: number,
  visible: number[] | null,
  build: (graph: GraphBuilder, x: Value, sequence: Sequence) => Value,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  const { sequence } = sequenceInputs(graph);
  graph.output('y', build(graph, graph.input('x', 'f32', ['n', width]), sequence), 'f32', ['n', 'm']);
  const session = await createSession(graph.build('test'), { threads: 1 });
  const length = x.length / width / sequences;
  const { y } = await session.run({
    x: { data: x, shape: [sequences * length, width] },
    ids: { data: new Int32Array(sequences * length), shape: [sequences, length] },
    length: { data: Int32Array.of(length), shape: [1] },
    last_key: {
      data: Int32Array.from({ length: sequences }, (_, i) => (visible?.[i] ?? length) - 1),
      shape: [sequences],
    },
  });
  await session.dispose();
  return y!.data as Float32Array;
}

describe('linear', () => {
  it('multiplies by [out, in] and adds a bias', async () => {
    const x = numbers(6, 1);
    const weight = tensor([4, 3], 2);
    const expected = times([row(x, 0, 3), row(x, 1, 3)], weight).flat();
    expectClose(await run(x, 3, (graph, v) => linear(graph, v, { weight })), expected);
    const bias = f32Tensor(Float32Array.of(1, 2, 3, 4));
    const shifted = expected.map((value, i) => value + (i % 4) + 1);
    expectClose(await run(x, 3, (graph, v) => linear(graph, v, { weight, bias })), shifted);
  });
});

describe('embedding', () => {
  it('looks rows up in f32, f16 and bf16', async () => {
    const tables: TensorData[] = [
      f32Tensor(Float32Array.of(1, 2, -0.5, 4), [2, 2]),
      { type: 'f16', shape: [2, 2], bytes: new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0xb800, 0x4400).buffer) },
      { type: 'bf16', shape: [2, 2], bytes: new Uint8Array(Uint16Array.of(0x3f80, 0x4000, 0xbf00, 0x4080).buffer) },
    ];
    for (const table of tables) {
      const graph = new GraphBuilder();
      const ids = graph.input('ids', 'i32', ['batch', 'length']);
      graph.output('y', embedding(graph, ids, table), 'f32', ['n', 2]);
      const session = await createSession(graph.build('test'), { threads: 1 });
      const { y } = await session.run({ ids: { data: Int32Array.of(1, 0, 1, 1), shape: [2, 2] } });
      await session.dispose();
      expect(y!.shape).toEqual([4, 2]);
      expect([...(y!.data as Float32Array)]).toEqual([-0.5, 4, 1, 2, -0.5, 4, -0.5, 4]);
    }
  });
});

describe('rmsNorm', () => {
  const weight = f32Tensor(Float32Array.of(1, 2, 0.5, -1));
  const expected = (values: number[]) => {
    const scale = 1 / Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / 4 + 1e-5);
    return values.map((v, i) => v * scale * floats(weight)[i]!);
  };

  it('divides by the root of the mean square, very small rows included', async () => {
    const x = Float32Array.of(1, -2, 3, 4, 1e-4, 0, -1e-4, 2e-4);
    const y = await run(x, 4, (graph, v) => rmsNorm(graph, v, { weight, epsilon: 1e-5 }));
    expectClose(y, [...expected(row(x, 0, 4)), ...expected(row(x, 1, 4))]);
  });

  it('adds a residual first, and gives the sum as well', async () => {
    const x = numbers(8, 3);
    const sum = Array.from(x, (v) => v + v * v);
    const square = (graph: GraphBuilder, v: Value) => graph.node('Mul', [v, v]);
    const options = { weight, epsilon: 1e-5 };
    const normed = await run(x, 4, (graph, v) => skipRmsNorm(graph, v, square(graph, v), options).normed);
    expectClose(normed, [...expected(sum.slice(0, 4)), ...expected(sum.slice(4))]);
    expectClose(await run(x, 4, (graph, v) => skipRmsNorm(graph, v, square(graph, v), options).sum), sum);
  });
});

describe('swiGlu', () => {
  it('gates with silu', async () => {
    const x = numbers(6, 4);
    const [gate, up, down] = [tensor([5, 3], 5), tensor([5, 3], 6), tensor([3, 5], 7)];
    const rows = [row(x, 0, 3), row(x, 1, 3)];
    const inner = times(rows, gate).map((r, n) => r.map((g, i) => (g / (1 + Math.exp(-g))) * times(rows, up)[n]![i]!));
    const y = await run(x, 3, (graph, v) =>
      swiGlu(graph, v, { gateUp: { apart: [{ weight: gate }, { weight: up }] }, down: { weight: down } }),
    );
    expectClose(y, times(inner, down).flat());
  });
});

describe('parallelLinear', () => {
  it('gives the same by one joined matrix as by several, whatever their heights', async () => {
    const x = numbers(8, 4);
    const matrices = [tensor([5, 4], 5), tensor([2, 4], 6), tensor([3, 4], 7)];
    const sum = (parts: Value[], graph: GraphBuilder) => graph.node('Concat', parts, { attributes: { axis: 1 } });
    const apart = await run(x, 4, (graph, v) =>
      sum(parallelLinear(graph, v, { apart: matrices.map((weight) => ({ weight })) }), graph),
    );
    const joined = { weight: stacked(matrices) };
    const together = await run(x, 4, (graph, v) =>
      sum(parallelLinear(graph, v, { joined, outputs: [5, 2, 3] }).toReversed(), graph),
    );
    const rows = [row(x, 0, 4), row(x, 1, 4)];
    const products = matrices.map((matrix) => times(rows, matrix));
    expectClose(
      apart,
      rows.flatMap((_, n) => products.flatMap((p) => p[n]!)),
    );
    expectClose(
      together,
      rows.flatMap((_, n) => products.toReversed().flatMap((p) => p[n]!)),
    );
  });
});

describe('l2Normalize', () => {
  it('gives unit rows and leaves a row of zeros', async () => {
    const y = await run(Float32Array.of(3, 4, 0, 0, -1e-3, 0), 2, l2Normalize);
    expectClose(y, [0.6, 0.8, 0, 0, -1, 0]);
  });
});

describe('shortConvolution', () => {
  const width = 3;

  function reference(
    x: number[][],
    parts: [TensorData, TensorData, TensorData],
    bias: number[],
    mode: ConvolutionMode,
  ) {
    const [inProjection, kernel, outProjection] = parts;
    const taps = kernel.shape[2]!;
    const back = mode === 'causal' ? taps - 1 : Math.floor((taps - 1) / 2);
    const projected = times(x, inProjection);
    const v = projected.map((r) => r.slice(0, width).map((b, i) => b * r[2 * width + i]!));
    const mixed = projected.map((r, t) =>
      r.slice(width, 2 * width).map((c, i) => {
        let sum = bias[i]!;
        for (let tap = 0; tap < taps; tap += 1) sum += floats(kernel)[i * taps + tap]! * (v[t - back + tap]?.[i] ?? 0);
        return c * sum;
      }),
    );
    return times(mixed, outProjection);
  }

  for (const mode of ['causal', 'centered'] as const) {
    it(`mixes neighbors (${mode}) within each sequence, for any number of taps and sequences shorter than that`, async () => {
      for (const taps of [1, 2, 3, 4, 7]) {
        for (const length of [1, 2, 9]) {
          const parts: [TensorData, TensorData, TensorData] = [
            tensor([9, 3], 8),
            tensor([3, 1, taps], 9),
            tensor([3, 3], 10),
          ];
          const bias = taps === 4 ? [0.5, -1, 2] : null;
          const x = numbers(2 * length * width, 11);
          const rows = Array.from({ length: 2 * length }, (_, i) => row(x, i, width));
          const y = await runSequences(x, width, 2, null, (graph, v, sequence) =>
            shortConvolution(
              graph,
              v,
              {
                inProjection: { weight: parts[0] },
                kernel: parts[1],
                bias: bias ? f32Tensor(Float32Array.from(bias)) : undefined,
                outProjection: { weight: parts[2] },
              },
              mode,
              sequence,
            ),
          );
          const expected = [rows.slice(0, length), rows.slice(length)].flatMap((part) =>
            reference(part, parts, bias ?? [0, 0, 0], mode),
          );
          expectClose(y, expected.flat(), 1e-4);
        }
      }
    });
  }
});

describe('attention', () => {
  const [heads, kvHeads, headDim, width, theta] = [4, 2, 16, 64, 100];

  function reference(
    x: number[][],
    w: Record<'q' | 'k' | 'v' | 'o' | 'qn' | 'kn', TensorData>,
    causal: boolean,
    visible: number,
  ) {
    const head = (rows: number[][], t: number, h: number, norm: TensorData | null) => {
      const part = rows[t]!.slice(h * headDim, (h + 1) * headDim);
      if (norm === null) return part;
      const scale = 1 / Math.sqrt(part.reduce((sum, v) => sum + v * v, 0) / headDim + 1e-5);
      const normed = part.map((v, i) => v * scale * floats(norm)[i]!);
      return normed.map((v, i) => {
        const pair = i % (headDim / 2);
        const angle = t * theta ** ((-2 * pair) / headDim);
        const other = i < headDim / 2 ? -normed[i + headDim / 2]! : normed[i - headDim / 2]!;
        return v * Math.cos(angle) + other * Math.sin(angle);
      });
    };
    const [q, k, v] = [times(x, w.q), times(x, w.k), times(x, w.v)];
    const mixed = x.map((_, t) =>
      Array.from({ length: heads }, (_, h) => {
        const shared = Math.floor(h / (heads / kvHeads));
        const query = head(q, t, h, w.qn);
        const end = causal ? Math.min(t + 1, visible) : visible;
        const weights = Array.from({ length: end }, (_, s) => {
          const key = head(k, s, shared, w.kn);
          return Math.exp(query.reduce((sum, value, i) => sum + value * key[i]!, 0) / Math.sqrt(headDim));
        });
        const total = weights.reduce((a, b) => a + b);
        return Array.from({ length: headDim }, (_, i) =>
          weights.reduce((sum, weight, s) => sum + (weight / total) * head(v, s, shared, null)[i]!, 0),
        );
      }).flat(),
    );
    return times(mixed, w.o);
  }

  for (const mode of ['causal', 'bidirectional'] as const) {
    it(`attends ${mode} with normed, rotated, shared heads, and hides the last keys of a sequence`, async () => {
      const w = {
        q: tensor([64, 64], 12),
        k: tensor([32, 64], 13),
        v: tensor([32, 64], 14),
        o: tensor([64, 64], 15),
        qn: tensor([16], 16),
        kn: tensor([16], 17),
      };
      const x = numbers(2 * 6 * width, 18);
      const rows = Array.from({ length: 12 }, (_, i) => row(x, i, width));
      for (const visible of [
        [6, 6],
        [4, 1],
      ]) {
        const y = await runSequences(x, width, 2, visible, (graph, v, sequence) =>
          attention(
            graph,
            v,
            {
              queryKeyValue: { apart: [{ weight: w.q }, { weight: w.k }, { weight: w.v }] },
              output: { weight: w.o },
              queryNorm: { weight: w.qn, epsilon: 1e-5 },
              keyNorm: { weight: w.kn, epsilon: 1e-5 },
            },
            { heads, kvHeads, headDim },
            mode,
            ropeTables(graph, 16, headDim, theta),
            sequence,
          ),
        );
        const causal = mode === 'causal';
        const expected = [
          reference(rows.slice(0, 6), w, causal, visible[0]!),
          reference(rows.slice(6), w, causal, visible[1]!),
        ];
        expectClose(y, expected.flat(2), 1e-4);
      }
    });
  }
});
