import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Sizes of a checkpoint; layers as a string of c (convolution) and A (attention). */
export interface CheckpointShape {
  readonly hidden: number;
  readonly inner: number;
  readonly layers: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocab: number;
  /** Whether the output matrix is one of its own. */
  readonly untied?: boolean;
}

/** A small shape with everything in it. */
export const TINY: CheckpointShape = { hidden: 64, inner: 96, layers: 'ccAcA', heads: 4, kvHeads: 2, vocab: 160 };

interface RandomTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Tensors of a checkpoint by their Hugging Face names. */
function tensorsOf({ hidden, inner, layers, heads, kvHeads, vocab, untied }: CheckpointShape): RandomTensor[] {
  const headDim = hidden / heads;
  const tensors: RandomTensor[] = [{ name: 'model.embed_tokens.weight', shape: [vocab, hidden] }];
  const add = (name: string, ...shape: number[]) => tensors.push({ name: `model.${name}.weight`, shape });
  [...layers].forEach((kind, index) => {
    const at = (name: string) => `layers.${index}.${name}`;
    add(at('operator_norm'), hidden);
    add(at('ffn_norm'), hidden);
    add(at('feed_forward.w1'), inner, hidden);
    add(at('feed_forward.w3'), inner, hidden);
    add(at('feed_forward.w2'), hidden, inner);
    if (kind === 'c') {
      add(at('conv.in_proj'), 3 * hidden, hidden);
      add(at('conv.conv'), hidden, 1, 3);
      add(at('conv.out_proj'), hidden, hidden);
    } else {
      add(at('self_attn.q_proj'), hidden, hidden);
      add(at('self_attn.k_proj'), kvHeads * headDim, hidden);
      add(at('self_attn.v_proj'), kvHeads * headDim, hidden);
      add(at('self_attn.out_proj'), hidden, hidden);
      add(at('self_attn.q_layernorm'), headDim);
      add(at('self_attn.k_layernorm'), headDim);
    }
  });
  add('embedding_norm', hidden);
  if (untied) tensors.push({ name: 'lm_head.weight', shape: [vocab, hidden] });
  return tensors;
}

function configOf(shape: CheckpointShape): Record<string, unknown> {
  return {
    architectures: ['Lfm2ForCausalLM'],
    model_type: 'lfm2',
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers.length,
    layer_types: [...shape.layers].map((kind) => (kind === 'c' ? 'conv' : 'full_attention')),
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    vocab_size: shape.vocab,
    norm_eps: 1e-5,
    rope_theta: 1e6,
    conv_L_cache: 3,
    conv_bias: false,
    max_position_embeddings: 4096,
    tie_embedding: !shape.untied,
    bos_token_id: 1,
    eos_token_id: 7,
    pad_token_id: 0,
  };
}

/** Uniform numbers by a seed, of about the size that keeps activations near 1; norms are near 1. */
function randomValues({ shape }: RandomTensor, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const scale = shape.length === 1 ? 0.1 : Math.sqrt(3 / shape.at(-1)!);
  const middle = shape.length === 1 ? 1 : 0;
  let state = seed;
  for (let i = 0; i < values.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = middle + (state / 2 ** 31) * scale;
  }
  return values;
}

/** Writes config.json and model.safetensors, tensor by tensor. `edit` may change the numbers of a tensor. */
export async function writeRandomCheckpoint(
  folder: string,
  shape: CheckpointShape,
  edit: (name: string, values: Float32Array) => void = () => {},
): Promise<void> {
  const tensors = tensorsOf(shape);
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape: extents } of tensors) {
    const bytes = 4 * extents.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape: extents, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = await open(join(folder, 'model.safetensors'), 'w');
  try {
    await file.write(length);
    await file.write(text);
    for (const [index, tensor] of tensors.entries()) {
      const values = randomValues(tensor, index + 1);
      edit(tensor.name, values);
      await file.write(new Uint8Array(values.buffer));
    }
  } finally {
    await file.close();
  }
  const config = await open(join(folder, 'config.json'), 'w');
  await config.writeFile(JSON.stringify(configOf(shape)));
  await config.close();
}
