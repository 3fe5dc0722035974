import { matrixQuantizer, type Precision } from '@glot/checkpoints';
import {
  causalMask,
  decodeAttention,
  decodeConvolution,
  type Graph,
  GraphBuilder,
  ropeTables,
  type Value,
} from '@glot/kernels';
import type { Checkpoint } from '../checkpoint.js';
import { addLayers, type Operator, ResidualStream } from '../layer-stack.js';
import { norm } from '../layer-weights.js';
import { vocabulary } from '../vocabulary.js';

export interface DecodeGraphOptions {
  readonly precision: Precision;
  /** Rows of the tables of rotary positions. */
  readonly contextTokens: number;
  /** `logits` of the last token, `hidden` states of all tokens, or only what is carried on. */
  readonly output: 'logits' | 'hidden' | 'none';
}

/**
 * One sequence that goes on. Inputs: `ids` i32 [1, tokens], `start` i64 [1], `past_mask` f32 [capacity], and for layer
 * n `keys_n` and `values_n` [kvHeads, 1, capacity, headDim] or `state_n` [1, kernel - 1, hidden]. Outputs: `new_keys_n`,
 * `new_values_n` [kvHeads, 1, tokens, headDim], `new_state_n`, and `output`.
 */
export async function decodeGraph(
  checkpoint: Checkpoint,
  options: DecodeGraphOptions,
  graph: GraphBuilder = new GraphBuilder(),
): Promise<Graph> {
  const { config } = checkpoint;
  const { hiddenSize, kvHeads, headDim, convKernel } = config;
  const ids = graph.input('ids', 'i32', [1, 'tokens']);
  const start = graph.input('start', 'i64', [1]);
  const pastMask = graph.input('past_mask', 'f32', ['capacity']);
  const rope = ropeTables(graph, options.contextTokens, headDim, config.ropeTheta);
  const table = await vocabulary(checkpoint, options.precision, options.output === 'logits');
  const embedded = table.embed(graph, ids);
  const positions = { rope, start, pastMask, newMask: causalMask(graph, embedded) };
  const stream = new ResidualStream(graph, embedded);
  const operator: Operator = (x, layer, index) => {
    if (layer.kind === 'conv') {
      const past = graph.input(`state_${index}`, 'f32', [1, convKernel - 1, hiddenSize]);
      const { output, state } = decodeConvolution(graph, x, layer.convolution, past);
      graph.output(`new_state_${index}`, state, 'f32', [1, convKernel - 1, hiddenSize]);
      return output;
    }
    const cache = [kvHeads, 1, 'capacity', headDim];
    const past = {
      keys: graph.input(`keys_${index}`, 'f32', cache),
      values: graph.input(`values_${index}`, 'f32', cache),
    };
    const { output, added } = decodeAttention(graph, x, layer.attention, config, positions, past);
    graph.output(`new_keys_${index}`, added.keys, 'f32', [kvHeads, 1, 'tokens', headDim]);
    graph.output(`new_values_${index}`, added.values, 'f32', [kvHeads, 1, 'tokens', headDim]);
    return output;
  };
  await addLayers(graph, stream, checkpoint, { quantizer: await matrixQuantizer(options.precision), operator });
  const last = await norm(checkpoint, 'embedding_norm.weight', hiddenSize);
  if (options.output === 'hidden') graph.output('output', stream.normed(last), 'f32', ['tokens', hiddenSize]);
  if (options.output === 'logits') {
    const lastRow = (value: Value) =>
      graph.node('Slice', [value, graph.ints([-1]), graph.ints([Number.MAX_SAFE_INTEGER]), graph.ints([0])]);
    stream.select(lastRow);
    graph.output('output', table.logits(graph, stream.normed(last)), 'f32', [1, config.vocabSize]);
  }
  return graph.build('lfm2-decoder');
}
