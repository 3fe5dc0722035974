/** Trunk tensors of a layer: what ggml calls them, and what the Hugging Face checkpoints do. */
const LAYER_NAMES: ReadonlyMap<string, string> = new Map([
  ['attn_norm', 'operator_norm'],
  ['ffn_norm', 'ffn_norm'],
  ['shortconv.in_proj', 'conv.in_proj'],
  ['shortconv.conv', 'conv.conv'],
  ['shortconv.out_proj', 'conv.out_proj'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_output', 'self_attn.out_proj'],
  ['attn_q_norm', 'self_attn.q_layernorm'],
  ['attn_k_norm', 'self_attn.k_layernorm'],
  ['ffn_gate', 'feed_forward.w1'],
  ['ffn_down', 'feed_forward.w2'],
  ['ffn_up', 'feed_forward.w3'],
]);

const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['token_embd.weight', 'model.embed_tokens.weight'],
  // the final norm, despite its first name
  ['token_embd_norm.weight', 'model.embedding_norm.weight'],
  ['output_norm.weight', 'model.embedding_norm.weight'],
  ['output.weight', 'lm_head.weight'],
  // the projection of ColBERT models, which Hugging Face folders keep in 1_Dense/
  ['dense_2.weight', '1_Dense.linear.weight'],
  ['dense_2.bias', '1_Dense.linear.bias'],
]);

const LAYER = /^blk\.(\d+)\.(.+)\.(weight|bias)$/;

/** The Hugging Face name of a ggml tensor; names that LFM2 has no use for stay as they are. */
export function huggingFaceName(name: string): string {
  const [, index, part, kind] = LAYER.exec(name) ?? [];
  const known = part === undefined ? undefined : LAYER_NAMES.get(part);
  if (known !== undefined) return `model.layers.${index}.${known}.${kind}`;
  return OTHER_NAMES.get(name) ?? name;
}

/** The Hugging Face shape: convolution kernels [H,L] get their middle axis back, [H,1,L]. */
export function huggingFaceShape(name: string, shape: readonly number[]): readonly number[] {
  const [rows, taps] = shape;
  if (shape.length !== 2 || !name.endsWith('.conv.conv.weight')) return shape;
  return [rows!, 1, taps!];
}
