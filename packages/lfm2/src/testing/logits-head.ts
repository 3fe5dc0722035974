import { linear } from '@glot/kernels';
import type { Checkpoint } from '../checkpoint.js';
import type { Head } from '../trunk.js';

/** Next-token logits of every token, in f32. @throws GlotError `lfm2.tensor`, `lfm2.dtype` */
export async function logitsHead(checkpoint: Checkpoint): Promise<Head> {
  const { vocabSize, hiddenSize, tiedEmbeddings } = checkpoint.config;
  const name = tiedEmbeddings ? 'embed_tokens.weight' : 'lm_head.weight';
  const weight = await checkpoint.floats(name, [vocabSize, hiddenSize]);
  return { identity: 'logits', width: vocabSize, build: (graph, hidden) => linear(graph, hidden, { weight }) };
}
