import type { GraphBuilder, Value } from '../graph/graph-builder.js';

/** Each row of x [n, width] divided by its length; a row of zeros stays as it is. */
export function l2Normalize(graph: GraphBuilder, x: Value): Value {
  return graph.node('LpNormalization', [x], { attributes: { axis: -1, p: 2 } });
}
