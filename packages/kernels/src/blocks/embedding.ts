import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';

/**
 * Rows of a table: ids (i32, any shape) -> [number of ids, width] f32.
 * A table in f16 or bf16 stays as it is; only the rows that are looked up are widened.
 */
export function embedding(graph: GraphBuilder, ids: Value, table: TensorData): Value {
  const flat = graph.node('Reshape', [ids, graph.ints([-1])]);
  const rows = graph.node('Gather', [graph.constant(table, 'embedding'), flat], { attributes: { axis: 0 } });
  return table.type === 'f32' ? rows : graph.node('Cast', [rows], { attributes: { to: 1 } });
}
