import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { BLOCK, type BlockMatrix } from './quantized-matrix.js';

/** Rows of a table in blocks, which can be the very tensor of the output matrix: ids (i32) -> [number of ids, width] f32. */
export function quantizedEmbedding(graph: GraphBuilder, ids: Value, { bits, codes, scales }: BlockMatrix): Value {
  const [rows, blocks] = codes.shape;
  const flat = graph.node('Reshape', [ids, graph.ints([-1])]);
  const table = graph.constant({ ...codes, shape: [rows!, blocks! * ((BLOCK * bits) / 8)] }, 'embedding');
  return graph.node('GatherBlockQuantized', [table, flat, graph.constant(scales, 'scales')], {
    domain: 'com.microsoft',
    attributes: { bits, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 },
  });
}
