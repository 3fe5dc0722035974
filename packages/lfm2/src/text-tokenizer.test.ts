import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextTokenizer } from './text-tokenizer.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/checkpoints/colbert-f16', import.meta.url));

describe('TextTokenizer', () => {
  let tokenizer: TextTokenizer;
  let folder: string;
  beforeAll(async () => {
    tokenizer = await TextTokenizer.load(FOLDER);
    folder = await mkdtemp(join(tmpdir(), 'glot-tokenizer-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('knows the special tokens that the files name', () => {
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 7, padId: 0, maskId: null });
    expect(tokenizer.idOf('[Q] ')).toBe(281);
    expect(tokenizer.idOf('no such token')).toBeNull();
  });

  it('gives text of every script back, combining marks and emoji included', () => {
    for (const text of [
      'Über die Brücke',
      'القلم والكتاب',
      '日本語のテキスト',
      'ภาษาไทย',
      'e\u0301 👩‍👩‍👧',
      'हिन्दी',
      '한국어',
    ]) {
      const ids = tokenizer.encode(text);
      expect(ids[0]).toBe(1);
      expect(tokenizer.decode(ids.slice(1))).toBe(text);
      expect(tokenizer.count(text)).toBe(ids.length - 1);
    }
    expect(tokenizer.encode('')).toEqual([1]);
    expect(tokenizer.count('')).toBe(0);
    expect(tokenizer.decode([])).toBe('');
  });

  it('says which file is missing or unusable', async () => {
    const code = (name: string) => expect.objectContaining({ code: `lfm2.${name}` });
    await expect(TextTokenizer.load(folder)).rejects.toThrowError(code('not-found'));
    await copyFile(join(FOLDER, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
    for (const [content, error] of [
      ['{"model":', 'json'],
      ['{}', 'tokenizer'],
      ['null', 'tokenizer'],
      [
        '{"added_tokens":[],"model":{"type":"Psychic"},"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null}',
        'tokenizer',
      ],
    ] as const) {
      await writeFile(join(folder, 'tokenizer.json'), content);
      await expect(TextTokenizer.load(folder)).rejects.toThrowError(code(error));
    }
    const whole = await readFile(join(FOLDER, 'tokenizer.json'), 'utf8');
    for (const vocab of [
      null,
      { a: '1' },
      { a: 1, b: null },
      [['a', -1], ['b']],
      [
        ['a', 0],
        [2, 0],
      ],
    ]) {
      const { model, ...rest } = JSON.parse(whole) as { model: object };
      await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...rest, model: { ...model, vocab } }));
      await expect(TextTokenizer.load(folder), JSON.stringify(vocab)).rejects.toThrowError(code('tokenizer'));
    }
    await writeFile(join(folder, 'tokenizer.json'), whole);
    await writeFile(join(folder, 'tokenizer_config.json'), '{"eos_token":5}');
    await expect(TextTokenizer.load(folder)).rejects.toThrowError(code('tokenizer'));
  });

  it('reads unigram tokenizers, whose vocabulary is a list', async () => {
    const special = ['<pad>', '<s>', '</s>', '<unk>', '[Q] ', '[D] '];
    const pieces = { '▁': -2, a: -5, b: -5.5, '▁ab': -4, ba: -4.5, é: -6, 水: -6.5, の: -6, 水の: -7, ü: -6.2 };
    const marked = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const blank = { type: 'Replace', pattern: { Regex: '[\t\n\r]' }, content: ' ' };
    const several = { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' };
    const json = {
      version: '1.0',
      added_tokens: special.map((content, id) => ({ id, content, normalized: false, special: true })),
      normalizer: { type: 'Sequence', normalizers: [blank, { type: 'NFKC' }, several] },
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      post_processor: {
        type: 'TemplateProcessing',
        single: marked,
        pair: marked,
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      model: { type: 'Unigram', unk_id: 3, vocab: [...special.map((text) => [text, 0]), ...Object.entries(pieces)] },
    };
    const unigram = join(folder, 'unigram');
    await mkdir(unigram);
    await writeFile(join(unigram, 'tokenizer.json'), JSON.stringify(json));
    await writeFile(join(unigram, 'tokenizer_config.json'), JSON.stringify({ bos_token: '<s>', pad_token: '<pad>' }));
    const loaded = await TextTokenizer.load(unigram);
    expect(loaded).toMatchObject({ bosId: 1, padId: 0, size: 16 });
    // ids by the Python package tokenizers 0.23.3
    expect(loaded.encode('abba ab')).toEqual([1, 9, 10, 9]);
    expect(loaded.encode('水の  a\tb')).toEqual([1, 6, 14, 6, 7, 6, 8]);
    expect(loaded.encode('e\u0301ü')).toEqual([1, 6, 11, 15]);
    expect(loaded.encode('ｂａ')).toEqual([1, 6, 10]);
    expect(loaded.encode('ж')).toEqual([1, 6, 3]);
    expect(loaded.encode('[Q] a')).toEqual([1, 4, 6, 7]);
    expect(loaded.encode('')).toEqual([1]);
  });
});
