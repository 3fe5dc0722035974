import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { type LinearWeights, linear, type ParallelWeights, parallelLinear } from './linear.js';

export interface SwiGluWeights {
  /** The gate, then what it gates. */
  readonly gateUp: ParallelWeights;
  readonly down: LinearWeights;
}

/** (silu(x W_gate) * (x W_up)) W_down; x [n, width] -> [n, width] */
export function swiGlu(graph: GraphBuilder, x: Value, { gateUp, down }: SwiGluWeights): Value {
  const [gate, up] = parallelLinear(graph, x, gateUp) as [Value, Value];
  // QuickGelu with alpha 1 is silu in one operator.
  const activated = graph.node('QuickGelu', [gate], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: 1 } },
  });
  return linear(graph, graph.node('Mul', [activated, up]), down);
}
