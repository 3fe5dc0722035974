import { createSession, f32Tensor, GraphBuilder, type GraphSession } from '@glot/kernels';
import { type Clock, stopwatch } from './stopwatch.js';

export interface MachineLimits {
  /** Best of some runs of a large f32 product, 10^9 operations a second. */
  readonly f32Gflops: number;
  /** The same by int8 codes that products of bytes take here. */
  readonly int8Gops: number;
  /** Bytes of weights read a second by products of one row, 10^9: the best of 256 MB in f32 and in blocks of 8 bits. */
  readonly gigabytesPerSecond: number;
}

/** What the processor and its memory give at best, through the same runtime. */
export async function machineLimits(threads: number, clock: Clock): Promise<MachineLimits> {
  const [m, k, n] = [1024, 1024, 4096];
  const product = await f32Product(k, n, threads);
  const wide = await f32Product(8192, 8192, threads);
  const blocks = await blockProduct(16_384, 16_384, threads);
  const bytes = await int8Product(k, n, threads);
  const square = { data: new Float32Array(m * k).fill(0.5), shape: [m, k] };
  const row = { data: new Float32Array(8192).fill(0.5), shape: [1, 8192] };
  const longRow = { data: new Float32Array(16_384).fill(0.5), shape: [1, 16_384] };
  const codes = { data: new Uint8Array(m * k).fill(130), shape: [m, k] };
  const f32 = await fastest(product, square, clock);
  const int8 = await fastest(bytes, codes, clock);
  const rates = [
    (8192 * 8192 * 4) / (await fastest(wide, row, clock)),
    (16_384 * 16_384 * (1 + 4 / 128)) / (await fastest(blocks, longRow, clock)),
  ];
  await Promise.all([product, wide, blocks, bytes].map((session) => session.dispose()));
  const operations = 2 * m * k * n;
  return {
    f32Gflops: operations / f32 / 1e6,
    int8Gops: operations / int8 / 1e6,
    gigabytesPerSecond: Math.max(...rates) / 1e6,
  };
}

async function fastest(
  session: GraphSession,
  x: { readonly data: Float32Array | Uint8Array; readonly shape: number[] },
  clock: Clock,
) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i += 1) {
    const time = stopwatch(clock);
    await session.run({ x });
    best = Math.min(best, time());
  }
  return best;
}

function f32Product(k: number, n: number, threads: number): Promise<GraphSession> {
  const graph = new GraphBuilder();
  const weight = graph.constant(f32Tensor(different(k * n), [k, n]));
  graph.output('y', graph.node('MatMul', [graph.input('x', 'f32', ['m', k]), weight]), 'f32', ['m', n]);
  return createSession(graph.build('limit'), { threads });
}

function int8Product(k: number, n: number, threads: number): Promise<GraphSession> {
  const graph = new GraphBuilder();
  const weight = graph.constant({ type: 'i8', shape: [k, n], bytes: new Uint8Array(k * n).fill(3) });
  graph.output('y', graph.node('MatMulInteger', [graph.input('x', 'u8', ['m', k]), weight]), 'i32', ['m', n]);
  return createSession(graph.build('limit'), { threads });
}

function blockProduct(k: number, n: number, threads: number): Promise<GraphSession> {
  const graph = new GraphBuilder();
  const codes = new Uint8Array(different((k * n) / 4).buffer);
  const scales = new Float32Array((k / 128) * n).fill(1e-4);
  const weights = [
    graph.constant({ type: 'u8', shape: [n, k / 128, 128], bytes: codes }),
    graph.constant(f32Tensor(scales, [n, k / 128])),
  ];
  const y = graph.node('MatMulNBits', [graph.input('x', 'f32', ['m', k]), ...weights], {
    domain: 'com.microsoft',
    attributes: { K: k, N: n, bits: 8, block_size: 128, accuracy_level: 4 },
  });
  graph.output('y', y, 'f32', ['m', n]);
  return createSession(graph.build('limit'), { threads });
}

// Where all pages hold the same, a virtual machine may keep one of them, which then never leaves the cache.
function different(count: number): Float32Array<ArrayBuffer> {
  let state = 88_172_645;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 34;
  });
}
