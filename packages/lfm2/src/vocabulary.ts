import { type Precision, packing } from '@glot/checkpoints';
import {
  embedding,
  type GraphBuilder,
  linear,
  type Matrix,
  quantisedEmbedding,
  quantiseInt4,
  quantiseInt8Blocks,
  type Value,
} from '@glot/kernels';
import type { Checkpoint } from './checkpoint.js';

/** The two ends of a model: what ids become, and what next-token logits come from. */
export interface Vocabulary {
  /** ids i32 -> [number of ids, hiddenSize] */
  embed(graph: GraphBuilder, ids: Value): Value;
  /** hidden [n, hiddenSize] -> [n, vocabSize] */
  logits(graph: GraphBuilder, hidden: Value): Value;
}

const EMBEDDING = 'embed_tokens.weight';
const OUTPUT = 'lm_head.weight';

/**
 * Reads the embedding table, and the output matrix where logits are wanted. Quantised tables that both ends share are
 * one tensor.
 * @throws GlotError `lfm2.tensor`, `lfm2.dtype`, `kernels.shape`
 */
export async function vocabulary(
  checkpoint: Checkpoint,
  precision: Precision,
  withLogits: boolean,
): Promise<Vocabulary> {
  const { vocabSize, hiddenSize, tiedEmbeddings } = checkpoint.config;
  const shape = [vocabSize, hiddenSize];
  const tied = withLogits && tiedEmbeddings;
  const pack = await packing(precision);
  const separate = async (): Promise<Matrix | null> =>
    withLogits && !tiedEmbeddings ? pack.matrix(await checkpoint.floats(OUTPUT, shape)) : null;
  // Narrow models may have rows that are no whole blocks; their tables are small.
  const blocks = precision === 'int4' ? quantiseInt4 : hiddenSize % 32 === 0 ? quantiseInt8Blocks : null;
  if (precision !== 'f32' && blocks !== null) {
    const table = blocks(await checkpoint.floats(EMBEDDING, shape));
    const output = tied ? table : await separate();
    return ends((graph, ids) => quantisedEmbedding(graph, ids, table), output);
  }
  const table = await checkpoint.stored(EMBEDDING, shape);
  const output = tied ? pack.matrix(await checkpoint.floats(EMBEDDING, shape)) : await separate();
  return ends((graph, ids) => embedding(graph, ids, table), output);
}

function ends(embed: Vocabulary['embed'], output: Matrix | null): Vocabulary {
  return { embed, logits: (graph, hidden) => (output === null ? hidden : linear(graph, hidden, { weight: output })) };
}
