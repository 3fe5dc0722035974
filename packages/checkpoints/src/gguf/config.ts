import { GlotError } from '@glot/errors';
import type { Metadata } from './metadata.js';

/** What the tensors of the file say and its metadata does not. */
export interface TensorFacts {
  /** Rows of the embedding table. */
  readonly vocabSize: number;
  readonly tiedEmbeddings: boolean;
  readonly convBias: boolean;
}

const ARCHITECTURES = ['lfm2', 'lfm2-bidir'];

/** The architecture of the file. @throws GlotError `lfm2.unsupported` for all but dense LFM2 text models in one file */
export function architectureOf(metadata: Metadata, where: string): string {
  const architecture = metadata.get('general.architecture');
  const type = metadata.get('general.type') ?? 'model';
  const parts = metadata.get('split.count') ?? 0;
  if (typeof architecture !== 'string' || !ARCHITECTURES.includes(architecture)) {
    const found = typeof architecture === 'string' ? `"${architecture}"` : '(missing)';
    const reason = architecture === 'lfm2moe' ? ': mixtures of experts are not supported' : ' is not supported';
    throw unsupported(where, `its architecture ${found}${reason}; supported are ${ARCHITECTURES.join(' and ')}`);
  }
  if (type !== 'model') throw unsupported(where, `it holds "${type}", not a whole model`);
  if (typeof parts === 'number' && parts > 1) {
    throw unsupported(where, `it is one of ${parts} parts; merge them first (llama-gguf-split --merge)`);
  }
  return architecture;
}

/**
 * What the config.json of the same model would say. Layers without key and value heads are convolutions.
 * @throws GlotError `lfm2.config` for a missing or impossible value, `lfm2.unsupported` as `architectureOf`
 */
export function configJson(metadata: Metadata, facts: TensorFacts, where: string): Record<string, unknown> {
  const architecture = architectureOf(metadata, where);
  const number = (name: string): number => {
    const value = metadata.get(`${architecture}.${name}`);
    if (typeof value === 'number') return value;
    throw invalid(where, `${architecture}.${name} is ${value === undefined ? 'missing' : 'not a number'}`);
  };
  const layers = number('block_count');
  const kvHeads = kvHeadsByLayer(metadata.get(`${architecture}.attention.head_count_kv`), layers, where);
  const causal = metadata.get(`${architecture}.attention.causal`) ?? architecture !== 'lfm2-bidir';
  const tokenId = (name: string) => {
    const id = metadata.get(`tokenizer.ggml.${name}_token_id`);
    return typeof id === 'number' ? { [`${name === 'padding' ? 'pad' : name}_token_id`]: id } : {};
  };
  const headDim = metadata.get(`${architecture}.attention.key_length`);
  return {
    model_type: 'lfm2',
    architectures: [causal === false ? 'Lfm2BidirectionalModel' : 'Lfm2ForCausalLM'],
    hidden_size: number('embedding_length'),
    num_hidden_layers: layers,
    layer_types: kvHeads.map((count) => (count === 0 ? 'conv' : 'full_attention')),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: Math.max(...kvHeads),
    ...(typeof headDim === 'number' ? { head_dim: headDim } : {}),
    intermediate_size: number('feed_forward_length'),
    block_auto_adjust_ff_dim: false, // the stored width is the adjusted one
    vocab_size: facts.vocabSize,
    norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
    rope_theta: shortest(number('rope.freq_base')),
    conv_L_cache: number('shortconv.l_cache'),
    conv_bias: facts.convBias,
    max_position_embeddings: number('context_length'),
    tie_word_embeddings: facts.tiedEmbeddings,
    ...tokenId('bos'),
    ...tokenId('eos'),
    ...tokenId('padding'),
  };
}

function kvHeadsByLayer(value: unknown, layers: number, where: string): number[] {
  const name = 'attention.head_count_kv';
  if (!ArrayBuffer.isView(value))
    throw invalid(where, `${name} is no array, so that it does not say which layers are which`);
  const counts = Array.from(value as Int32Array);
  if (counts.length !== layers) throw invalid(where, `${name} has ${counts.length} entries for ${layers} layers`);
  const distinct = new Set(counts.filter((count) => count !== 0));
  if (distinct.size !== 1)
    throw invalid(where, `${name} is [${[...new Set(counts)]}]; one count for all attention layers is supported`);
  return counts;
}

/** The shortest decimal that is the same f32: 1e-5 was written, 0.000009999999747378752 is what f32 holds. */
function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

function unsupported(where: string, reason: string): GlotError {
  return new GlotError('lfm2.unsupported', `cannot load ${where}: ${reason}`, { details: { path: where } });
}

function invalid(where: string, problem: string): GlotError {
  return new GlotError('lfm2.config', `${where} does not describe an LFM2 model: ${problem}`, {
    details: { path: where },
  });
}
