import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';
import { int4Linear } from './int4-linear.js';
import { int8Linear } from './int8-linear.js';
import type { Matrix } from './quantised-matrix.js';

export interface LinearWeights {
  readonly weight: Matrix;
  /** [out] f32. */
  readonly bias?: TensorData | undefined;
}

/** x [n, in] -> [n, out] */
export function linear(graph: GraphBuilder, x: Value, { weight, bias }: LinearWeights): Value {
  if ('kind' in weight) {
    const product = weight.kind === 'int8' ? int8Linear(graph, x, weight) : int4Linear(graph, x, weight);
    return bias === undefined ? product : graph.node('Add', [product, graph.constant(bias, 'bias')]);
  }
  const inputs = [x, graph.constant(weight, 'weight')];
  if (bias !== undefined) inputs.push(graph.constant(bias, 'bias'));
  return graph.node('Gemm', inputs, { attributes: { transB: 1 } });
}
