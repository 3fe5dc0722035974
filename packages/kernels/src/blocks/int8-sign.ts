import { GraphBuilder } from '../graph/graph-builder.js';
import { createSession } from '../session/graph-session.js';
import type { Int8Sign } from './quantized-matrix.js';

let probing: Promise<Int8Sign> | null = null;

/**
 * How int8 weights are stored best on this machine. Products of unsigned and signed bytes are the fastest where the
 * processor has dot products of bytes (VNNI, ARM); older x86 adds pairs of them in 16 bits, which saturate. One small
 * product whose pairs would overflow tells the two apart.
 */
export function int8Sign(): Promise<Int8Sign> {
  probing ??= probe();
  return probing;
}

async function probe(): Promise<Int8Sign> {
  const [rows, depth, outputs] = [8, 64, 32];
  const graph = new GraphBuilder();
  const a = graph.input('a', 'u8', [rows, depth]);
  const weight = graph.constant({
    type: 'i8',
    shape: [depth, outputs],
    bytes: new Uint8Array(depth * outputs).fill(127),
  });
  graph.output('y', graph.node('MatMulInteger', [a, weight]), 'i32', [rows, outputs]);
  const session = await createSession(graph.build('sign'), { threads: 1 });
  const { y } = await session.run({ a: { data: new Uint8Array(rows * depth).fill(255), shape: [rows, depth] } });
  await session.dispose();
  return (y!.data as Int32Array).every((sum) => sum === depth * 255 * 127) ? 'signed' : 'unsigned';
}
