import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';

export interface RmsNormWeights {
  /** [width] f32, used as it is (no + 1). */
  readonly weight: TensorData;
  readonly epsilon: number;
}

/** x * weight / sqrt(mean(x^2) + epsilon) over the last axis. */
export function rmsNorm(graph: GraphBuilder, x: Value, { weight, epsilon }: RmsNormWeights): Value {
  // The runtime registers this operator in the domain "", although onnx.proto does not list it.
  return graph.node('SimplifiedLayerNormalization', [x, graph.constant(weight, 'norm')], {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
}

/** sum = x + residual; normed = rmsNorm(sum): both in one pass. */
export function skipRmsNorm(
  graph: GraphBuilder,
  x: Value,
  residual: Value,
  { weight, epsilon }: RmsNormWeights,
): { readonly normed: Value; readonly sum: Value } {
  const [normed, , , sum] = graph.nodes(
    'SkipSimplifiedLayerNormalization',
    [x, residual, graph.constant(weight, 'norm')],
    4,
    { domain: 'com.microsoft', attributes: { epsilon: { float: epsilon } } },
  );
  return { normed: normed!, sum: sum! };
}
