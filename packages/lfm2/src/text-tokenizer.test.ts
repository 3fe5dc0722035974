import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
    await writeFile(join(folder, 'tokenizer.json'), whole);
    await writeFile(join(folder, 'tokenizer_config.json'), '{"eos_token":5}');
    await expect(TextTokenizer.load(folder)).rejects.toThrowError(code('tokenizer'));
  });
});
