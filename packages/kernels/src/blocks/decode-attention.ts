import { GlotError } from '@glot/errors';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { f32Tensor } from '../graph/tensor-data.js';
import type { AttentionShape, AttentionWeights } from './attention.js';
import { linear, parallelLinear } from './linear.js';
import { type RmsNormWeights, rmsNorm } from './rms-norm.js';
import type { Rope } from './rope.js';

/** Keys and values of one layer. What came before stays in buffers of the caller, which never pass through outputs. */
export interface KeyValues {
  /** [kvHeads, 1, positions, headDim] */
  readonly keys: Value;
  /** [kvHeads, 1, positions, headDim] */
  readonly values: Value;
}

/** What all layers of a decoding graph share. */
export interface DecodePositions {
  readonly rope: Rope;
  /** i64 [1]: position of the first new token. */
  readonly start: Value;
  /** f32 [capacity]: 0 where the buffers hold a token, hugely negative where they are empty. */
  readonly pastMask: Value;
  /** f32 [tokens, tokens]: 0 where a new token may see a new token. */
  readonly newMask: Value;
}

/**
 * Causal grouped-query attention of new tokens over a cache and over themselves; x [tokens, width] of one sequence.
 * @returns the result [tokens, width], and keys and values of the new tokens
 */
export function decodeAttention(
  graph: GraphBuilder,
  x: Value,
  weights: AttentionWeights,
  { heads, kvHeads, headDim }: AttentionShape,
  { rope, start, pastMask, newMask }: DecodePositions,
  past: KeyValues,
): { readonly output: Value; readonly added: KeyValues } {
  if (headDim % 2 !== 0) throw new GlotError('kernels.shape', `heads of odd width ${headDim} cannot be rotated`);
  const group = heads / kvHeads;
  const [q, k, v] = parallelLinear(graph, x, weights.queryKeyValue) as [Value, Value, Value];
  const rotated = (projected: Value, norm: RmsNormWeights, count: number): Value => {
    const rows = graph.node('Reshape', [projected, graph.ints([-1, headDim])]);
    const flat = graph.node('Reshape', [rmsNorm(graph, rows, norm), graph.ints([1, -1, count * headDim])]);
    return graph.node('RotaryEmbedding', [flat, start, rope.cos, rope.sin], { domain: 'com.microsoft' });
  };
  const perHead = (value: Value, shape: readonly number[]): Value => {
    const rows = graph.node('Reshape', [value, graph.ints([-1, ...shape, headDim])]);
    return graph.node('Transpose', [rows], { attributes: { perm: [1, 2, 0, 3] } });
  };
  // The scale of the scores goes into the norm of the queries: products of one row are only quick without a factor.
  const query = perHead(rotated(q, scaled(weights.queryNorm, 1 / Math.sqrt(headDim)), heads), [kvHeads, group]);
  const keys = perHead(rotated(k, weights.keyNorm, kvHeads), [kvHeads, 1]);
  const values = perHead(v, [kvHeads, 1]);
  // Heads of a group share keys and values by broadcasting: [kvHeads, group, tokens, positions].
  const scores = (against: Value, mask: Value): Value => {
    const products = graph.node('FusedMatMul', [query, against], {
      domain: 'com.microsoft',
      attributes: { transB: 1 },
    });
    return graph.node('Add', [products, mask]);
  };
  const all = graph.node('Concat', [scores(past.keys, pastMask), scores(keys, newMask)], { attributes: { axis: -1 } });
  const lengths = graph.node('Concat', [graph.node('Shape', [pastMask]), tokenCount(graph, newMask)], {
    attributes: { axis: 0 },
  });
  const [ofPast, ofNew] = graph.nodes(
    'Split',
    [graph.node('Softmax', [all], { attributes: { axis: -1 } }), lengths],
    2,
    { attributes: { axis: -1 } },
  );
  const mixed = graph.node('Add', [
    graph.node('MatMul', [ofPast!, past.values]),
    graph.node('MatMul', [ofNew!, values]),
  ]);
  const back = graph.node('Transpose', [mixed], { attributes: { perm: [2, 0, 1, 3] } });
  const output = linear(graph, graph.node('Reshape', [back, graph.ints([-1, heads * headDim])]), weights.output);
  return { output, added: { keys, values } };
}

function scaled({ weight, epsilon }: RmsNormWeights, factor: number): RmsNormWeights {
  const values = new Float32Array(weight.bytes.buffer, weight.bytes.byteOffset, weight.shape[0]!);
  return { weight: f32Tensor(values.map((value) => value * factor)), epsilon };
}

/** f32 [tokens, tokens]: 0 on and below the diagonal, hugely negative above. `flat` is any value [tokens, n]. */
export function causalMask(graph: GraphBuilder, flat: Value): Value {
  const count = graph.node('Shape', [flat], { attributes: { start: 0, end: 1 } });
  const square = graph.node('Concat', [count, count], { attributes: { axis: 0 } });
  const full = graph.node('Expand', [graph.constant(f32Tensor(Float32Array.of(HIDDEN), [])), square]);
  return graph.node('Trilu', [full, graph.constant(ONE)], { attributes: { upper: 1 } });
}

/** Added to scores that must not count; finite, so that rows of nothing else stay numbers. */
export const HIDDEN = -1e30;

const ONE = { type: 'i64', shape: [], bytes: new Uint8Array(BigInt64Array.of(1n).buffer) } as const;

function tokenCount(graph: GraphBuilder, mask: Value): Value {
  return graph.node('Shape', [mask], { attributes: { start: 0, end: 1 } });
}
