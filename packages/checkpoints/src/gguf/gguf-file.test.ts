import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Field, ggufBytes, type WrittenTensor } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SafetensorsFile } from '../safetensors/safetensors-file.js';
import { GgufFile } from './gguf-file.js';

const GOLDEN = fileURLToPath(new URL('../../../../../shared/golden/lfm2-tiny-a', import.meta.url));

const FIELDS: readonly Field[] = [
  { key: 'general.architecture', type: 'string', value: 'lfm2' },
  { key: 'lfm2.block_count', type: 'u32', value: 2 },
  { key: 'lfm2.context_length', type: 'u32', value: 512 },
  { key: 'lfm2.embedding_length', type: 'u32', value: 64 },
  { key: 'lfm2.feed_forward_length', type: 'u32', value: 96 },
  { key: 'lfm2.attention.head_count', type: 'u32', value: 4 },
  { key: 'lfm2.attention.head_count_kv', type: 'i32', value: [0, 2] },
  { key: 'lfm2.attention.layer_norm_rms_epsilon', type: 'f32', value: 1e-5 },
  { key: 'lfm2.rope.freq_base', type: 'f32', value: 5e6 },
  { key: 'lfm2.shortconv.l_cache', type: 'u32', value: 3 },
];
const EMBEDDING: WrittenTensor = { name: 'token_embd.weight', shape: [10, 64], code: 0, bytes: new Uint8Array(2560) };
const refusal = (code: string) => expect.objectContaining({ code });

