import { createSession, f32Tensor, GraphBuilder, type GraphSession } from '@glot/kernels';
import { type Clock, stopwatch } from './stopwatch.js';

export interface MachineLimits {
  /** Best of some runs of a large f32 product, 10^9 operations a second. */
  readonly f32Gflops: number;
  /** The same by int8 codes that products of bytes take here. */
  readonly int8Gops: number;
  /** Bytes read a second by a product of one row with 256 MB of f32 weights, 10^9 a second. */
  readonly gigabytesPerSecond: number;
}

/** What the processor and its memory give at best, through the same runtime. */
export async function machineLimits(threads: number, clock: Clock): Promise<MachineLimits> {
  const [m, k, n] = [1024, 1024, 4096];
  const product = await f32Product(k, n, threads);
  const wide = await f32Product(8192, 8192, threads);
  const bytes = await int8Product(k, n, threads);
  const square = { data: new Float32Array(m * k).fill(0.5), shape: [m, k] };
  const row = { data: new Float32Array(8192).fill(0.5), shape: [1, 8192] };
  const codes = { data: new Uint8Array(m * k).fill(130), shape: [m, k] };
  const f32 = await fastest(product, square, clock);
  const int8 = await fastest(bytes, codes, clock);
  const memory = await fastest(wide, row, clock);
  await Promise.all([product.dispose(), wide.dispose(), bytes.dispose()]);
  const operations = 2 * m * k * n;
  return {
    f32Gflops: operations / f32 / 1e6,
    int8Gops: operations / int8 / 1e6,
    gigabytesPerSecond: (8192 * 8192 * 4) / memory / 1e6,
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
  const weight = graph.constant(f32Tensor(new Float32Array(k * n).fill(0.01), [k, n]));
  graph.output('y', graph.node('MatMul', [graph.input('x', 'f32', ['m', k]), weight]), 'f32', ['m', n]);
  return createSession(graph.build('limit'), { threads });
}

function int8Product(k: number, n: number, threads: number): Promise<GraphSession> {
  const graph = new GraphBuilder();
  const weight = graph.constant({ type: 'i8', shape: [k, n], bytes: new Uint8Array(k * n).fill(3) });
  graph.output('y', graph.node('MatMulInteger', [graph.input('x', 'u8', ['m', k]), weight]), 'i32', ['m', n]);
  return createSession(graph.build('limit'), { threads });
}
