import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { INT4_BLOCK, type Int4Matrix } from './quantised-matrix.js';

/** x [n, in] f32 -> [n, out] f32; rows of x are rounded to int8 in blocks of 32 on the way. */
export function int4Linear(graph: GraphBuilder, x: Value, { codes, scales }: Int4Matrix): Value {
  const [outputs, blocks] = codes.shape;
  return graph.node('MatMulNBits', [x, graph.constant(codes, 'codes'), graph.constant(scales, 'scales')], {
    domain: 'com.microsoft',
    attributes: { K: blocks! * INT4_BLOCK, N: outputs!, bits: 4, block_size: INT4_BLOCK, accuracy_level: 4 },
  });
}
