import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import type { MetadataValue } from './metadata.js';
import { tokenizerFiles } from './tokenizer.js';

const GPT2 = fileURLToPath(new URL('../../../../../shared/data/tokenizers/gpt2/tokenizer.json.gz', import.meta.url));
const MODEL = { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': 'lfm2' };

function load(entries: Readonly<Record<string, MetadataValue>>) {
  const { tokenizer, config } = tokenizerFiles(new Map(Object.entries({ ...MODEL, ...entries })), 'model.gguf');
  return { tokenizer: new Tokenizer(tokenizer, config), config };
}

// 世 is e4 b8 96, spelt ä¸ĸ in ByteLevel's alphabet
const SMALL: Readonly<Record<string, MetadataValue>> = {
  'tokenizer.ggml.tokens': [
    '<|pad|>',
    '<s>',
    '</s>',
    'name',
    'h',
    'i',
    'hi',
    'Ġ',
    'Ġhi',
    'ä',
    '¸',
    'ĸ',
    'ä¸',
    'ä¸ĸ',
    '__proto__',
    '[PAD15]',
    '[PAD16]',
  ],
  'tokenizer.ggml.merges': ['h i', 'Ġ hi', 'ä ¸', 'ä¸ ĸ'],
  'tokenizer.ggml.token_type': Int32Array.of(3, 3, 3, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5),
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
  'tokenizer.ggml.padding_token_id': 0,
  'tokenizer.chat_template': '{{ bos_token }}…',
};

describe('tokenizerFiles', () => {
  it('gives a byte-level tokenizer that puts BOS in front', () => {
    const { tokenizer, config } = load(SMALL);
    expect(tokenizer.encode('hi hi世').ids).toEqual([1, 6, 8, 13]);
    expect(tokenizer.decode([6, 8, 13])).toBe('hi hi世');
    expect(config).toMatchObject({
      bos_token: '<s>',
      eos_token: '</s>',
      pad_token: '<|pad|>',
      chat_template: '{{ bos_token }}…',
    });
  });

  it('frames texts as the file asks', () => {
    const bare = load({ ...SMALL, 'tokenizer.ggml.add_bos_token': false, 'tokenizer.ggml.add_eos_token': true });
    expect(bare.tokenizer.encode('hi').ids).toEqual([6, 2]);
    expect(bare.tokenizer.encode('hi', { text_pair: '世' }).ids).toEqual([6, 2, 13, 2]);
  });

  it('finds added tokens inside a text, special ones and others', () => {
    const { tokenizer } = load(SMALL);
    expect(tokenizer.encode('hi</s>namehi').ids).toEqual([1, 6, 2, 3, 6]);
    expect(tokenizer.decode([2, 3, 6], { skip_special_tokens: true })).toBe('namehi');
  });

  it('leaves out rows that only fill up the embedding table', () => {
    const { tokenizer } = load(SMALL);
    expect(tokenizer.get_vocab().size).toBe(15);
    expect(tokenizer.token_to_id('[PAD15]')).toBeUndefined();
    expect(tokenizer.token_to_id('__proto__')).toBe(14);
  });

  it('takes the tokenizer.json that a file carries whole', () => {
    const whole = load(SMALL).tokenizer;
    const { tokenizer: json } = tokenizerFiles(new Map(Object.entries({ ...MODEL, ...SMALL })), 'model.gguf');
    const text = JSON.stringify({ ...json, normalizer: { type: 'Lowercase' } });
    const carried = {
      'tokenizer.ggml.model': 'bert',
      'tokenizer.ggml.tokens': ['nothing'],
      'tokenizer.huggingface.json': text,
    };
    const { tokenizer, config } = load({ ...SMALL, ...carried });
    expect(whole.encode('HI hi世').ids).not.toEqual([1, 6, 8, 13]);
    expect(tokenizer.encode('HI hi世').ids).toEqual([1, 6, 8, 13]);
    expect(config).toMatchObject({ bos_token: '<s>', eos_token: '</s>', pad_token: '<|pad|>' });
  });

  it('names the mask token, which queries are filled up with', () => {
    expect(load({ ...SMALL, 'tokenizer.ggml.mask_token_id': 3 }).config).toMatchObject({ mask_token: 'name' });
    expect(load(SMALL).config).not.toHaveProperty('mask_token');
  });

  const broken: readonly (readonly [string, Readonly<Record<string, MetadataValue>>])[] = [
    ['another kind of tokenizer', { 'tokenizer.ggml.model': 'llama' }],
    ['an unknown pre-tokenizer', { 'tokenizer.ggml.pre': 'qwen2' }],
    ['tokens that are no strings', { 'tokenizer.ggml.tokens': Int32Array.of(1, 2) }],
    ['a token twice', { 'tokenizer.ggml.tokens': Array.from({ length: 17 }, () => 'a') }],
    ['a merge of one token', { 'tokenizer.ggml.merges': ['hi'] }],
    ['a merge with nothing', { 'tokenizer.ggml.merges': ['h '] }],
    ['types of other tokens', { 'tokenizer.ggml.token_type': Int32Array.of(1) }],
    ['a BOS beyond the vocabulary', { 'tokenizer.ggml.bos_token_id': 99 }],
    ['a tokenizer.json that is none', { 'tokenizer.huggingface.json': '{"model":' }],
    ['a tokenizer.json that is a list', { 'tokenizer.huggingface.json': '[]' }],
    ['a tokenizer.json that is a number', { 'tokenizer.huggingface.json': 7 }],
    [
      'a BOS that the tokenizer.json lacks',
      { 'tokenizer.huggingface.json': '{"added_tokens":[null,{"id":1},{"id":2,"content":3}]}' },
    ],
  ];
  for (const [what, change] of broken) {
    it(`refuses ${what}`, () =>
      expect(() => load({ ...SMALL, ...change })).toThrowError(expect.objectContaining({ code: 'lfm2.tokenizer' })));
  }

  it('refuses a file without a tokenizer', () => {
    expect(() => tokenizerFiles(new Map(), 'model.gguf')).toThrowError(
      expect.objectContaining({ code: 'lfm2.tokenizer' }),
    );
  });
});

describe.skipIf(!existsSync(GPT2))(
  'tokenizerFiles, on the vocabulary of GPT-2 (skipped where ../shared is absent)',
  () => {
    it('splits and merges as llama.cpp does', () => {
      const { model, added_tokens: added } = JSON.parse(gunzipSync(readFileSync(GPT2)).toString('utf8')) as {
        model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
        added_tokens: { id: number; content: string; special: boolean }[];
      };
      const tokens: string[] = [];
      for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
      const types = new Int32Array(Math.max(...added.map(({ id }) => id)) + 1).fill(1);
      for (const { id, content, special } of added) {
        tokens[id] = content;
        types[id] = special ? 3 : 4;
      }
      const { tokenizer } = load({
        'tokenizer.ggml.tokens': tokens,
        'tokenizer.ggml.merges': model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
        'tokenizer.ggml.token_type': types,
      });
      const golden = JSON.parse(readFileSync(new URL('./tokenizer.golden.json', import.meta.url), 'utf8')) as {
        cases: { text: string; ids: number[] }[];
      };
      for (const { text, ids } of golden.cases) {
        expect(tokenizer.encode(text).ids, text).toEqual(ids);
        expect(tokenizer.decode(ids.length ? ids : [0]), text).toBe(ids.length ? text : '!');
      }
    });
  },
);
