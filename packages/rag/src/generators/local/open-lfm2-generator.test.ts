import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BYTE_TOKENIZER_SIZE,
  OpenedFiles,
  TINY,
  wordEncoder,
  writeByteTokenizer,
  writeRandomCheckpoint,
} from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../answer/ask.js';
import { memoryIndex } from '../../testing/memory-index.js';
import { type OpenedGenerator, openLfm2Generator } from './open-lfm2-generator.js';

const TEMPLATE =
  "{{- bos_token -}}{%- for message in messages %}{{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}{%- endfor -%}{{- '<|im_start|>assistant\n' -}}";
const MARK = 8 + 0x22;

let folder: string;
let generator: OpenedGenerator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-rag-'));
  await writeRandomCheckpoint(folder, { ...TINY, vocab: BYTE_TOKENIZER_SIZE }, (name, values) => {
    if (name !== 'model.embed_tokens.weight') return;
    // Random weights that like to open quotes, and never to stop.
    for (let i = MARK * TINY.hidden; i < (MARK + 1) * TINY.hidden; i++) values[i]! *= 3;
    values.fill(0, 7 * TINY.hidden, 8 * TINY.hidden);
  });
  await writeByteTokenizer(folder, TEMPLATE);
  generator = await openLfm2Generator(folder, { maxTokens: 200, decoder: { precision: 'f32', threads: 1 } });
});
afterAll(async () => {
  await generator.dispose();
  await rm(folder, { recursive: true });
});

const DOCUMENTS = [
  { path: 'ja.md', text: '東京は日本の首都です。人口は約1400万人です。', lang: 'ja' },
  { path: 'en.md', text: 'The dough rises for twelve hours.', lang: 'en' },
];

describe('openLfm2Generator', () => {
  it('runs the whole path on a checkpoint: what is shown was verified, tokens are counted', async () => {
    const encoder = wordEncoder();
    const index = await memoryIndex(DOCUMENTS, encoder);
    const answer = await ask('東京は日本の首都ですか', { index, encoder, generator, minEvidence: 0 });
    for (const { path, start, end, quote } of answer.sentences.flatMap((sentence) => sentence.citations)) {
      expect((await index.get(path))?.text.slice(start, end)).toBe(quote);
    }
    expect(answer.usage.generatedTokens).toBe(200);
    expect(answer.usage.promptTokens).toBeGreaterThan(answer.context.tokens);
    expect(answer.usage.firstTokenMs).toBeGreaterThan(0);
    // The byte tokenizer: a token per byte.
    expect(answer.context.tokens).toBe(DOCUMENTS.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
  });

  it('answers a second question the same whether or not the instructions were read before', async () => {
    const encoder = wordEncoder();
    const index = await memoryIndex(DOCUMENTS, encoder);
    const decoder = { precision: 'f32', threads: 1 } as const;
    const fresh = await openLfm2Generator(folder, { maxTokens: 40, decoder });
    const used = await openLfm2Generator(folder, { maxTokens: 40, decoder });
    try {
      const draft = async (by: OpenedGenerator, question: string) => {
        const { sentences, usage, context } = await ask(question, { index, encoder, generator: by, minEvidence: 0 });
        return { sentences, context, usage };
      };
      await draft(used, 'the dough rises');
      const again = await draft(used, 'the dough rises for how many hours');
      const once = await draft(fresh, 'the dough rises for how many hours');
      expect(again.usage.cachedTokens).toBeGreaterThan(100);
      expect(once.usage.cachedTokens).toBe(0);
      expect(again.sentences).toEqual(once.sentences);
      expect(again.usage.promptTokens).toBe(once.usage.promptTokens);
    } finally {
      await fresh.dispose();
      await used.dispose();
    }
  });

  it('opens every file of the model once', async () => {
    const opened = new OpenedFiles();
    try {
      await (await openLfm2Generator(folder, { decoder: { precision: 'f32', threads: 1 } })).dispose();
    } finally {
      opened.stop();
    }
    expect(opened.below(folder)).toEqual({
      'config.json': 1,
      'model.safetensors': 1,
      'tokenizer.json': 1,
      'tokenizer_config.json': 1,
    });
  });

  it('stops at once when the signal fires', async () => {
    const encoder = wordEncoder();
    const index = await memoryIndex(DOCUMENTS, encoder);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const asking = ask('dough rises hours', { index, encoder, generator, minEvidence: 0, signal: controller.signal });
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  });
});
