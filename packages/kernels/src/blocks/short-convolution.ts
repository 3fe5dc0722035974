import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { TensorData } from '../graph/tensor-data.js';
import { type LinearWeights, linear } from './linear.js';
import type { Sequence } from './sequence.js';

export interface ShortConvolutionWeights {
  /** [3 x width, width]: the gates B and C, then u. */
  readonly inProjection: LinearWeights;
  /** [width, 1, kernel] f32, one filter per channel. */
  readonly kernel: TensorData;
  readonly bias?: TensorData | undefined;
  readonly outProjection: LinearWeights;
}

/** `causal`: the last tap is the current token. `centered`: as many taps before it as after it. */
export type ConvolutionMode = 'causal' | 'centered';

/** out = (C * conv(B * u)) W_out with B, C, u = split(x W_in); zeros stand before and after the sequence. */
export function shortConvolution(
  graph: GraphBuilder,
  x: Value,
  weights: ShortConvolutionWeights,
  mode: ConvolutionMode,
  sequence: Sequence,
): Value {
  const projected = graph.node('Reshape', [linear(graph, x, weights.inProjection), sequence.shape]);
  const [b, c, u] = graph.nodes('Split', [projected], 3, { attributes: { axis: 2, num_outputs: 3 } });
  const gated = graph.node('Mul', [b!, u!]);
  const mixed = graph.node('Mul', [c!, convolve(graph, gated, weights, mode)]);
  return linear(
    graph,
    graph.node('Reshape', [mixed, graph.ints([-1, weights.kernel.shape[0]!])]),
    weights.outProjection,
  );
}

function convolve(graph: GraphBuilder, v: Value, weights: ShortConvolutionWeights, mode: ConvolutionMode): Value {
  const taps = weights.kernel.shape[2]!;
  // The operator is causal: reading its output `ahead` tokens later centres the filter.
  const ahead = mode === 'centered' ? taps - 1 - Math.floor((taps - 1) / 2) : 0;
  const input = ahead === 0 ? v : graph.node('Pad', [v, graph.ints([0, 0, 0, 0, ahead, 0])]);
  const inputs = [input, graph.constant(weights.kernel, 'kernel')];
  if (weights.bias !== undefined) inputs.push(graph.constant(weights.bias, 'bias'));
  const [output] = graph.nodes('CausalConvWithState', inputs, 2, {
    domain: 'com.microsoft',
    attributes: { activation: 'none', channels_last: 1 },
  });
  if (ahead === 0) return output!;
  return graph.node('Slice', [output!, graph.ints([ahead]), graph.ints([Number.MAX_SAFE_INTEGER]), graph.ints([1])]);
}
