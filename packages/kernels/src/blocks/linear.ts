import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';

export interface LinearWeights {
  /** [out, in] f32, as checkpoints store it. */
  readonly weight: TensorData;
  /** [out] f32. */
  readonly bias?: TensorData | undefined;
}

/** x [n, in] -> [n, out] */
export function linear(graph: GraphBuilder, x: Value, { weight, bias }: LinearWeights): Value {
  const inputs = [x, graph.constant(weight, 'weight')];
  if (bias !== undefined) inputs.push(graph.constant(bias, 'bias'));
  return graph.node('Gemm', inputs, { attributes: { transB: 1 } });
}
