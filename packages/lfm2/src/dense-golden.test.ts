import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoint } from './checkpoint.js';
import { Decoder } from './decoder/decoder.js';
import { Trunk } from './trunk.js';

const FOLDER = fileURLToPath(new URL('../../../../shared/golden/lfm2-dense', import.meta.url));

interface Expected {
  readonly prompts: number[][];
  readonly chunks: number[];
  readonly greedy: number[][];
}

describe.skipIf(!existsSync(FOLDER))(
  'dense LFM2, against transformers 5.24 (skipped where ../shared is absent)',
  () => {
    for (const kind of ['tied', 'untied'] as const) {
      describe(kind === 'tied' ? 'one float32 file, tied embeddings' : 'four bfloat16 files, an output matrix', () => {
        let checkpoint: Checkpoint;
        let golden: SafetensorsFile;
        let expected: Expected;
        beforeAll(async () => {
          checkpoint = await Checkpoint.open(join(FOLDER, kind));
          golden = await SafetensorsFile.open(join(FOLDER, kind, 'expected.safetensors'));
          expected = JSON.parse(await readFile(join(FOLDER, kind, 'expected.json'), 'utf8'));
        });
        afterAll(async () => {
          await checkpoint.close();
          await golden.close();
        });

        it('gives the hidden states of each prompt', async () => {
          const trunk = await Trunk.load(checkpoint, { threads: 1 });
          for (const [i, ids] of expected.prompts.entries()) {
            const hidden = await trunk.run({ ids: Int32Array.from(ids), sequences: 1, length: ids.length });
            expect(difference(hidden, await golden.readFloats(`hidden.${i}`)), `prompt ${i}`).toBeLessThan(1e-4);
          }
          await trunk.dispose();
        });

        it('gives the logits of the last token, read at once or in chunks, and the greedy tokens', async () => {
          const decoder = await Decoder.load(checkpoint, { precision: 'f32', contextTokens: 128, threads: 1 });
          const { vocabSize } = checkpoint.config;
          for (const [i, ids] of expected.prompts.entries()) {
            const state = decoder.start();
            let logits = await decoder.forward(state, ids);
            const last = (await golden.readFloats(`logits.${i}`)).slice(-vocabSize);
            expect(difference(logits, last), `prompt ${i}`).toBeLessThan(3e-4);
            const greedy: number[] = [];
            for (;;) {
              greedy.push(logits.indexOf(Math.max(...logits)));
              if (greedy.length === expected.greedy[i]!.length) break;
              logits = await decoder.forward(state, greedy.slice(-1));
            }
            expect(greedy, `prompt ${i}`).toEqual(expected.greedy[i]);
          }
          const state = decoder.start();
          const chunked = await golden.readFloats('logits.0.chunked');
          let read = 0;
          for (const size of expected.chunks) {
            const logits = await decoder.forward(state, expected.prompts[0]!.slice(read, read + size));
            read += size;
            const row = chunked.slice((read - 1) * vocabSize, read * vocabSize);
            expect(difference(logits, row), `after ${read} tokens`).toBeLessThan(3e-4);
          }
          await decoder.dispose();
        });

        it('attends both ways where `is_causal` is false, with convolutions that stay causal', async () => {
          const copy = await mkdtemp(join(tmpdir(), 'glot-dense-'));
          try {
            await cp(join(FOLDER, kind), copy, { recursive: true });
            const config = JSON.parse(await readFile(join(copy, 'config.json'), 'utf8'));
            await rm(join(copy, 'config.json'));
            await writeFile(join(copy, 'config.json'), JSON.stringify({ ...config, is_causal: false }));
            const open = await Checkpoint.open(copy);
            const trunk = await Trunk.load(open, { threads: 1 });
            await open.close();
            const [ids] = expected.prompts;
            const hidden = await trunk.run({ ids: Int32Array.from(ids!), sequences: 1, length: ids!.length });
            await trunk.dispose();
            expect(difference(hidden, await golden.readFloats('hidden.0.is_causal_false'))).toBeLessThan(1e-4);
          } finally {
            await rm(copy, { recursive: true });
          }
        });
      });
    }
  },
);

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}
