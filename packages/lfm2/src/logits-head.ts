import { GlotError } from '@glot/errors';
import { linear } from '@glot/kernels';
import type { Checkpoint } from './checkpoint.js';
import type { Head } from './trunk.js';

/** Next-token logits by the embedding table, which the released models share with their output. */
export async function logitsHead(checkpoint: Checkpoint): Promise<Head> {
  const { vocabSize, hiddenSize, tiedEmbeddings } = checkpoint.config;
  if (!tiedEmbeddings) {
    throw new GlotError('lfm2.unsupported', `${checkpoint.folder}: an output matrix of its own is not supported`);
  }
  const weight = await checkpoint.floats('embed_tokens.weight', [vocabSize, hiddenSize]);
  return { width: vocabSize, build: (graph, hidden) => linear(graph, hidden, { weight }) };
}
