import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Field, ggufBytes, type WrittenTensor } from './gguf-writer.js';
import { storedFloats } from './stored-floats.js';

export interface GgufOfFolderOptions {
  /** Of matrices whose rows are whole blocks of 32; all else is F32. Default F32. */
  readonly type?: 'F32' | 'Q8_0' | undefined;
  /** `carried`: tokenizer.json as a whole; `lists` (default): tokens and merges, as llama.cpp writes them. */
  readonly tokenizer?: 'carried' | 'lists' | undefined;
  /** Whether the projection of a PyLate folder goes in; default yes. */
  readonly projection?: boolean | undefined;
  /** Default: what `architectures` of config.json says. */
  readonly causal?: boolean | undefined;
}

interface ConfigFile {
  readonly architectures: readonly string[];
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly layer_types: readonly string[];
  readonly norm_eps: number;
  readonly rope_parameters: { readonly rope_theta: number };
  readonly conv_L_cache: number;
  readonly max_position_embeddings: number;
  readonly vocab_size: number;
}

interface TokenizerFile {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly (string | string[])[] };
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
}

const NAMES: Readonly<Record<string, string>> = {
  'embed_tokens.weight': 'token_embd.weight',
  'embedding_norm.weight': 'token_embd_norm.weight',
  operator_norm: 'attn_norm',
  ffn_norm: 'ffn_norm',
  'conv.in_proj': 'shortconv.in_proj',
  'conv.conv': 'shortconv.conv',
  'conv.out_proj': 'shortconv.out_proj',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.out_proj': 'attn_output',
  'self_attn.q_layernorm': 'attn_q_norm',
  'self_attn.k_layernorm': 'attn_k_norm',
  'feed_forward.w1': 'ffn_gate',
  'feed_forward.w2': 'ffn_down',
  'feed_forward.w3': 'ffn_up',
};

/** Writes a PyLate folder, or a folder of a text model, as llama.cpp's converter would: one GGUF file. */
export async function writeGgufOfFolder(
  folder: string,
  path: string,
  options: GgufOfFolderOptions = {},
): Promise<void> {
  const json = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown;
  const config = (await json('config.json')) as ConfigFile;
  const tensors = await tensorsOf(join(folder, 'model.safetensors'), ggmlName, options);
  if (options.projection !== false) {
    const dense = join(folder, '1_Dense', 'model.safetensors');
    tensors.push(...(await tensorsOf(dense, (name) => name.replace('linear', 'dense_2'), options)));
  }
  const fields = [
    ...modelFields(config, options),
    ...tokenizerFields((await json('tokenizer.json')) as TokenizerFile, options, config.vocab_size),
  ];
  await writeFile(path, ggufBytes({ fields, tensors }));
}

function modelFields(config: ConfigFile, { causal }: GgufOfFolderOptions): Field[] {
  const bidirectional = causal === undefined ? config.architectures[0]!.startsWith('Lfm2Bidirectional') : !causal;
  const kvHeads = config.layer_types.map((type) => (type === 'conv' ? 0 : config.num_key_value_heads));
  return [
    { key: 'general.architecture', type: 'string', value: 'lfm2' },
    { key: 'lfm2.block_count', type: 'u32', value: config.layer_types.length },
    { key: 'lfm2.context_length', type: 'u32', value: config.max_position_embeddings },
    { key: 'lfm2.embedding_length', type: 'u32', value: config.hidden_size },
    { key: 'lfm2.feed_forward_length', type: 'u32', value: config.intermediate_size },
    { key: 'lfm2.attention.head_count', type: 'u32', value: config.num_attention_heads },
    { key: 'lfm2.attention.head_count_kv', type: 'i32', value: kvHeads },
    { key: 'lfm2.attention.layer_norm_rms_epsilon', type: 'f32', value: config.norm_eps },
    { key: 'lfm2.rope.freq_base', type: 'f32', value: config.rope_parameters.rope_theta },
    { key: 'lfm2.shortconv.l_cache', type: 'u32', value: config.conv_L_cache },
    ...(bidirectional ? [{ key: 'lfm2.attention.causal', type: 'bool', value: false } as const] : []),
  ];
}

function tokenizerFields(file: TokenizerFile, options: GgufOfFolderOptions, vocabSize: number): Field[] {
  const ids: Field[] = [
    { key: 'tokenizer.ggml.bos_token_id', type: 'u32', value: 1 },
    { key: 'tokenizer.ggml.eos_token_id', type: 'u32', value: 7 },
    { key: 'tokenizer.ggml.padding_token_id', type: 'u32', value: 0 },
  ];
  if (options.tokenizer === 'carried') {
    return [...ids, { key: 'tokenizer.huggingface.json', type: 'string', value: JSON.stringify(file) }];
  }
  const tokens = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`);
  const types = tokens.map(() => 5);
  for (const [token, id] of Object.entries(file.model.vocab)) {
    tokens[id] = token;
    types[id] = 1;
  }
  for (const { id, content, special } of file.added_tokens) {
    tokens[id] = content;
    types[id] = special ? 3 : 4;
  }
  const merges = file.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  return [
    ...ids,
    { key: 'tokenizer.ggml.model', type: 'string', value: 'gpt2' },
    { key: 'tokenizer.ggml.pre', type: 'string', value: 'lfm2' },
    { key: 'tokenizer.ggml.tokens', type: 'string', value: tokens },
    { key: 'tokenizer.ggml.token_type', type: 'i32', value: types },
    { key: 'tokenizer.ggml.merges', type: 'string', value: merges },
  ];
}

async function tensorsOf(
  path: string,
  rename: (name: string) => string,
  { type = 'F32' }: GgufOfFolderOptions,
): Promise<WrittenTensor[]> {
  return (await storedFloats(path)).map((tensor) => {
    // [H,1,L] is written as [H,L].
    const shape = tensor.shape.filter((size, axis) => size !== 1 || axis !== 1);
    const quantized = type === 'Q8_0' && shape.length === 2 && shape[1]! % 32 === 0;
    return {
      name: rename(tensor.name),
      shape,
      code: quantized ? 8 : 0,
      bytes: quantized ? q8(tensor.values) : new Uint8Array(tensor.values.buffer),
    };
  });
}

function ggmlName(name: string): string {
  const [, index, part, kind] = /layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const stem = part === undefined ? name.replace(/^model\./, '') : part;
  const known = NAMES[stem];
  if (known === undefined) throw new Error(`no ggml name for ${name}`);
  return part === undefined ? known : `blk.${index}.${known}.${kind}`;
}

/** Blocks of 34 bytes: an f16 scale, 32 signed codes. */
function q8(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array((values.length / 32) * 34);
  const view = new DataView(bytes.buffer);
  for (let start = 0, at = 0; start < values.length; start += 32, at += 34) {
    const block = values.subarray(start, start + 32);
    const scale = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    view.setUint16(at, half(scale), true);
    block.forEach((value, i) => void view.setInt8(at + 2 + i, scale === 0 ? 0 : Math.round(value / scale)));
  }
  return bytes;
}

/** Bits of an f16 from 0 up to 2^15. */
function half(value: number): number {
  if (value < 2 ** -14) return Math.round(value * 2 ** 24);
  const exponent = Math.floor(Math.log2(value));
  // A mantissa that rounds up to 1024 carries into the exponent.
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
}
