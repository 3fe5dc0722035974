import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { INT4_BLOCK, type Int4Matrix } from './quantised-matrix.js';

/** Rows of an int4 table, which can be the very tensor of the output matrix: ids (i32) -> [number of ids, width] f32. */
export function quantisedEmbedding(graph: GraphBuilder, ids: Value, { codes, scales }: Int4Matrix): Value {
  const [rows, blocks] = codes.shape;
  const flat = graph.node('Reshape', [ids, graph.ints([-1])]);
  const table = graph.constant({ ...codes, shape: [rows!, blocks! * (INT4_BLOCK / 2)] }, 'embedding');
  return graph.node('GatherBlockQuantized', [table, flat, graph.constant(scales, 'scales')], {
    domain: 'com.microsoft',
    attributes: { bits: 4, block_size: INT4_BLOCK, gather_axis: 0, quantize_axis: 1 },
  });
}
