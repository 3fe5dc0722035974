import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { f32Tensor } from '../graph/tensor-data.js';
import { createSession, type GraphSession } from './graph-session.js';

/** y = x + c */
function adder(constant: Float32Array): GraphBuilder {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'f32', ['n', constant.length]);
  graph.output('y', graph.node('Add', [x, graph.constant(f32Tensor(constant))]), 'f32', ['n', constant.length]);
  return graph;
}

const open = (graph: GraphBuilder): Promise<GraphSession> => createSession(graph.build('test'), { threads: 1 });
const refusal = (code: string) => expect.objectContaining({ code });

describe('GraphBuilder', () => {
  it('hands large constants over beside the model, unaligned views included', async () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => i);
    const graph = adder(values).build('test');
    expect(graph.externalData.map(({ data }) => data.byteLength)).toEqual([20_000]);
    expect(graph.model.byteLength).toBeLessThan(1000);
    const session = await createSession(graph, { threads: 1 });
    const { y } = await session.run({ x: { data: new Float32Array(5000).fill(0.5), shape: [1, 5000] } });
    expect(y!.data[4999]).toBe(4999.5);
    await session.dispose();

    const bytes = new Uint8Array(20_003);
    bytes.set(new Uint8Array(values.buffer), 3);
    const odd = new GraphBuilder();
    const constant = odd.constant({ type: 'f32', shape: [5000], bytes: bytes.subarray(3) });
    odd.output('y', odd.node('Add', [odd.input('x', 'f32', ['n', 5000]), constant]), 'f32', ['n', 5000]);
    const unaligned = await open(odd);
    const result = await unaligned.run({ x: { data: new Float32Array(5000), shape: [1, 5000] } });
    expect(result.y!.data[4999]).toBe(4999);
    await unaligned.dispose();
  });

  it('refuses constants that do not fill their shape and names that occur twice', () => {
    const graph = new GraphBuilder();
    expect(() => graph.constant(f32Tensor(new Float32Array(3), [2, 2]))).toThrowError(refusal('kernels.shape'));
    graph.input('x', 'f32', [1]);
    expect(() => graph.input('x', 'f32', [1])).toThrowError(refusal('kernels.duplicate-name'));
    expect(() => graph.output('x', 'x', 'f32', [1])).toThrowError(refusal('kernels.duplicate-name'));
  });
});

describe('GraphSession', () => {
  it('runs, takes views of larger arrays, and writes into arrays that it is given', async () => {
    const session = await open(adder(Float32Array.of(1, 2)));
    const data = Float32Array.of(9, 9, 10, 20, 30, 40, 9).subarray(2, 6);
    const { y } = await session.run({ x: { data, shape: [2, 2] } });
    expect(y!.shape).toEqual([2, 2]);
    expect([...(y!.data as Float32Array)]).toEqual([11, 22, 31, 42]);
    const target = new Float32Array(6);
    const { y: same } = await session.run(
      { x: { data, shape: [2, 2] } },
      { y: { data: target.subarray(1, 5), shape: [2, 2] } },
    );
    expect([...target]).toEqual([0, 11, 22, 31, 42, 0]);
    expect(same!.data.buffer).toBe(target.buffer);
    await session.dispose();
  });

  it('refuses graphs, shapes and threads that cannot be', async () => {
    const graph = new GraphBuilder();
    graph.output('y', graph.node('NoSuchOperator', [graph.input('x', 'f32', ['n'])]), 'f32', ['n']);
    await expect(open(graph)).rejects.toThrowError(refusal('kernels.graph'));
    const session = await open(adder(Float32Array.of(1, 2)));
    await expect(session.run({ x: { data: new Float32Array(3), shape: [2, 2] } })).rejects.toThrowError(
      refusal('kernels.shape'),
    );
    await expect(session.run({ x: { data: new Float32Array(3), shape: [1, 3] } })).rejects.toThrowError(
      refusal('kernels.run'),
    );
    await expect(session.run({})).rejects.toThrowError(refusal('kernels.run'));
    await session.dispose();
    for (const threads of [0, -1, 1.5, NaN]) {
      const built = adder(Float32Array.of(1)).build('test');
      await expect(createSession(built, { threads })).rejects.toThrowError(refusal('kernels.threads'));
    }
  });

  it('finishes running work before it is disposed of, once, and refuses work afterwards', async () => {
    const session = await open(adder(Float32Array.of(1)));
    const feeds = { x: { data: Float32Array.of(1), shape: [1, 1] } };
    const running = session.run(feeds);
    await Promise.all([session.dispose(), session.dispose()]);
    expect((await running).y!.data[0]).toBe(2);
    await expect(session.run(feeds)).rejects.toThrowError(refusal('kernels.disposed'));
  });
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('is not held by a session once its results are forgotten', async () => {
    const session = await open(adder(Float32Array.of(1, 2)));
    const results = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { y } = await session.run({ x: { data: new Float32Array(2), shape: [1, 2] } });
        return new WeakRef(y!.data);
      }),
    );
    // A weak reference is strong until the turn that read it has ended.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(results.filter((result) => result.deref() !== undefined)).toEqual([]);
    await session.dispose();
  });
});

const BUILT = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

describe.skipIf(!existsSync(BUILT))('a process with sessions (skipped where the package is not built)', () => {
  const script = (end: string) => `
    const { createSession, createMaxSim, GraphBuilder } = await import(${JSON.stringify(BUILT)});
    const maxSim = await createMaxSim({ dim: 4, threads: 2 });
    const graph = new GraphBuilder();
    graph.output('y', graph.node('NoSuchOperator', [graph.input('x', 'f32', ['n'])]), 'f32', ['n']);
    await createSession(graph.build('bad')).catch(() => {});
    await maxSim.scoreFloat(new Float32Array(4), 1, new Float32Array(8), Uint32Array.of(0, 2));
    ${end}`;

  it('ends cleanly, whether or not it disposed of them, and prints nothing', async () => {
    for (const end of ['await maxSim.dispose();', '', 'process.exit(0);']) {
      const done = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(end)]);
      expect(done).toEqual({ stdout: '', stderr: '' });
    }
  });
});
