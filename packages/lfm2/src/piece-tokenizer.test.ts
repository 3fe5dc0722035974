import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import { GenerationalCache } from './generational-cache.js';
import { PieceTokenizer } from './piece-tokenizer.js';
import { TextTokenizer } from './text-tokenizer.js';

const FOLDERS = ['packages/encoder/models/glot-colbert-mini', 'fixtures/checkpoints/colbert-f16'].map((folder) =>
  fileURLToPath(new URL(`../../../${folder}`, import.meta.url)),
);

const TEXTS = [
  'Über die Brücke geht’s ins Straßenverkehrszulassungsgesetz, they’re 1234567 years old.\r\n\r\n\tif (x >= 10) { }',
  'القلم والكتاب، السلامُ عليكم',
  '国家地理学会会长在东京湾的潮汐研究所发表了关于潮汐的论文。',
  '潮は一日に二度満ちます。カタカナのテキストー々',
  'ภาษาไทยไม่มีช่องว่าง',
  'e\u0301 ﬁne ＡＢＣ ﷺ 👩‍👩‍👧 🇩🇪',
  'हिन्दी में दो बार',
  '조수는 하루에 두 번',
  'aaaaaaaa aaaa abababababab ababa',
  '   three blanks, and a half pair: \ud83d and \udc69.',
  '[Q] and <|im_start|> are special, [q] is not <|IM_START|>',
  '<|pad|>',
  ' ',
  '',
  'x'.repeat(1300),
  '水'.repeat(1400),
];

describe.each(FOLDERS)('pieces of the tokenizer in %s', (folder) => {
  let json: { model: { vocab: object; merges: unknown[] }; added_tokens: object[] };
  let config: object;
  let library: Tokenizer;
  let pieces: PieceTokenizer;
  beforeAll(async () => {
    json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    config = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8'));
    library = new Tokenizer(json, config);
    pieces = PieceTokenizer.of(library, json, config)!;
  });

  it('have the ids that the library gives, the first time and again', () => {
    const read = (text: string) => pieces.pieces(text)?.flat() ?? null;
    const expected = TEXTS.map((text) => library.encode(text, { add_special_tokens: false }).ids);
    for (let round = 0; round < 2; round += 1) {
      TEXTS.forEach((text, at) => {
        const ids = read(text);
        if (ids !== null) expect(ids, text.slice(0, 40)).toEqual(expected[at]);
      });
    }
    // What names special tokens and what is too long is left to the library.
    const left = TEXTS.filter((text) => read(text) === null);
    expect(left).toEqual([TEXTS[10], TEXTS[11], '水'.repeat(1400)]);
  });

  it('are used by a tokenizer that has read much, with the same ids', async () => {
    const [fresh, used] = [await TextTokenizer.load(folder), await TextTokenizer.load(folder)];
    used.count('viel Text '.repeat(2000));
    for (const text of TEXTS) {
      expect(used.encode(text)).toEqual(fresh.encode(text));
      expect(used.encodeBare(text)).toEqual(fresh.encodeBare(text));
      expect(used.count(text)).toBe(fresh.count(text));
    }
  });

  it('take words of the vocabulary whole where merges are ignored for these', () => {
    const merges = json.model.merges.slice(0, 200);
    const model = { ...json.model, merges, ignore_merges: true };
    const other = { ...json, model };
    const own = PieceTokenizer.of(new Tokenizer(other, config), other, config)!;
    for (const text of TEXTS.slice(0, 9)) {
      expect(own.pieces(text)!.flat()).toEqual(
        new Tokenizer(other, config).encode(text, { add_special_tokens: false }).ids,
      );
    }
  });

  it('are not made of other kinds of tokenizers', () => {
    const unknown = typeof json.model.merges[0] === 'string' ? 'nosuch tokens' : ['nosuch', 'tokens'];
    const others = [
      { ...json, model: { ...json.model, byte_fallback: true } },
      { ...json, model: { ...json.model, merges: [...json.model.merges, unknown] } },
      { ...json, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true } },
      { ...json, pre_tokenizer: null },
    ];
    for (const other of others) {
      expect(PieceTokenizer.of(new Tokenizer(other, config), other, config)).toBeNull();
    }
    expect(PieceTokenizer.of(library, json, { ...config, remove_space: true })).toBeNull();
  });
});

describe('GenerationalCache', () => {
  it('keeps what is asked for, and no more than its capacity', () => {
    const cache = new GenerationalCache<number, string>(10);
    cache.set(-1, 'asked for');
    for (let key = 0; key < 1000; key += 1) {
      cache.set(key, String(key));
      expect(cache.get(-1)).toBe('asked for');
    }
    const kept = Array.from({ length: 1000 }, (_, key) => cache.get(key)).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept).toContain('999');
  });
});
