import { GlotError } from '@glot/errors';
import type { AttentionMode, ConvolutionMode } from '@glot/kernels';
import * as z from 'zod';

/** What a layer does between its two residual additions, before the feed-forward half. */
export type LayerType = 'conv' | 'full_attention';

/** The facts of a config.json that the trunk needs, whatever names they had there. */
export interface Lfm2Config {
  readonly hiddenSize: number;
  /** Width of the rows of the embedding table where zeros fill them up to `hiddenSize`; absent where they are as wide. */
  readonly embeddingSize?: number;
  /** One entry per layer. */
  readonly layers: readonly LayerType[];
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** Taps of the short convolution. */
  readonly convKernel: number;
  readonly convBias: boolean;
  readonly maxPositions: number;
  readonly tiedEmbeddings: boolean;
  /** `bidirectional` for the architectures Lfm2Bidirectional*, and where `is_causal` is false. */
  readonly attention: AttentionMode;
  /** `centered` for the architectures Lfm2Bidirectional*. */
  readonly convolution: ConvolutionMode;
  readonly bosTokenId: number | null;
  /** Tokens that end a text, in the order of the file; empty where it names none. */
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
}

const size = z.number().int().positive();
const tokenId = z.number().int();
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();
const rope = z.object({ rope_theta: optional(z.number().positive()), rope_type: optional(z.string()) });

// Every name under which a released or older LFM2 config states a fact; the canonical one comes first below.
const ConfigFile = z.object({
  model_type: optional(z.string()),
  architectures: optional(z.array(z.string())),
  hidden_size: optional(size),
  block_dim: optional(size),
  conv_dim: optional(size),
  embedding_size: optional(size),
  num_hidden_layers: size,
  layer_types: optional(z.array(z.string())),
  full_attn_idxs: optional(z.array(z.number().int().nonnegative())),
  num_attention_heads: optional(size),
  num_heads: optional(size),
  num_key_value_heads: size,
  head_dim: optional(size),
  vocab_size: size,
  norm_eps: optional(z.number().positive()),
  block_norm_eps: optional(z.number().positive()),
  rope_theta: optional(z.number().positive()),
  theta: optional(z.number().positive()),
  rope_parameters: optional(rope),
  rope_scaling: optional(z.record(z.string(), z.unknown())),
  conv_L_cache: size,
  conv_bias: optional(z.boolean()),
  max_position_embeddings: size,
  is_causal: optional(z.boolean()),
  tie_word_embeddings: optional(z.boolean()),
  tie_embedding: optional(z.boolean()),
  bos_token_id: optional(tokenId),
  eos_token_id: optional(z.union([tokenId.transform((id) => [id]), z.array(tokenId)], 'a token id or a list of them')),
  pad_token_id: optional(tokenId),
});

/**
 * Reads the parsed JSON of a config.json.
 * @param where path for messages
 * @throws GlotError `lfm2.unsupported` for another family, `lfm2.config` for a missing or impossible value
 */
export function parseConfig(json: unknown, where: string): Lfm2Config {
  refuseOtherFamilies(json, where);
  const parsed = ConfigFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(where, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const file = parsed.data;
  const required = <T>(value: T | null | undefined, names: string): T => {
    if (value === null || value === undefined) throw invalid(where, `${names} is missing`);
    return value;
  };
  const hiddenSize = required(file.hidden_size ?? file.block_dim ?? file.conv_dim, 'hidden_size (or block_dim)');
  const embeddingSize = file.embedding_size ?? hiddenSize;
  if (embeddingSize > hiddenSize) {
    throw invalid(where, `an embedding_size of ${embeddingSize} does not fit a hidden_size of ${hiddenSize}`);
  }
  const heads = required(file.num_attention_heads ?? file.num_heads, 'num_attention_heads (or num_heads)');
  const headDim = file.head_dim ?? hiddenSize / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    throw invalid(where, `heads of width ${headDim} are not possible`);
  if (heads % file.num_key_value_heads !== 0) {
    throw invalid(where, `${heads} heads cannot share ${file.num_key_value_heads} key and value heads`);
  }
  const ropeType = file.rope_parameters?.rope_type ?? 'default';
  if (ropeType !== 'default' || file.rope_scaling) {
    throw new GlotError(
      'lfm2.unsupported',
      `${where}: rotary positions of type "${ropeType}" or scaled are not supported`,
    );
  }
  const bidirectional = (file.architectures ?? []).some((name) => name.startsWith('Lfm2Bidirectional'));
  return {
    hiddenSize,
    // Fingerprints of indexes contain these facts: a model without the new one keeps its own.
    ...(embeddingSize < hiddenSize && { embeddingSize }),
    layers: layerTypes(file.num_hidden_layers, file.layer_types, file.full_attn_idxs, where),
    heads,
    kvHeads: file.num_key_value_heads,
    headDim,
    vocabSize: file.vocab_size,
    normEpsilon: required(file.norm_eps ?? file.block_norm_eps, 'norm_eps (or block_norm_eps)'),
    ropeTheta: required(
      file.rope_theta ?? file.rope_parameters?.rope_theta ?? file.theta,
      'rope_theta (or rope_parameters.rope_theta, theta)',
    ),
    convKernel: file.conv_L_cache,
    convBias: file.conv_bias ?? false,
    maxPositions: file.max_position_embeddings,
    tiedEmbeddings: file.tie_word_embeddings ?? file.tie_embedding ?? true,
    // transformers (5.2 and later) applies `is_causal` to attention alone.
    attention: bidirectional || file.is_causal === false ? 'bidirectional' : 'causal',
    convolution: bidirectional ? 'centered' : 'causal',
    bosTokenId: file.bos_token_id ?? null,
    eosTokenIds: file.eos_token_id ?? [],
    padTokenId: file.pad_token_id ?? null,
  };
}

function layerTypes(
  count: number,
  types: readonly string[] | null | undefined,
  attentionAt: readonly number[] | null | undefined,
  where: string,
): LayerType[] {
  if (!types) {
    if (attentionAt?.some((index) => index >= count))
      throw invalid(where, `full_attn_idxs names a layer beyond ${count}`);
    return Array.from({ length: count }, (_, i) =>
      !attentionAt || attentionAt.includes(i) ? 'full_attention' : 'conv',
    );
  }
  if (types.length !== count) throw invalid(where, `layer_types has ${types.length} entries for ${count} layers`);
  return types.map((type) => {
    if (type === 'conv' || type === 'full_attention') return type;
    throw new GlotError(
      'lfm2.unsupported',
      `${where}: layers of type "${type}" are not supported (conv, full_attention are)`,
    );
  });
}

function refuseOtherFamilies(json: unknown, where: string): void {
  const { model_type: type } = z.object({ model_type: z.string().nullish() }).catch({}).parse(json);
  if (type === 'lfm2') return;
  throw new GlotError(
    'lfm2.unsupported',
    `${where}: model_type ${type ? `"${type}"` : '(missing)'} is not supported; ` +
      'supported are text models of model_type "lfm2" (LFM2 and LFM2.5, causal or bidirectional; no mixture of experts, vision, audio or LFM3)',
    { details: { path: where, modelType: type ?? null } },
  );
}

function invalid(where: string, problem: string): GlotError {
  return new GlotError('lfm2.config', `${where} does not describe an LFM2 model: ${problem}`, {
    details: { path: where },
  });
}
