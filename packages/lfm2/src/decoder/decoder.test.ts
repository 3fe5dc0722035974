import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSession } from '@glot/kernels';
import { TINY, writeRandomCheckpoint } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoint } from '../checkpoint.js';
import { logitsHead } from '../testing/logits-head.js';
import { Trunk } from '../trunk.js';
import { decodeGraph } from './decode-graph.js';
import { Decoder, type DecoderOptions, runChunk } from './decoder.js';
import { DecoderState } from './decoder-state.js';

const GOLDEN = fileURLToPath(new URL('../../../../../shared/golden/lfm2-tiny-a', import.meta.url));
const largest = (logits: Float32Array) => logits.indexOf(Math.max(...logits));

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i += 1) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

async function greedy(decoder: Decoder, state: DecoderState, prompt: readonly number[], count: number) {
  const ids: number[] = [];
  let logits = await decoder.forward(state, prompt);
  for (;;) {
    ids.push(largest(logits));
    if (ids.length === count) return ids;
    logits = await decoder.forward(state, [ids.at(-1)!]);
  }
}

describe('the decoder', () => {
  let folder: string;
  let checkpoint: Checkpoint;
  const ids = Array.from({ length: 150 }, (_, i) => (i * 37 + 5) % TINY.vocab);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-decoder-'));
    await writeRandomCheckpoint(folder, TINY);
    checkpoint = await Checkpoint.open(folder);
  });
  afterAll(async () => {
    await checkpoint.close();
    await rm(folder, { recursive: true });
  });

  it('gives the hidden states of the trunk, in chunks of 1, 7 and whole', async () => {
    const trunk = await Trunk.load(checkpoint, { threads: 1 });
    const expected = await trunk.run({ ids: Int32Array.from(ids), sequences: 1, length: ids.length });
    await trunk.dispose();
    const graph = await decodeGraph(checkpoint, { precision: 'f32', contextTokens: 200, output: 'hidden' });
    const session = await createSession(graph, { threads: 1 });
    for (const chunk of [1, 7, ids.length]) {
      const state = new DecoderState(checkpoint.config);
      const rows: number[] = [];
      for (let from = 0; from < ids.length; from += chunk) {
        rows.push(...(await runChunk(session, state, ids.slice(from, from + chunk)))!);
      }
      expect(difference(rows, expected), `chunks of ${chunk}`).toBeLessThan(1e-4);
    }
    await session.dispose();
  });

  it('goes on from a snapshot as often as one likes', async () => {
    const decoder = await Decoder.load(checkpoint, { precision: 'f32', threads: 1 });
    const state = decoder.start();
    await decoder.forward(state, ids.slice(0, 70));
    const prefix = state.snapshot();
    const first = await greedy(decoder, state, ids.slice(70), 8);
    const again = await greedy(decoder, prefix.snapshot(), ids.slice(70), 8);
    const whole = await greedy(decoder, decoder.start(), ids, 8);
    await decoder.dispose();
    expect(first).toEqual(whole);
    expect(again).toEqual(whole);
    expect(prefix.length).toBe(70);
  });

  it('stays near f32 along 32 greedy tokens: Kullback-Leibler divergence of the next token, mean', async () => {
    const exact = await Decoder.load(checkpoint, { precision: 'f32', threads: 1 });
    const state = exact.start();
    const distributions: number[][] = [softmax(await exact.forward(state, ids.slice(0, 60)))];
    const tokens: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      const p = distributions.at(-1)!;
      tokens.push(p.indexOf(Math.max(...p)));
      distributions.push(softmax(await exact.forward(state, tokens.slice(-1))));
    }
    await exact.dispose();
    const divergence = async (options: DecoderOptions) => {
      const decoder = await Decoder.load(checkpoint, { threads: 1, ...options });
      const own = decoder.start();
      let q = softmax(await decoder.forward(own, ids.slice(0, 60)));
      let sum = 0;
      for (const [i, p] of distributions.entries()) {
        sum += p.reduce((total, value, id) => total + value * Math.log(value / q[id]!), 0);
        if (i < tokens.length) q = softmax(await decoder.forward(own, [tokens[i]!]));
      }
      await decoder.dispose();
      return sum / distributions.length;
    };
    const [int8, int4, allInt4] = [
      await divergence({ precision: 'int8' }),
      await divergence({}),
      await divergence({ prefillPrecision: 'int4' }),
    ];
    expect(int8).toBeLessThan(0.005);
    expect(int4).toBeLessThan(0.15);
    expect(allInt4).toBeLessThan(0.15);
    expect(int4).toBeGreaterThan(int8);
  });

  for (const precision of ['f32', 'int8', 'int4'] as const) {
    it(`takes the output matrix that a checkpoint has besides its embedding: ${precision}`, async () => {
      const untied = await mkdtemp(join(tmpdir(), 'glot-untied-'));
      await writeRandomCheckpoint(untied, { ...TINY, untied: true });
      const apart = await Checkpoint.open(untied);
      const trunk = await Trunk.load(apart, { head: await logitsHead(apart), threads: 1 });
      const all = await trunk.run({ ids: Int32Array.from(ids), sequences: 1, length: ids.length });
      const decoder = await Decoder.load(apart, { precision, threads: 1 });
      const logits = await decoder.forward(decoder.start(), ids);
      await Promise.all([trunk.dispose(), decoder.dispose(), apart.close()]);
      const expected = all.subarray(-TINY.vocab);
      expect(cosine(logits, expected)).toBeGreaterThan({ f32: 0.999999, int8: 0.99, int4: 0.9 }[precision]);
      const tied = await Decoder.load(checkpoint, { precision: 'f32', threads: 1 });
      expect(cosine(await tied.forward(tied.start(), ids), expected)).toBeLessThan(0.5);
      await tied.dispose();
      // Configured so, but without the matrix.
      await cp(join(folder, 'model.safetensors'), join(untied, 'model.safetensors'));
      const without = await Checkpoint.open(untied);
      await expect(Decoder.load(without)).rejects.toThrowError(/lm_head\.weight/);
      await without.close();
      await rm(untied, { recursive: true });
    });
  }

  it('refuses what it cannot read, and keeps the state', async () => {
    const decoder = await Decoder.load(checkpoint, { precision: 'f32', contextTokens: 100, threads: 1 });
    const state = decoder.start();
    const refusal = (code: string) => expect.objectContaining({ code });
    await expect(decoder.forward(state, ids)).rejects.toThrowError(refusal('lfm2.context'));
    await expect(decoder.forward(state, [])).rejects.toThrowError(refusal('lfm2.batch'));
    await expect(decoder.forward(state, [TINY.vocab])).rejects.toThrowError(refusal('lfm2.batch'));
    await expect(decoder.forward(state, [1], AbortSignal.abort())).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(state.length).toBe(0);
    await decoder.dispose();
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function softmax(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp(value - most));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

describe.skipIf(!existsSync(GOLDEN))('incremental decoding (skipped where ../shared is absent)', () => {
  for (const path of [GOLDEN, join(GOLDEN, 'model-f32.gguf')]) {
    it(`gives the 32 greedy tokens of llama.cpp: ${path.endsWith('.gguf') ? 'GGUF' : 'safetensors'}`, async () => {
      const expected = JSON.parse(await readFile(join(GOLDEN, 'expected.json'), 'utf8'));
      const checkpoint = await Checkpoint.open(path);
      const decoder = await Decoder.load(checkpoint, { precision: 'f32', threads: 1 });
      await checkpoint.close();
      const tokens = await greedy(decoder, decoder.start(), expected.ids, 32);
      await decoder.dispose();
      expect(tokens).toEqual(expected.greedy_32);
    });
  }
});
