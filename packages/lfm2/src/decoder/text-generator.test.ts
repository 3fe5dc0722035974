import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BYTE_TOKENIZER_SIZE, TINY, writeByteTokenizer, writeRandomCheckpoint } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GenerateOptions, type GenerationSummary, TextGenerator } from './text-generator.js';
import type { TokenConstraint } from './token-constraint.js';

const TEMPLATE =
  "{{- bos_token -}}{%- for message in messages %}{{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}";
/** One that masks by what was accepted so far. */
function constrained(mask: (logits: Float32Array, accepted: readonly number[]) => void): TokenConstraint {
  const accepted: number[] = [];
  return {
    mask: (logits) => mask(logits, accepted),
    accept: (id) => void accepted.push(id),
    fork: () => constrained((logits, more) => mask(logits, [...accepted, ...more])),
    forced: () => [],
  };
}

const SHAPE = { ...TINY, vocab: BYTE_TOKENIZER_SIZE + 40 };

describe('the generator', () => {
  let folder: string;
  let generator: TextGenerator;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-generator-'));
    await writeRandomCheckpoint(folder, SHAPE, (name, values) => {
      if (name !== 'model.embed_tokens.weight') return;
      // Without a mask, the rows that stand for nothing would win every time.
      for (let i = BYTE_TOKENIZER_SIZE * SHAPE.hidden; i < values.length; i += 1) values[i]! *= 50;
      values.fill(0, 7 * SHAPE.hidden, 8 * SHAPE.hidden);
    });
    await writeByteTokenizer(folder, TEMPLATE);
    generator = await TextGenerator.open(folder, { precision: 'f32', contextTokens: 300, threads: 1 });
  });
  afterAll(async () => {
    await generator.dispose();
    await rm(folder, { recursive: true });
  });

  const prompt = () => generator.tokenizer.encode('قهوة 咖啡 กาแฟ ☕');
  async function collect(options: GenerateOptions, from: readonly number[] = prompt()) {
    const ids: number[] = [];
    let text = '';
    let summary: GenerationSummary | null = null;
    const onEnd = (end: GenerationSummary) => {
      summary = end;
    };
    for await (const token of generator.generate(from, { maxTokens: 24, ...options, onEnd })) {
      ids.push(token.id);
      text += token.text;
    }
    return { ids, text, summary: summary as GenerationSummary | null };
  }

  it('writes conversations with the template of the checkpoint, and its text is the prompt', () => {
    const ids = generator.promptIds([
      { role: 'system', content: 'Antworte kurz.' },
      { role: 'user', content: '水は何度で沸く?' },
    ]);
    expect(generator.tokenizer.decode(ids)).toBe(
      '<|startoftext|><|im_start|>system\nAntworte kurz.<|im_end|>\n<|im_start|>user\n水は何度で沸く?<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(ids.filter((id) => id === 1).length).toBe(1);
  });

  it('is the same each time when greedy, and with one seed; other seeds differ', async () => {
    const greedy = await collect({});
    expect((await collect({})).ids).toEqual(greedy.ids);
    expect(greedy.summary).toMatchObject({ reason: 'length', generatedTokens: 24, promptTokens: prompt().length });
    const warm = { temperature: 1.5, topK: 50, topP: 0.95, minP: 0.01 };
    const [a, b, c] = [
      await collect({ ...warm, seed: 1 }),
      await collect({ ...warm, seed: 1 }),
      await collect({ ...warm, seed: 2 }),
    ];
    expect(b.ids).toEqual(a.ids);
    expect(c.ids).not.toEqual(a.ids);
  });

  it('never draws rows beyond the vocabulary', async () => {
    for (const temperature of [0, 2]) {
      const { ids } = await collect({ temperature, seed: 3, maxTokens: 60 });
      expect(Math.max(...ids)).toBeLessThan(BYTE_TOKENIZER_SIZE);
    }
  });

  it('obeys a constraint and tells it what was drawn, gives whole characters only, and stops at stop tokens', async () => {
    const wanted = generator.tokenizer.encodeBare('火と水 ✓');
    const mask = (logits: Float32Array, generated: readonly number[]) => {
      const only = wanted[generated.length] ?? 7;
      logits.forEach((_, id) => {
        if (id !== only) logits[id] = Number.NEGATIVE_INFINITY;
      });
    };
    const pieces: string[] = [];
    for await (const { text } of generator.generate(prompt(), { constraint: constrained(mask) }))
      if (text) pieces.push(text);
    expect(pieces).toEqual([...'火と水 ✓']);
    const { ids, summary } = await collect({ constraint: constrained(mask), stopIds: [wanted.at(-3)!] });
    expect(ids).toEqual(wanted.slice(0, -3));
    expect(summary?.reason).toBe('stop');
    const nothing = collect({ constraint: constrained((logits) => void logits.fill(Number.NEGATIVE_INFINITY)) });
    await expect(nothing).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.no-token' }));
  });

  it('stops at each of the end tokens that config.json lists', async () => {
    const config = join(folder, 'config.json');
    const text = await readFile(config, 'utf8');
    const ends = [...generator.tokenizer.encodeBare('!?')];
    await writeFile(config, JSON.stringify({ ...JSON.parse(text), eos_token_id: ends }));
    const several = await TextGenerator.open(folder, { precision: 'f32', contextTokens: 300, threads: 1 });
    await writeFile(config, text);
    try {
      for (const end of ends) {
        const mask = (logits: Float32Array, generated: readonly number[]) => {
          const only = generated.length === 2 ? end : 40;
          logits.forEach((_, id) => {
            if (id !== only) logits[id] = Number.NEGATIVE_INFINITY;
          });
        };
        const ids: number[] = [];
        for await (const { id } of several.generate(prompt(), { constraint: constrained(mask), maxTokens: 5 }))
          ids.push(id);
        expect(ids).toEqual([40, 40]);
      }
    } finally {
      await several.dispose();
    }
  });

  it('heeds the repetition penalty', async () => {
    const plain = await collect({ maxTokens: 40 });
    expect((await collect({ repetitionPenalty: 3, maxTokens: 40 })).ids).not.toEqual(plain.ids);
  });

  it('goes on from the state of a shared prefix', async () => {
    const ids = prompt();
    const state = generator.decoder.start();
    await generator.decoder.forward(state, ids.slice(0, 9));
    const expected = (await collect({})).ids;
    expect((await collect({ from: state }, ids.slice(9))).ids).toEqual(expected);
    expect((await collect({ from: state }, ids.slice(9))).ids).toEqual(expected);
    expect(state.length).toBe(9);
  });

  it('ends at the context limit, and can be interrupted; the event loop lives meanwhile', async () => {
    const endless = (logits: Float32Array) => {
      logits.fill(Number.NEGATIVE_INFINITY, 0, 8);
    };
    const { summary, ids } = await collect({ maxTokens: 1000, constraint: constrained(endless) });
    expect(summary?.reason).toBe('context');
    expect(ids.length).toBe(300 - prompt().length + 1);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    const interrupted = collect({ maxTokens: 290, constraint: constrained(endless), signal: controller.signal });
    await expect(interrupted).rejects.toThrowError(expect.objectContaining({ name: 'AbortError' }));
  });

  it('refuses numbers out of range', async () => {
    await expect(collect({ topP: 2 })).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.sampling' }));
    await expect(collect({ temperature: Number.NaN })).rejects.toThrowError(/temperature/);
  });
});
