import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { linear } from './linear.js';
import type { ShortConvolutionWeights } from './short-convolution.js';

/**
 * The causal short convolution of one sequence that goes on: x [tokens, width], state [1, kernel - 1, width] = what
 * the filter still needs of the tokens before.
 * @returns the result [tokens, width], and the state after the last token
 */
export function decodeConvolution(
  graph: GraphBuilder,
  x: Value,
  weights: ShortConvolutionWeights,
  state: Value,
): { readonly output: Value; readonly state: Value } {
  const width = weights.kernel.shape[0]!;
  const projected = graph.node('Reshape', [linear(graph, x, weights.inProjection), graph.ints([1, -1, 3 * width])]);
  const [b, c, u] = graph.nodes('Split', [projected], 3, { attributes: { axis: 2, num_outputs: 3 } });
  const bias = weights.bias === undefined ? '' : graph.constant(weights.bias, 'bias');
  const [filtered, after] = graph.nodes(
    'CausalConvWithState',
    [graph.node('Mul', [b!, u!]), graph.constant(weights.kernel, 'kernel'), bias, state],
    2,
    { domain: 'com.microsoft', attributes: { activation: 'none', channels_last: 1 } },
  );
  const mixed = graph.node('Reshape', [graph.node('Mul', [c!, filtered!]), graph.ints([-1, width])]);
  return { output: linear(graph, mixed, weights.outProjection), state: after! };
}
