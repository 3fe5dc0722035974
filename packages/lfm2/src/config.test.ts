import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.js';

const BASE = {
  model_type: 'lfm2',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
  norm_eps: 1e-5,
  rope_theta: 1e6,
  conv_L_cache: 3,
  max_position_embeddings: 512,
};
const refusal = (code: string) => expect.objectContaining({ code });

describe('parseConfig', () => {
  it('reads older and newer names alike', () => {
    const modern = parseConfig({ ...BASE, layer_types: ['conv', 'full_attention'] }, 'a');
    const { hidden_size, num_attention_heads, norm_eps, rope_theta, ...rest } = BASE;
    const old = { ...rest, block_dim: 64, num_heads: 4, block_norm_eps: 1e-5, theta: 1e6, full_attn_idxs: [1] };
    expect(parseConfig(old, 'b')).toEqual(modern);
    const parameters = { ...BASE, rope_theta: undefined, rope_parameters: { rope_theta: 1e6, rope_type: 'default' } };
    expect(parseConfig({ ...parameters, layer_types: null, full_attn_idxs: [1] }, 'c')).toEqual(modern);
    expect(parseConfig({ ...BASE, tie_embedding: false }, 'd').tiedEmbeddings).toBe(false);
    expect(parseConfig({ ...BASE, head_dim: 32 }, 'e').headDim).toBe(32);
  });

  it('takes tables that are narrower than the layers, and no wider ones', () => {
    expect(parseConfig({ ...BASE, embedding_size: 64 }, 'a')).toEqual(parseConfig(BASE, 'a'));
    expect(parseConfig({ ...BASE, embedding_size: 32 }, 'a').embeddingSize).toBe(32);
    expect(() => parseConfig({ ...BASE, embedding_size: 96 }, 'a')).toThrowError(refusal('lfm2.config'));
  });

  it('takes one end token or several', () => {
    const ends = (eos_token_id: unknown) => parseConfig({ ...BASE, eos_token_id }, 'x/config.json').eosTokenIds;
    expect(ends(7)).toEqual([7]);
    expect(ends([7, 2])).toEqual([7, 2]);
    for (const none of [null, undefined, []]) expect(ends(none)).toEqual([]);
    for (const bad of ['7', [7, '2'], [[7]], 7.5, { id: 7 }]) {
      expect(() => ends(bad)).toThrowError(refusal('lfm2.config'));
      expect(() => ends(bad)).toThrowError(/x\/config\.json.*eos_token_id: .*a token id or a list of them/);
    }
  });

  it('takes every layer for attention where no pattern is given', () => {
    expect(parseConfig(BASE, 'a').layers).toEqual(['full_attention', 'full_attention']);
  });

  it('is bidirectional and centered for the bidirectional architectures; `is_causal` opens attention alone', () => {
    const both = parseConfig({ ...BASE, architectures: ['Lfm2BidirectionalModel'] }, 'a');
    expect(both).toMatchObject({ attention: 'bidirectional', convolution: 'centered' });
    const stock = parseConfig({ ...BASE, architectures: ['Lfm2Model'] }, 'a');
    expect(stock).toMatchObject({ attention: 'causal', convolution: 'causal' });
    const open = parseConfig({ ...BASE, architectures: ['Lfm2Model'], is_causal: false }, 'a');
    expect(open).toMatchObject({ attention: 'bidirectional', convolution: 'causal' });
    expect(parseConfig({ ...BASE, is_causal: true }, 'a').attention).toBe('causal');
  });

  it('names what is supported when it meets another family', () => {
    for (const model_type of ['lfm2_moe', 'lfm3', 'lfm2_vl', 'lfm2_audio', 'llama', undefined]) {
      expect(() => parseConfig({ ...BASE, model_type }, 'x/config.json')).toThrowError(refusal('lfm2.unsupported'));
    }
    expect(() => parseConfig({ ...BASE, layer_types: ['conv', 'sliding_attention'] }, 'x')).toThrowError(
      refusal('lfm2.unsupported'),
    );
    expect(() => parseConfig({ ...BASE, rope_scaling: { type: 'yarn' } }, 'x')).toThrowError(
      refusal('lfm2.unsupported'),
    );
  });

  it('refuses what is missing or impossible, with the path and the key', () => {
    for (const bad of [
      { hidden_size: undefined },
      { hidden_size: -1 },
      { num_key_value_heads: 3 },
      { num_attention_heads: 5 },
      { rope_theta: undefined },
      { norm_eps: 'tiny' },
      { layer_types: ['conv'] },
      { full_attn_idxs: [2] },
      { conv_L_cache: 0 },
    ]) {
      expect(() => parseConfig({ ...BASE, ...bad }, 'x/config.json')).toThrowError(refusal('lfm2.config'));
    }
    expect(() => parseConfig({ ...BASE, vocab_size: undefined }, 'x/config.json')).toThrowError(
      /x\/config\.json.*vocab_size/,
    );
    expect(() => parseConfig('no object', 'x')).toThrowError(refusal('lfm2.unsupported'));
  });

  const released = fileURLToPath(new URL('../../../../shared/data/lfm2-reference', import.meta.url));
  it('reads the configurations of released models (skipped where ../shared is absent)', (context) => {
    for (const name of ['ColBERT', 'Embedding', 'Encoder']) {
      let text: string;
      try {
        text = readFileSync(`${released}/LFM2.5-${name}-350M.config.json`, 'utf8');
      } catch {
        return context.skip();
      }
      const config = parseConfig(JSON.parse(text), name);
      expect(config).toMatchObject({ hiddenSize: 1024, headDim: 64, attention: 'bidirectional', convKernel: 3 });
      expect(config.layers.filter((layer) => layer === 'full_attention').length).toBe(6);
    }
  });
});
