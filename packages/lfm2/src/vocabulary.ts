import { matrixQuantizer, type Precision } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import {
  embedding,
  type GraphBuilder,
  linear,
  type Matrix,
  quantizedEmbedding,
  quantizeInt4,
  quantizeInt8Blocks,
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
 * Reads the embedding table, and the output matrix where logits are wanted. Quantized tables that both ends share are
 * one tensor. A table that is stored at 4 bits stays so at every precision but f32: nothing of it gets lost.
 * @throws GlotError `lfm2.tensor`, `lfm2.dtype`, `lfm2.unsupported`, `kernels.shape`
 */
export async function vocabulary(
  checkpoint: Checkpoint,
  precision: Precision,
  withLogits: boolean,
): Promise<Vocabulary> {
  const { vocabSize, hiddenSize, embeddingSize = hiddenSize, tiedEmbeddings } = checkpoint.config;
  const shape = [vocabSize, embeddingSize];
  const tied = withLogits && tiedEmbeddings;
  if (tied && embeddingSize < hiddenSize) {
    const problem = `an embedding_size of ${embeddingSize} below the hidden_size of ${hiddenSize}`;
    throw new GlotError('lfm2.unsupported', `${checkpoint.folder}: ${problem} gives no output matrix for logits`);
  }
  // [n, embeddingSize] -> [n, hiddenSize]
  const filled = (graph: GraphBuilder, rows: Value): Value =>
    embeddingSize === hiddenSize ? rows : graph.node('Pad', [rows, graph.ints([0, 0, 0, hiddenSize - embeddingSize])]);
  const quantizer = await matrixQuantizer(precision);
  const separate = async (): Promise<Matrix | null> =>
    withLogits && !tiedEmbeddings ? quantizer.quantize(await checkpoint.floats(OUTPUT, [vocabSize, hiddenSize])) : null;
  // Narrow models may have rows that are no whole blocks; their tables are small.
  const four = precision === 'int4' || (!tied && checkpoint.blockBits(EMBEDDING) === 4);
  const blocks = four ? quantizeInt4 : embeddingSize % 32 === 0 ? quantizeInt8Blocks : null;
  if (precision !== 'f32' && blocks !== null) {
    const table = blocks(await checkpoint.floats(EMBEDDING, shape));
    const output = tied ? table : await separate();
    return ends((graph, ids) => filled(graph, quantizedEmbedding(graph, ids, table)), output);
  }
  const table = await checkpoint.stored(EMBEDDING, shape);
  const output = tied ? quantizer.quantize(await checkpoint.floats(EMBEDDING, shape)) : await separate();
  return ends((graph, ids) => filled(graph, embedding(graph, ids, table)), output);
}

function ends(embed: Vocabulary['embed'], output: Matrix | null): Vocabulary {
  return { embed, logits: (graph, hidden) => (output === null ? hidden : linear(graph, hidden, { weight: output })) };
}
