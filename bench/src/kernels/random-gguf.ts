import { open } from 'node:fs/promises';
import { type CheckpointShape, type Field, ggufHeader } from '@glot/testing';

/** LFM2-350M. */
export const SHAPE_350M: CheckpointShape = {
  hidden: 1024,
  inner: 4608,
  layers: 'ccAccAccAcAcAcAc',
  heads: 16,
  kvHeads: 8,
  vocab: 65_536,
};

/** LFM2-1.2B. */
export const SHAPE_1_2B: CheckpointShape = { ...SHAPE_350M, hidden: 2048, inner: 8192, heads: 32 };

/** Weights of the matrices of all layers, and of the table that is the embedding and the output matrix. */
export function matrixWeights(shape: CheckpointShape): { readonly layers: number; readonly table: number } {
  const all = tensorsOf(shape)
    .filter(isMatrix)
    .reduce((sum, tensor) => sum + count(tensor), 0);
  const table = shape.vocab * shape.hidden;
  return { layers: all - table, table };
}

export type BlockType = 'Q8_0' | 'Q4_0';

const BLOCK = 32;
const TYPES = {
  // Bytes of a block, ggml's code, and the deviation of uniform codes.
  Q8_0: { bytes: 34, code: 8, deviation: 73.9 },
  Q4_0: { bytes: 18, code: 2, deviation: 4.61 },
} as const;

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Writes a GGUF file of random weights: matrices in blocks, norms and filters in f32. */
export async function writeRandomGguf(path: string, shape: CheckpointShape, type: BlockType): Promise<void> {
  const tensors = tensorsOf(shape);
  const header = headerBytes(shape, tensors, type);
  const file = await open(path, 'w');
  try {
    await file.write(header);
    for (const tensor of tensors) await file.write(dataOf(tensor, type));
  } finally {
    await file.close();
  }
}

function tensorsOf({ hidden, inner, layers, heads, kvHeads, vocab }: CheckpointShape): Tensor[] {
  const headDim = hidden / heads;
  const tensors: Tensor[] = [];
  const add = (name: string, ...shape: number[]) => tensors.push({ name: `${name}.weight`, shape });
  add('token_embd', vocab, hidden);
  add('token_embd_norm', hidden);
  [...layers].forEach((kind, index) => {
    const layer = (name: string, ...shape: number[]) => add(`blk.${index}.${name}`, ...shape);
    layer('attn_norm', hidden);
    layer('ffn_norm', hidden);
    layer('ffn_gate', inner, hidden);
    layer('ffn_up', inner, hidden);
    layer('ffn_down', hidden, inner);
    if (kind === 'c') {
      layer('shortconv.in_proj', 3 * hidden, hidden);
      layer('shortconv.conv', hidden, 3);
      layer('shortconv.out_proj', hidden, hidden);
    } else {
      layer('attn_q', hidden, hidden);
      layer('attn_k', kvHeads * headDim, hidden);
      layer('attn_v', kvHeads * headDim, hidden);
      layer('attn_output', hidden, hidden);
      layer('attn_q_norm', headDim);
      layer('attn_k_norm', headDim);
    }
  });
  return tensors;
}

const isMatrix = ({ shape }: Tensor) => shape.length === 2 && shape[1]! % BLOCK === 0;
const count = ({ shape }: Tensor) => shape.reduce((product, size) => product * size, 1);

function dataOf(tensor: Tensor, type: BlockType): Uint8Array {
  const length = count(tensor);
  if (!isMatrix(tensor)) {
    const values = Float32Array.from({ length }, (_, i) => (tensor.shape.length === 1 ? 1 : 0.5 / (1 + (i % 3))));
    return padded(new Uint8Array(values.buffer));
  }
  const { bytes: size, deviation } = TYPES[type];
  const bytes = new Uint8Array((length / BLOCK) * size);
  // No two tensors alike: the runtime keeps equal weights once, and they would then stay in the cache.
  let state =
    [...tensor.name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5) | 1;
  for (let i = 0; i < bytes.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  const scale = half(1 / (Math.sqrt(tensor.shape[1]!) * deviation));
  for (let start = 0; start < bytes.length; start += size) {
    bytes[start] = scale & 255;
    bytes[start + 1] = scale >> 8;
  }
  return padded(bytes);
}

/** Bits of a positive f16 between 2^-14 and 2. */
function half(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | Math.round((value / 2 ** exponent - 1) * 1024);
}

function headerBytes(shape: CheckpointShape, tensors: readonly Tensor[], type: BlockType): Uint8Array {
  const ids = Array.from({ length: shape.vocab }, (_, id) => id);
  const fields: Field[] = [
    { key: 'general.architecture', type: 'string', value: 'lfm2' },
    { key: 'lfm2.block_count', type: 'u32', value: shape.layers.length },
    { key: 'lfm2.context_length', type: 'u32', value: 8192 },
    { key: 'lfm2.embedding_length', type: 'u32', value: shape.hidden },
    { key: 'lfm2.feed_forward_length', type: 'u32', value: shape.inner },
    { key: 'lfm2.attention.head_count', type: 'u32', value: shape.heads },
    {
      key: 'lfm2.attention.head_count_kv',
      type: 'i32',
      value: [...shape.layers].map((kind) => (kind === 'A' ? shape.kvHeads : 0)),
    },
    { key: 'lfm2.vocab_size', type: 'u32', value: shape.vocab },
    { key: 'lfm2.shortconv.l_cache', type: 'u32', value: 3 },
    { key: 'lfm2.attention.layer_norm_rms_epsilon', type: 'f32', value: 1e-5 },
    { key: 'lfm2.rope.freq_base', type: 'f32', value: 1e6 },
    { key: 'tokenizer.ggml.model', type: 'string', value: 'gpt2' },
    { key: 'tokenizer.ggml.pre', type: 'string', value: 'lfm2' },
    {
      key: 'tokenizer.ggml.tokens',
      type: 'string',
      value: ids.map((id) => (id === 8 ? 'a' : id === 9 ? 'b' : `<${id}>`)),
    },
    { key: 'tokenizer.ggml.token_type', type: 'i32', value: ids.map((id) => (id < 8 ? 3 : 1)) },
    { key: 'tokenizer.ggml.merges', type: 'string', value: ['a b'] },
    { key: 'tokenizer.ggml.bos_token_id', type: 'u32', value: 1 },
    { key: 'tokenizer.ggml.eos_token_id', type: 'u32', value: 7 },
    { key: 'tokenizer.ggml.padding_token_id', type: 'u32', value: 0 },
  ];
  const described = tensors.map((tensor) => ({
    ...tensor,
    code: isMatrix(tensor) ? TYPES[type].code : 0,
    byteLength: isMatrix(tensor) ? (count(tensor) / BLOCK) * TYPES[type].bytes : count(tensor) * 4,
  }));
  return ggufHeader({ fields, tensors: described });
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array((32 - (bytes.length % 32)) % 32)]);
}
