import { open } from 'node:fs/promises';

/** Sizes of an LFM2 checkpoint; layers as a string of c (convolution) and A (attention). */
export interface ModelShape {
  readonly hidden: number;
  readonly inner: number;
  readonly layers: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocab: number;
}

/** LFM2-350M. */
export const SHAPE_350M: ModelShape = {
  hidden: 1024,
  inner: 4608,
  layers: 'ccAccAccAcAcAcAc',
  heads: 16,
  kvHeads: 8,
  vocab: 65_536,
};

/** LFM2-1.2B. */
export const SHAPE_1_2B: ModelShape = { ...SHAPE_350M, hidden: 2048, inner: 8192, heads: 32 };

/** Weights of the matrices of all layers, and of the table that is the embedding and the output matrix. */
export function matrixWeights(shape: ModelShape): { readonly layers: number; readonly table: number } {
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
export async function writeRandomGguf(path: string, shape: ModelShape, type: BlockType): Promise<void> {
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

function tensorsOf({ hidden, inner, layers, heads, kvHeads, vocab }: ModelShape): Tensor[] {
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

function headerBytes(shape: ModelShape, tensors: readonly Tensor[], type: BlockType): Uint8Array {
  const fields: Uint8Array[] = [];
  let fieldCount = 0;
  const field = (key: string, code: number, ...value: Uint8Array[]) => {
    fields.push(text(key), u32(code), ...value);
    fieldCount += 1;
  };
  const number = (key: string, value: number) => field(`lfm2.${key}`, 4, u32(value));
  const list = (key: string, code: number, values: readonly Uint8Array[]) =>
    field(key, 9, u32(code), u64(values.length), Buffer.concat(values));
  field('general.architecture', 8, text('lfm2'));
  number('block_count', shape.layers.length);
  number('context_length', 8192);
  number('embedding_length', shape.hidden);
  number('feed_forward_length', shape.inner);
  number('attention.head_count', shape.heads);
  list(
    'lfm2.attention.head_count_kv',
    5,
    [...shape.layers].map((kind) => u32(kind === 'A' ? shape.kvHeads : 0)),
  );
  number('vocab_size', shape.vocab);
  number('shortconv.l_cache', 3);
  field('lfm2.attention.layer_norm_rms_epsilon', 6, f32(1e-5));
  field('lfm2.rope.freq_base', 6, f32(1e6));
  field('tokenizer.ggml.model', 8, text('gpt2'));
  field('tokenizer.ggml.pre', 8, text('lfm2'));
  list(
    'tokenizer.ggml.tokens',
    8,
    Array.from({ length: shape.vocab }, (_, id) => text(id === 8 ? 'a' : id === 9 ? 'b' : `<${id}>`)),
  );
  list(
    'tokenizer.ggml.token_type',
    5,
    Array.from({ length: shape.vocab }, (_, id) => u32(id < 8 ? 3 : 1)),
  );
  list('tokenizer.ggml.merges', 8, [text('a b')]);
  for (const [name, id] of [
    ['bos', 1],
    ['eos', 7],
    ['padding', 0],
  ] as const) {
    field(`tokenizer.ggml.${name}_token_id`, 4, u32(id));
  }
  const infos: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const bytes = isMatrix(tensor) ? (count(tensor) / BLOCK) * TYPES[type].bytes : count(tensor) * 4;
    infos.push(text(tensor.name), u32(tensor.shape.length), ...tensor.shape.toReversed().map(u64));
    infos.push(u32(isMatrix(tensor) ? TYPES[type].code : 0), u64(offset));
    offset += bytes + ((32 - (bytes % 32)) % 32);
  }
  const start = [Buffer.from('GGUF', 'latin1'), u32(3), u64(tensors.length), u64(fieldCount)];
  return padded(Buffer.concat([...start, ...fields, ...infos]));
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array((32 - (bytes.length % 32)) % 32)]);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