describe('GgufFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-gguf-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function written(
    tensors: readonly WrittenTensor[],
    changes: Readonly<Record<string, Field['value'] | null>> = {},
  ) {
    const path = join(folder, '模型.gguf');
    const known = FIELDS.map((field) => ({
      ...field,
      value: field.key in changes ? changes[field.key]! : field.value,
    }));
    const added = Object.entries(changes)
      .filter(([key]) => !FIELDS.some((field) => field.key === key))
      .map(
        ([key, value]): Field => ({
          key,
          value: value!,
          type: typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'u32',
        }),
      );
    const fields = [...known.filter(({ value }) => value !== null), ...added];
    await writeFile(path, ggufBytes({ fields, tensors }));
    return path;
  }

  async function config(changes: Readonly<Record<string, Field['value'] | null>>, tensors = [EMBEDDING]) {
    const file = await GgufFile.open(await written(tensors, changes));
    try {
      return file.configJson();
    } finally {
      await file.close();
    }
  }

  it('gives plain tensors as they are stored', async () => {
    const halves = Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b);
    const path = await written([
      { name: 'output.weight', shape: [2, 2], code: 1, bytes: halves },
      { name: 'blk.1.attn_q_norm.weight', shape: [2], code: 30, bytes: Uint8Array.of(0x80, 0x3f, 0x49, 0xc0) },
    ]);
    const file = await GgufFile.open(path);
    expect(file.describe('lm_head.weight')).toEqual({ dtype: 'F16', shape: [2, 2] });
    expect((await file.read('lm_head.weight')).bytes).toEqual(halves);
    expect([...(await file.readFloats('lm_head.weight'))]).toEqual([1, -2, 2 ** -24, 65504]);
    const norm = 'model.layers.1.self_attn.q_layernorm.weight';
    expect(file.describe(norm)).toEqual({ dtype: 'BF16', shape: [2] });
    expect([...(await file.readFloats(norm))]).toEqual([1, -3.140625]);
    await file.close();
  });

  it('widens quantized tensors of many pieces, and gives their blocks on request', async () => {
    const rows = 130_000;
    const bytes = new Uint8Array(rows * 34);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < rows; row += 1) {
      view.setUint16(row * 34, 0x3c00, true); // 1
      view.setInt16(row * 34 + 2, row % 30_000, true); // two numbers, low byte first
    }
    const path = await written([{ name: 'blk.0.ffn_down.weight', shape: [rows, 32], code: 8, bytes }]);
    const file = await GgufFile.open(path);
    const name = 'model.layers.0.feed_forward.w2.weight';
    expect(file.describe(name)).toEqual({ dtype: 'F32', shape: [rows, 32] });
    const numbers = await file.readFloats(name);
    const wrong = Array.from({ length: rows }, (_, row) => row).filter((row) => {
      const expected = row % 30_000;
      return numbers[row * 32] !== ((expected & 255) << 24) >> 24 || numbers[row * 32 + 1] !== expected >> 8;
    });
    expect(wrong).toEqual([]);
    const blocks = await file.readBlocks(name);
    expect({ type: blocks.type, same: Buffer.compare(blocks.bytes, bytes) }).toEqual({ type: 'Q8_0', same: 0 });
    await file.close();
  });

  it('finds the convolution layers by their lack of key and value heads', async () => {
    expect(await config({})).toMatchObject({
      layer_types: ['conv', 'full_attention'],
      hidden_size: 64,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      vocab_size: 10,
      norm_eps: 1e-5,
      rope_theta: 5e6,
      architectures: ['Lfm2ForCausalLM'],
      tie_word_embeddings: true,
      conv_bias: false,
    });
  });

  it('knows both spellings of bidirectional models', async () => {
    const bidirectional = { architectures: ['Lfm2BidirectionalModel'] };
    expect(await config({ 'lfm2.attention.causal': false })).toMatchObject(bidirectional);
    expect(await config({ 'lfm2.attention.causal': true })).toMatchObject({ architectures: ['Lfm2ForCausalLM'] });
    const path = join(folder, 'older.gguf');
    const fields = FIELDS.map((field) => ({
      ...field,
      key: field.key.replace(/^lfm2\./, 'lfm2-bidir.'),
      value: field.value === 'lfm2' ? 'lfm2-bidir' : field.value,
    }));
    await writeFile(path, ggufBytes({ fields, tensors: [EMBEDDING] }));
    const file = await GgufFile.open(path);
    expect(file.configJson()).toMatchObject(bidirectional);
    await file.close();
  });

  it('knows output matrices and convolution biases by their tensors', async () => {
    const output = { ...EMBEDDING, name: 'output.weight' };
    const bias = { ...EMBEDDING, name: 'blk.0.shortconv.conv.bias', shape: [64], bytes: new Uint8Array(256) };
    expect(await config({}, [EMBEDDING, output, bias])).toMatchObject({ tie_word_embeddings: false, conv_bias: true });
  });

  it('says what is supported where a file is of another family', async () => {
    const open = async (changes: Readonly<Record<string, Field['value'] | null>>) =>
      GgufFile.open(await written([EMBEDDING], changes));
    await expect(open({ 'general.architecture': 'lfm2moe' })).rejects.toThrowError(/lfm2moe.*mixtures of experts/);
    await expect(open({ 'general.architecture': 'llama' })).rejects.toThrowError(refusal('lfm2.unsupported'));
    await expect(open({ 'general.architecture': null })).rejects.toThrowError(refusal('lfm2.unsupported'));
    await expect(open({ 'general.type': 'mmproj' })).rejects.toThrowError(refusal('lfm2.unsupported'));
    await expect(open({ 'split.count': 3 })).rejects.toThrowError(/merge/);
  });

  it('refuses metadata that describe no model', async () => {
    for (const changes of [
      { 'lfm2.block_count': 3 },
      { 'lfm2.attention.head_count_kv': 2 },
      { 'lfm2.attention.head_count_kv': [0, 0] },
      { 'lfm2.rope.freq_base': null },
      { 'lfm2.embedding_length': null },
    ]) {
      await expect(config(changes), JSON.stringify(changes)).rejects.toThrowError(refusal('lfm2.config'));
    }
    await expect(config({}, [])).rejects.toThrowError(refusal('lfm2.tensor'));
  });

  it('refuses two tensors that stand for one', async () => {
    const names = ['token_embd_norm.weight', 'output_norm.weight'];
    const path = await written(names.map((name) => ({ name, shape: [4], code: 0, bytes: new Uint8Array(16) })));
    await expect(GgufFile.open(path)).rejects.toThrowError(refusal('lfm2.gguf'));
  });

  it('refuses what is no file, lacks a tensor, or was cut off since', async () => {
    await expect(GgufFile.open(folder)).rejects.toThrowError(refusal('lfm2.not-found'));
    await expect(GgufFile.open(join(folder, 'غائب.gguf'))).rejects.toThrowError(refusal('lfm2.not-found'));
    const path = await written([EMBEDDING]);
    const file = await GgufFile.open(path);
    await expect(file.read('model.norm.weight')).rejects.toThrowError(refusal('lfm2.tensor'));
    await truncate(path, (await readFile(path)).length - 100);
    await expect(file.read('model.embed_tokens.weight')).rejects.toThrowError(refusal('lfm2.gguf'));
    await file.close();
  });

  it('gives up on endless headers', async () => {
    const path = join(folder, 'endless.gguf');
    const value = 'x'.repeat(7 * 1024 * 1024);
    const long = ['a', 'b', 'c', 'd', 'e'].map((key): Field => ({ key, type: 'string', value }));
    await writeFile(path, ggufBytes({ fields: [...FIELDS, ...long] }));
    await expect(GgufFile.open(path)).rejects.toThrowError(/longer than \d+ bytes/);
  });

  it('reads headers longer than its first look at the file', async () => {
    const text = 'ว'.repeat(700_000);
    const file = await GgufFile.open(await written([EMBEDDING], { 'general.description': text }));
    expect(file.metadata.get('general.description')).toBe(text);
    await file.close();
  });
});

describe.skipIf(!existsSync(GOLDEN))(
  'GgufFile, against shared golden values (skipped where ../shared is absent)',
  () => {
    it('holds the tensors of the Hugging Face checkpoint', async () => {
      const file = await GgufFile.open(join(GOLDEN, 'model-f32.gguf'));
      const reference = await SafetensorsFile.open(join(GOLDEN, 'model.safetensors'));
      expect([...file.names].sort()).toEqual([...reference.names].sort());
      for (const name of reference.names) {
        const [ours, theirs] = [await file.read(name), await reference.read(name)];
        expect({ ...ours, bytes: null }).toEqual({ ...theirs, bytes: null });
        expect(Buffer.compare(ours.bytes, theirs.bytes), name).toBe(0);
      }
      await file.close();
      await reference.close();
    });
  },
);
