import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { type LinearWeights, linear } from './linear.js';

export interface SwiGluWeights {
  readonly gate: LinearWeights;
  readonly up: LinearWeights;
  readonly down: LinearWeights;
}

/** (silu(x W_gate) * (x W_up)) W_down; x [n, width] -> [n, width] */
export function swiGlu(graph: GraphBuilder, x: Value, { gate, up, down }: SwiGluWeights): Value {
  // QuickGelu with alpha 1 is silu in one operator.
  const activated = graph.node('QuickGelu', [linear(graph, x, gate)], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: 1 } },
  });
  return linear(graph, graph.node('Mul', [activated, linear(graph, x, up)]), down);
}
