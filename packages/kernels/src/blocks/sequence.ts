import type { GraphBuilder, Value } from '../graph/graph-builder.js';

/**
 * What blocks that mix tokens need to know of a batch. Between blocks, values are [n, width] with n = batch x length;
 * inside of them [batch, length, width].
 */
export interface Sequence {
  /** i64 [3] = batch, length, -1: the shape that brings back the batch. */
  readonly shape: Value;
  /** i32 [batch]: index of the last key that rows may attend to. */
  readonly lastKey: Value;
  /** i32 [1]: the length. */
  readonly length: Value;
}

/** Makes the inputs `ids`, `last_key` and `length` and derives the rest. */
export function sequenceInputs(graph: GraphBuilder): { readonly ids: Value; readonly sequence: Sequence } {
  const ids = graph.input('ids', 'i32', ['batch', 'length']);
  const lastKey = graph.input('last_key', 'i32', ['batch']);
  const length = graph.input('length', 'i32', [1]);
  const shape = graph.node('Shape', [ids]);
  return {
    ids,
    sequence: {
      shape: graph.node('Concat', [shape, graph.ints([-1])], { attributes: { axis: 0 } }),
      lastKey,
      length,
    },
  };
}
