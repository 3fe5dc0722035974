import { GlotError } from '@glot/errors';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { type LinearWeights, linear, type ParallelWeights, parallelLinear } from './linear.js';
import { type RmsNormWeights, rmsNorm } from './rms-norm.js';
import type { Rope } from './rope.js';
import type { Sequence } from './sequence.js';

export interface AttentionWeights {
  /** Of queries, keys and values. */
  readonly queryKeyValue: ParallelWeights;
  readonly output: LinearWeights;
  /** Over one head, shared by all heads; applied before the rotation. */
  readonly queryNorm: RmsNormWeights;
  readonly keyNorm: RmsNormWeights;
}

/** `causal`: a token sees itself and what stands before it. `bidirectional`: every token up to the last key. */
export type AttentionMode = 'causal' | 'bidirectional';

export interface AttentionShape {
  readonly heads: number;
  /** Consecutive groups of heads / kvHeads query heads share one key and value head. */
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * Grouped-query attention with rotary positions; x [n, width] -> [n, width]. Keys after `lastKey` are hidden from all.
 * @throws GlotError `kernels.shape` where heads are no multiple of 16 wide
 */
export function attention(
  graph: GraphBuilder,
  x: Value,
  weights: AttentionWeights,
  { heads, kvHeads, headDim }: AttentionShape,
  mode: AttentionMode,
  rope: Rope,
  sequence: Sequence,
): Value {
  if (headDim % 16 !== 0) {
    throw new GlotError('kernels.shape', `heads of width ${headDim} are not supported, only multiples of 16`);
  }
  const perHead = graph.ints([-1, headDim]);
  // The runtime's own query and key norm has no CPU kernel, so the heads are normalized as rows of their own.
  const [q, k, v] = parallelLinear(graph, x, weights.queryKeyValue) as [Value, Value, Value];
  const normed = (projected: Value, norm: RmsNormWeights): Value => {
    const rows = graph.node('Reshape', [projected, perHead]);
    return graph.node('Reshape', [rmsNorm(graph, rows, norm), sequence.shape]);
  };
  const query = normed(q, weights.queryNorm);
  const key = normed(k, weights.keyNorm);
  const value = graph.node('Reshape', [v, sequence.shape]);
  const [mixed] = graph.nodes(
    'GroupQueryAttention',
    [query, key, value, '', '', sequence.lastKey, sequence.length, rope.cos, rope.sin],
    3,
    {
      domain: 'com.microsoft',
      attributes: {
        num_heads: heads,
        kv_num_heads: kvHeads,
        do_rotary: 1,
        rotary_interleaved: 0,
        causal: mode === 'causal' ? 1 : 0,
        local_window_size: -1,
        scale: { float: 1 / Math.sqrt(headDim) },
      },
    },
  );
  return linear(graph, graph.node('Reshape', [mixed!, graph.ints([-1, heads * headDim])]), weights.output);
}
