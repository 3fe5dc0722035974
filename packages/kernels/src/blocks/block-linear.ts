import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { BLOCK, type BlockMatrix } from './quantized-matrix.js';

/** x [n, in] f32 -> [n, out] f32; rows of x are rounded to int8 in blocks of 32 on the way. */
export function blockLinear(graph: GraphBuilder, x: Value, { bits, codes, scales }: BlockMatrix): Value {
  const [outputs, blocks] = codes.shape;
  return graph.node('MatMulNBits', [x, graph.constant(codes, 'codes'), graph.constant(scales, 'scales')], {
    domain: 'com.microsoft',
    attributes: { K: blocks! * BLOCK, N: outputs!, bits, block_size: BLOCK, accuracy_level: 4 },
  });
}
