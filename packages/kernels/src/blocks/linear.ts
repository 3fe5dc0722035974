import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';
import { blockLinear } from './block-linear.js';
import { int8Linear } from './int8-linear.js';
import type { Matrix } from './quantized-matrix.js';

export interface LinearWeights {
  readonly weight: Matrix;
  /** [out] f32. */
  readonly bias?: TensorData | undefined;
}

/** x [n, in] -> [n, out] */
export function linear(graph: GraphBuilder, x: Value, { weight, bias }: LinearWeights): Value {
  if ('kind' in weight) {
    const product = weight.kind === 'int8' ? int8Linear(graph, x, weight) : blockLinear(graph, x, weight);
    return bias === undefined ? product : graph.node('Add', [product, graph.constant(bias, 'bias')]);
  }
  const inputs = [x, graph.constant(weight, 'weight')];
  if (bias !== undefined) inputs.push(graph.constant(bias, 'bias'));
  return graph.node('Gemm', inputs, { attributes: { transB: 1 } });
}

/** Matrices that read the same input: apart, or their rows in one. One product costs less, copying its outputs apart more. */
export type ParallelWeights =
  | { readonly apart: readonly LinearWeights[] }
  | { readonly joined: LinearWeights; readonly outputs: readonly number[] };

/** x [n, in] -> for each matrix [n, out] */
export function parallelLinear(graph: GraphBuilder, x: Value, weights: ParallelWeights): Value[] {
  if ('apart' in weights) return weights.apart.map((part) => linear(graph, x, part));
  const { joined, outputs } = weights;
  const all = linear(graph, x, joined);
  return graph.nodes('Split', [all, graph.ints(outputs)], outputs.length, { attributes: { axis: 1 } });
}
